#include "server/dashboard/body_fields.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::size_t longest_field = 2000;  // bytes of what a person types

}  // namespace

std::optional<std::string> text_field(const Json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return std::string{};
    if (!found->is_string() || found->get_ref<const std::string&>().size() > longest_field)
        return std::nullopt;
    return found->get<std::string>();
}

std::optional<policy::Secret> take_secret(Json& body, const char* name, std::size_t most) {
    const auto found = body.find(name);
    if (found == body.end() || found->is_null()) return policy::Secret();
    if (!found->is_string()) return std::nullopt;
    auto& text = found->get_ref<std::string&>();
    const bool fits = text.size() <= most;
    auto secret = fits ? std::optional(policy::Secret(std::string(text))) : std::nullopt;
    policy::wipe(text);
    return secret;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::optional<std::size_t> count_field(const Json& body, const char* name) {
    const auto found = body.find(name);
    if (found == body.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::size_t>();
}

Error bad_text(std::string_view name, std::string_view not_done) {
    return {Errc::refused, "The field '" + std::string(name) + "' must be text of up to 2000 bytes. " +
                               std::string(not_done)};
}

}  // namespace tfy::dashboard
