#include "tools/key_facts.hpp"

namespace tfy::tools {

bool KeyFacts::of_virtual_account() const {
    return subject_type == "virtualaccount" || subject_type == "virtual-account" ||
           subject_type == "serviceaccount";
}

}  // namespace tfy::tools
