#include "server/people/void_passkeys.hpp"

#include <map>
#include <set>

#include "server/webauthn/ceremonies.hpp"
#include "tools/own_command.hpp"

namespace tfy::people {
namespace {

struct Counted {
    std::size_t here = 0;
    std::size_t elsewhere = 0;
    std::set<std::string> hosts = {};
};

std::string in_words(const std::string& person, const Counted& count, const std::string& host) {
    std::string hosts;
    for (const auto& each : count.hosts) hosts += (hosts.empty() ? "" : ", ") + each;
    const bool one = count.elsewhere == 1;
    return (one ? "one passkey of " : std::to_string(count.elsewhere) + " passkeys of ") + person +
           (one ? " is" : " are") + " for " + hosts + " and void on the page, which is at " + host +
           (count.here == 0 ? "; no other is left" : "; others are left");
}

}  // namespace

std::vector<std::string> void_passkeys(const std::vector<storage::Passkey>& passkeys,
                                       const std::string& origin) {
    const auto host = webauthn::RelyingParty(origin).id();
    std::map<std::string, Counted> people;
    for (const auto& each : passkeys) {
        auto& count = people[each.person];
        if (each.host == host) {
            ++count.here;
            continue;
        }
        ++count.elsewhere;
        count.hosts.insert(each.host);
    }
    std::vector<std::string> words;
    for (const auto& [person, count] : people)
        if (count.elsewhere > 0) words.push_back(in_words(person, count, host));
    return words;
}

std::string what_to_do_about_void_passkeys() {
    return "Give --public-url the host of before, or let them sign in with their passphrase and register new "
           "ones. Who has no passphrase needs another person's invitation, under another name: " +
           tools::own_command("people invite NAME");
}

}  // namespace tfy::people
