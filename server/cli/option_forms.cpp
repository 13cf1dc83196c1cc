#include "server/cli/option_forms.hpp"

namespace tfy::cli {
namespace {

CLI::Validator trimmed() {
    return {[](std::string& value) {
                constexpr auto space = " \t\r\n";
                value.erase(0, std::min(value.find_first_not_of(space), value.size()));
                value.erase(value.find_last_not_of(space) + 1);
                return std::string{};
            },
            ""};
}

}  // namespace

void takes_list(CLI::Option& option) { option.delimiter(',')->transform(trimmed()); }

void trim_values(CLI::App& app) {
    for (auto* option : app.get_options({}))
        if (option->get_expected_max() > 0) option->transform(trimmed());
}

}  // namespace tfy::cli
