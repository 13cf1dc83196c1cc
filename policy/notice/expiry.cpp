#include "policy/notice/expiry.hpp"

namespace tfy::notice {

std::string TokenEnd::subject() const {
    return (own_key ? std::string("key") : "token:" + id) + " until " + policy::format_time(expires);
}

std::string TokenEnd::kind() const { return "token_expiring " + std::to_string(days); }

std::optional<int> days_threshold(policy::Time expires, policy::Time now) {
    if (expires <= now) return std::nullopt;
    for (const int days : {1, 7, 30})
        if (expires - now <= std::chrono::days{days}) return days;
    return std::nullopt;
}

redaction::Redacted journal_body(const TokenEnd& end, const redaction::Redactor& redactor) {
    return redactor.seal({{"token_id", end.id},
                          {"subject", end.name},
                          {"expires_at", policy::format_time(end.expires)},
                          {"days", end.days},
                          {"own_key", end.own_key}});
}

std::optional<TokenEnd> read_token_end(const Json& body) {
    if (!body.is_object()) return std::nullopt;
    const auto text = [&body](const char* key) {
        const auto found = body.find(key);
        return found != body.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    const auto expires = policy::read_time(text("expires_at"));
    const auto days = body.find("days");
    const auto own = body.find("own_key");
    if (!expires || days == body.end() || !days->is_number_integer() || own == body.end() ||
        !own->is_boolean())
        return std::nullopt;
    return TokenEnd{.id = text("token_id"),
                    .name = text("subject"),
                    .expires = *expires,
                    .own_key = own->get<bool>(),
                    .days = days->get<int>()};
}

}  // namespace tfy::notice
