#include "server/oauth/answers.hpp"

#include <chrono>

#include "policy/redaction/clean_texts.hpp"

namespace tfy::oauth {

transport::HttpResponse json_answer(const sealing::Sealer& redaction, int status, const Json& body,
                                    transport::Headers extra) {
    extra.emplace_back("cache-control", "no-store");
    extra.emplace_back("pragma", "no-cache");
    return {status, "application/json", redaction.seal(body), std::move(extra)};
}

transport::HttpResponse refusal(const sealing::Sealer& redaction, const Refusal& why,
                                transport::Headers extra) {
    const int status = why.error == "invalid_client" ? 401 : 400;
    return json_answer(redaction, status, {{"error", why.error}, {"error_description", why.words}},
                       std::move(extra));
}

transport::HttpResponse unavailable(const sealing::Sealer& redaction, const Error& why) {
    auto reply = json_answer(redaction, 503, Json::object(), {{"retry-after", "1"}});
    reply.body =
        redaction.seal_own({{"error", "temporarily_unavailable"}, {"error_description", why.message}});
    return reply;
}

transport::HttpResponse too_many(const sealing::Sealer& redaction, std::chrono::seconds wait) {
    return json_answer(redaction, 429,
                       {{"error", "temporarily_unavailable"},
                        {"error_description", "too many requests from this address; nothing was done"}},
                       {{"retry-after", std::to_string(wait.count())}});
}

Json TokenPair::json() const {
    return {{"access", access},
            {"refresh", refresh},
            {"until", until.time_since_epoch().count()},
            {"may_request", may_request}};
}

TokenPair TokenPair::read(const Json& json) {
    return {.access = json.at("access").get<std::string>(),
            .refresh = json.at("refresh").get<std::string>(),
            .until = policy::Time{policy::Duration{json.at("until").get<std::int64_t>()}},
            .may_request = json.at("may_request").get<bool>()};
}

transport::HttpResponse token_answer(const sealing::Sealer& redaction, const TokenPair& pair,
                                     policy::Time now) {
    const auto left = std::chrono::duration_cast<std::chrono::seconds>(pair.until - now);
    auto reply = json_answer(redaction, 200,
                             {{"access_token", pair.access},
                              {"token_type", "Bearer"},
                              {"expires_in", std::max<std::int64_t>(left.count(), 0)},
                              {"refresh_token", pair.refresh},
                              {"scope", scope_text(pair.may_request)}});
    redaction::forget_clean(pair.access);
    redaction::forget_clean(pair.refresh);
    return reply;
}

}  // namespace tfy::oauth
