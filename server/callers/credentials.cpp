#include "server/callers/credentials.hpp"

#include <algorithm>

#include "server/transport/client_address.hpp"
#include "server/transport/text.hpp"

namespace tfy::callers {
namespace {

/// What is shown as `Authorization: Bearer …`.
struct Shown {
    std::size_t headers = 0;
    std::string_view text = {};  // empty: of another scheme, or without one
};

Shown shown_in(const transport::Headers& headers) {
    Shown shown;
    for (const auto& [name, value] : headers) {
        if (name != "authorization") continue;
        ++shown.headers;
        const auto end = std::min(value.find_first_of(" \t"), value.size());
        const auto scheme = std::string_view(value).substr(0, end);
        if (transport::equal_in_any_case(scheme, "bearer"))
            shown.text = transport::trimmed(std::string_view(value).substr(end));
    }
    return shown;
}

}  // namespace

transport::Admission Credentials::admit(const transport::Arrival& arrival) {
    if (arrival.method == "OPTIONS") return policy::Caller{};
    const auto shown = shown_in(arrival.headers);
    if (shown.headers == 0) return challenge_.none();
    if (shown.headers > 1 || shown.text.empty()) return challenge_.malformed();
    auto* verifier = verifier_of(shown.text);
    if (verifier == nullptr) return not_held(arrival);
    auto caller = verifier->verify(shown.text);
    if (!caller) return transport::bearer::not_known_now();
    if (!*caller) return not_held(arrival);
    return std::move(**caller);
}

std::string Credentials::held(const policy::Caller& caller, const transport::Headers& headers) const {
    const auto shown = shown_in(headers);
    const auto* verifier = verifier_of(shown.text);
    return verifier == nullptr ? caller.principal : verifier->held(caller, shown.text);
}

bool Credentials::still_holds(const std::string& held) {
    const auto owner = std::ranges::find_if(
        verifiers_, [&](const auto& each) { return held.starts_with(each->principals()); });
    return owner != verifiers_.end() && (*owner)->still_holds(held);
}

Verifier* Credentials::verifier_of(std::string_view credential) const {
    const auto found =
        std::ranges::find_if(verifiers_, [&](const auto& each) { return each->takes(credential); });
    return found == verifiers_.end() ? nullptr : found->get();
}

transport::Admission Credentials::not_held(const transport::Arrival& arrival) {
    const auto from = transport::client_network(arrival.remote, arrival.headers, trusted_proxies_);
    if (const auto wait = bad_.note(from, clock_.now())) return transport::bearer::too_many(*wait);
    return challenge_.invalid();
}

}  // namespace tfy::callers
