#include "server/upstream/placeholder.hpp"

#include <re2/re2.h>

namespace tfy::upstream {
namespace {

constexpr std::string_view words =
    R"((?i)null|undefined|none|nil|nan|\[object object\]|change[-_]?me|placeholder|redacted|todo|tbd|)"
    R"(x{3,}|\*+|\.+|TFY_API_KEY|TFY_BASE_URL|)"
    R"((?:your|insert|enter|paste|replace|put)[-_][a-z_-]{1,60})";

bool matches(std::string_view text, const RE2& form) { return RE2::FullMatch(text, form); }

/// As variables are named by custom; anything else might be a secret in the wrong place.
std::string if_shown(std::string_view name) {
    static const RE2 custom("[A-Z_][A-Z0-9_]{0,63}");
    return matches(name, custom) ? std::string(name) : std::string{};
}

/// The variable of the first ${X}, {{X}} or <x> in it; a bearer token and an address hold none of these
/// brackets.
std::optional<Placeholder> bracketed(std::string_view text) {
    static const RE2 form(
        R"(\$\{\s*(?:(?i:env|input|config|secrets?)[.:])?([^{}]*?)(?::?-[^{}]*)?\s*\}|\{\{\s*[.$]?(?:[A-Za-z]+[.:])?([^{}]*?)\s*\}\}|<([^<>]*)>)");
    std::string dollar, braces, angle;
    if (!RE2::PartialMatch(text, form, &dollar, &braces, &angle)) return std::nullopt;
    if (!angle.empty()) return Placeholder{};
    auto name = if_shown(dollar.empty() ? braces : dollar);
    auto written = dollar.empty() ? "{{" + name + "}}" : "${" + name + "}";
    return Placeholder{Placeholder::Kind::variable, std::move(name), std::move(written)};
}

std::optional<Placeholder> whole(std::string_view text) {
    static const RE2 variable(R"(\$(?:env:)?([A-Za-z_][A-Za-z0-9_]*)|%([A-Za-z_][A-Za-z0-9_]*)%)");
    static const RE2 reference(R"((?i)(?:op|vault|keyring|keychain|secret|secrets|bws|env|ref)://.*)");
    static const RE2 known_words{std::string(words)};
    std::string dollar, percent;
    if (RE2::FullMatch(text, variable, &dollar, &percent))
        return Placeholder{Placeholder::Kind::variable, if_shown(dollar.empty() ? percent : dollar),
                           std::string(text)};
    if (matches(text, reference)) return Placeholder{Placeholder::Kind::reference};
    if (matches(text, known_words)) return Placeholder{};
    return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    constexpr auto space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace

std::string Placeholder::says(std::string_view what, Place place) const {
    const std::string thing(what);
    if (kind == Kind::reference)
        return "holds the address of a secret, such as op://…, and no " + thing +
               ": start this server through the program that looks it up.";
    if (kind == Kind::words && what == "address")
        return "holds an example or a placeholder, and no address of a control plane: put the address of "
               "yours "
               "in its place, as your browser shows it.";
    if (kind == Kind::words)
        return "holds a placeholder, such as <your-key> or null, and no " + thing + ": put the " + thing +
               " in its place.";
    const auto found =
        "holds " + (variable.empty() ? "the name of a variable" : written) + " and no " + thing;
    if (place == Place::file)
        return found + ": variables are not filled in there. Put the " + thing + " in its place.";
    if (variable.empty())
        return found +
               ": the host that starts this server did not fill it in. Set that variable where the host "
               "runs.";
    return found + ": the host that starts this server did not fill in its variable " + variable + ". Set " +
           variable + " where the host runs.";
}

std::string Placeholder::says_empty(Place place) {
    if (place == Place::file) return "is empty. Fill it in, or remove its line.";
    return "is empty: the host that starts this server did not fill in the variable that it comes from.";
}

std::optional<Placeholder> read_placeholder(std::string_view text) {
    constexpr std::size_t longest = 256;
    const auto value = trimmed(text);
    if (value.size() > longest) return std::nullopt;
    if (auto found = whole(value)) return found;
    return bracketed(value);
}

std::optional<Placeholder> read_url_placeholder(std::string_view text) {
    if (auto found = read_placeholder(text)) return found;
    static const RE2 host(
        R"((?i)\s*(?:https?://)?(?:your|my)[-_](?:org|organi[sz]ation|company|tenant|domain|team|host|control[-_]plane|truefoundry)[a-z_-]*(?:[.:/].*)?)");
    static const RE2 variable(R"(.*/\$([A-Za-z_][A-Za-z0-9_]*).*)");
    std::string name;
    if (RE2::FullMatch(text, variable, &name))
        return Placeholder{Placeholder::Kind::variable, if_shown(name), "$" + name};
    return matches(text, host) ? std::optional(Placeholder{}) : std::nullopt;
}

}  // namespace tfy::upstream
