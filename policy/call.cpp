// The digest that ties an approval to one call, and the names of the assurances.
#include "policy/call.hpp"

#include <algorithm>
#include <array>

#include "policy/canonical_json.hpp"
#include "policy/principals.hpp"
#include "policy/visible.hpp"

namespace tfy::policy {
namespace {

constexpr std::array<std::string_view, 4> assurance_names{"client", "terminal", "signed_in",
                                                          "passkey"};  // in the enum's order

}  // namespace

std::string_view to_string(Assurance assurance) {
    return assurance_names[static_cast<std::size_t>(assurance)];
}

std::optional<Assurance> read_assurance(std::string_view text) {
    const auto found = std::ranges::find(assurance_names, text);
    if (found == assurance_names.end()) return std::nullopt;
    return static_cast<Assurance>(found - assurance_names.begin());
}

Caller caller_with(std::string principal) {
    const bool on_stdio = principal.starts_with(stdio_principals);
    auto person = std::string(person_in(principal));
    return {.principal = std::move(principal),
            .default_assurance = on_stdio ? Assurance::client : Assurance::signed_in,
            .person = std::move(person)};
}

std::string asker_of(const Caller& caller) {
    if (caller.person.empty() || !person_in(caller.principal).empty()) return caller.principal;
    return caller.principal + ", " + caller.person + "'s agent" +
           (caller.label.empty() ? "" : " " + between_quotes(caller.label));
}

// The reason, the client's name, the transport's default and the trace are left out on purpose: they may
// change between a call and its repetition.
std::string digest(const Call& call) {
    return sha256(CanonicalMembers()
                      .add("arguments", call.arguments)
                      .add("base_url", std::string_view(call.base_url))
                      .add("principal", std::string_view(call.caller.principal))
                      .add("server", std::string_view(call.server))
                      .add("tool", std::string_view(call.tool))
                      .add("tool_version", std::string_view(call.tool_version))
                      .take());
}

void take_reason(Call& call) {
    const auto found = call.arguments.find("reason");
    const bool given = call.effect == Effect::changes && found != call.arguments.end() && found->is_string();
    if (!given) return;
    call.reason = found->get<std::string>();
    call.arguments.erase(found);
}

std::string short_digest(std::string_view digest) {
    const auto colon = digest.find(':');
    const auto hex = colon == std::string_view::npos ? digest : digest.substr(colon + 1);
    std::string text;
    for (std::size_t at = 0; at < std::min<std::size_t>(hex.size(), 12); at += 4) {
        if (at > 0) text += ' ';
        text += hex.substr(at, 4);
    }
    return text;
}

}  // namespace tfy::policy
