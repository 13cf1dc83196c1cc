#include "tools/access_tokens/grace.hpp"

#include <array>

#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

constexpr std::string_view at_once = "0s";
constexpr std::chrono::days longest_grace{7};

std::string write(policy::Duration length) {
    using namespace std::chrono_literals;
    constexpr std::array<std::pair<std::chrono::seconds, char>, 4> units{
        {{std::chrono::days{1}, 'd'}, {1h, 'h'}, {1min, 'm'}, {1s, 's'}}};
    for (const auto& [unit, letter] : units)
        if (length % unit == policy::Duration{0}) return std::to_string(length / unit) + letter;
    return {};
}

}  // namespace

std::optional<policy::Duration> read_grace(std::string_view text) {
    if (text == at_once) return policy::Duration{0};
    const auto length = policy::read_duration(text);
    if (!length || *length > longest_grace) return std::nullopt;
    return length;
}

Result<std::string> resolve_grace(std::string_view asked, const policy::Seals& seal) {
    const auto length = read_grace(asked);
    if (!length)
        return Error{Errc::refused, "The grace_period " + tools::in_quotes(seal, asked) +
                                        " is not valid: use 0s to 7d, for example 0s, 15m, 12h or 2d. "
                                        "Nothing was created or deleted."};
    if (*length == policy::Duration{0}) return std::string(at_once);
    return write(*length);
}

}  // namespace tfy::access_tokens
