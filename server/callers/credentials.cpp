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

transport::Admission at_once(transport::Verdict verdict) {
    return std::visit([](auto& known) { return transport::Admission(std::move(known)); }, verdict);
}

}  // namespace

transport::Admission Credentials::admit(const transport::Arrival& arrival) {
    if (arrival.method == "OPTIONS") return transport::KnownCaller{};
    const auto shown = shown_in(arrival.headers);
    if (shown.headers == 0) return challenge_.none();
    if (shown.headers > 1 || shown.text.empty()) return challenge_.malformed();
    const auto network = [&] {
        return transport::client_network(arrival.remote, arrival.headers, trusted_proxies_);
    };
    auto* verifier = verifier_of(shown.text);
    if (verifier == nullptr) return at_once(not_held(network()));
    if (verifier->comes_by_proxy() && !transport::is_one_of(arrival.remote, trusted_proxies_))
        return transport::bearer::not_by_proxy();
    if (!bad_.untouched() && verifier->is_costly(shown.text))
        if (const auto wait = bad_.wait_of(network(), clock_.now()))
            return transport::bearer::too_many(*wait);
    auto caller = verifier->verify(shown.text);
    if (caller && *caller) return at_once(admitted(std::move(**caller)));
    if (!caller)
        if (auto awaited = verifier->before_trying_again(shown.text))
            return try_again(std::move(*awaited), *verifier, std::string(shown.text), network());
    return at_once(verdict_of(std::move(caller), network()));
}

Async<transport::Verdict> Credentials::try_again(Async<void> awaited, Verifier& verifier,
                                                 std::string credential, std::string network) {
    co_await std::move(awaited);
    co_return verdict_of(verifier.verify(credential), network);
}

transport::Verdict Credentials::verdict_of(Result<std::optional<transport::KnownCaller>> caller,
                                           const std::string& network) {
    if (!caller && caller.error().code == Errc::denied) return challenge_.no_scope();
    if (!caller) return transport::bearer::not_known_now();
    if (!*caller) return not_held(network);
    return admitted(std::move(**caller));
}

transport::Verdict Credentials::admitted(transport::KnownCaller caller) {
    if (const auto wait = limits_.note(caller.principal, clock_.now()))
        return transport::bearer::too_many_requests(*wait);
    return caller;
}

std::optional<transport::guard::Rejection> Credentials::count_more(const policy::Caller& caller,
                                                                   std::size_t messages) {
    const auto wait = limits_.note(caller.principal, clock_.now(), messages);
    return wait ? std::optional(transport::bearer::too_many_requests(*wait)) : std::nullopt;
}

bool Credentials::still_holds(const std::string& held) {
    auto* verifier = verifier_of_held(held);
    return verifier != nullptr && verifier->still_holds(held);
}

std::optional<Async<void>> Credentials::news_of(const std::string& held) {
    auto* verifier = verifier_of_held(held);
    if (verifier == nullptr) return std::nullopt;
    return verifier->news_of(held);
}

void Credentials::forget_old() {
    for (const auto& verifier : verifiers_) verifier->forget_old();
}

Verifier* Credentials::verifier_of_held(const std::string& held) const {
    const auto found = std::ranges::find_if(
        verifiers_, [&](const auto& each) { return held.starts_with(each->principals()); });
    return found == verifiers_.end() ? nullptr : found->get();
}

Verifier* Credentials::verifier_of(std::string_view credential) const {
    const auto found =
        std::ranges::find_if(verifiers_, [&](const auto& each) { return each->takes(credential); });
    return found == verifiers_.end() ? nullptr : found->get();
}

transport::Verdict Credentials::not_held(const std::string& network) {
    if (const auto wait = bad_.note(network, clock_.now())) return transport::bearer::too_many(*wait);
    return challenge_.invalid();
}

}  // namespace tfy::callers
