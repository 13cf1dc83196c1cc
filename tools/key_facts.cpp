#include "tools/key_facts.hpp"

#include "tools/text.hpp"

namespace tfy::tools {

bool KeyFacts::of_virtual_account() const {
    return subject_type == "virtualaccount" || subject_type == "virtual-account" ||
           subject_type == "serviceaccount";
}

std::string KeyFacts::in_words(const policy::Seals& seal) const {
    switch (giver) {
        case Giver::person: return one_line(seal, person) + "'s own key";
        case Giver::caller: return "the caller's own key";
        case Giver::operator_for_caller: return "this server's key for this caller";
        case Giver::server: break;
    }
    return "this server's own key";
}

std::string KeyFacts::user_in_words(const policy::Seals& seal) const {
    if (!subject.empty()) return one_line(seal, subject) + " (" + in_words(seal) + ")";
    return giver == Giver::server ? "the user whose key this server uses" : "the user of " + in_words(seal);
}

}  // namespace tfy::tools
