#include "server/people/pairing.hpp"

#include <unistd.h>

#include <array>

#include "server/people/sign_in_codes.hpp"
#include "server/system/processes.hpp"

namespace tfy::people {
namespace {

constexpr std::chrono::minutes pairing_life{15};
constexpr std::size_t longest_word = 64;

/// Of what comes from outside only what is plain: names of programs and terminals may be anything.
std::string plain_word(std::string text) {
    std::erase_if(text, [](char c) { return c < '!' || c > '~'; });
    return text.substr(0, longest_word);
}

Json where_it_is() {
    std::array<char, 128> terminal{};
    const bool in_terminal = ::ttyname_r(STDIN_FILENO, terminal.data(), terminal.size()) == 0;
    return {{"pid", ::getpid()},
            {"terminal", in_terminal ? plain_word(terminal.data()) : std::string{}},
            {"started_by", plain_word(system::name_of_parent())}};
}

}  // namespace

Result<Invited> pair_first(storage::Ledger& ledger, std::string person, policy::Time now) {
    if (!policy::is_person_name(person))
        return Error{Errc::invalid_params,
                     "A person's name has " + std::string(policy::person_names) + ". No link was made."};
    Invited made{.person = std::move(person), .code = make_sign_in_code(), .until = now + pairing_life};
    const storage::Invitation first{
        .hash = hash_of_sign_in_code(made.code), .person = made.person, .until = made.until};
    if (auto paired = ledger.pair(first, where_it_is(), now); !paired) return paired.error();
    return made;
}

std::string join_link(const std::string& home, const std::string& code) { return home + "#join=" + code; }

}  // namespace tfy::people
