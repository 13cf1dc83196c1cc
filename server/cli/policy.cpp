// `policy check`: the rules, read as the server would read them.
#include <ostream>

#include "server/cli/commands.hpp"
#include "server/parts.hpp"

namespace tfy::server {

int run_policy_check(const std::string& file, std::ostream& out, std::ostream& errors) {
    const auto rules = load_rules(file);
    if (!rules) {
        errors << rules.error().message << "\n";
        return 1;
    }
    out << "The rules are well-formed: " << rules->rules.size() << " rules.\n";
    return 0;
}

}  // namespace tfy::server
