#include "server/dashboard/replies.hpp"

#include "policy/redaction/clean_texts.hpp"

namespace tfy::dashboard {
namespace {

constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'";

transport::Headers never_stored(transport::Headers extra) {
    extra.emplace_back("Cache-Control", "no-store");
    return extra;
}

}  // namespace

// `nosniff` is the transport's, on every answer of the server.
const transport::Headers& guards() {
    static const transport::Headers all = {{"Content-Security-Policy", content_policy},
                                           {"X-Frame-Options", "DENY"},
                                           {"Referrer-Policy", "no-referrer"},
                                           {"Cross-Origin-Opener-Policy", "same-origin"},
                                           {"Cross-Origin-Embedder-Policy", "require-corp"},
                                           {"Cross-Origin-Resource-Policy", "same-origin"}};
    return all;
}

transport::HttpResponse sealed_reply(int status, redaction::Redacted body, transport::Headers extra) {
    return {status, "application/json", std::move(body), never_stored(std::move(extra))};
}

transport::HttpResponse json_reply(const sealing::Sealer& redaction, int status, const Json& body,
                                   transport::Headers extra) {
    const auto redactor = redaction.fresh();
    if (redactor) return sealed_reply(status, (*redactor)->seal(body), std::move(extra));
    const auto& why = redactor.error();
    const Json own = {{"error", {{"code", protocol::name(why.code)}, {"message", why.message}}}};
    return sealed_reply(page_status(why.code), redaction.seal_own(own), std::move(extra));
}

transport::HttpResponse error_reply(const sealing::Sealer& redaction, int status, std::string_view code,
                                    std::string_view message, transport::Headers extra) {
    return json_reply(redaction, status, {{"error", {{"code", code}, {"message", message}}}},
                      std::move(extra));
}

transport::HttpResponse secret_reply(const sealing::Sealer& redaction, int status, const char* name,
                                     const std::string& secret, Json more) {
    more[name] = secret;
    auto reply = json_reply(redaction, status, more);
    redaction::forget_clean(secret);
    return reply;
}

transport::HttpResponse empty_reply(int status, transport::Headers extra) {
    return {status, {}, {}, never_stored(std::move(extra))};
}

int page_status(Errc code) {
    switch (code) {
        case Errc::refused: return 422;
        case Errc::denied: return 403;
        case Errc::not_found: return 404;
        case Errc::conflict:
        case Errc::superseded: return 409;
        case Errc::expired:
        case Errc::withdrawn: return 410;
        case Errc::rate_limited: return 429;
        case Errc::upstream:
        case Errc::ambiguous: return 502;
        case Errc::storage: return 503;
        default: return 500;
    }
}

Error not_signed_in(const Error& error) {
    constexpr std::string_view of_any = " Nothing was changed.";
    auto text = error.message;
    if (const auto found = text.find(of_any); found != std::string::npos)
        text.replace(found, of_any.size(), " You are not signed in.");
    return {error.code, std::move(text)};
}

transport::HttpResponse error_reply(const sealing::Sealer& redaction, const Error& error,
                                    transport::Headers extra) {
    return error_reply(redaction, page_status(error.code), protocol::name(error.code), error.message,
                       std::move(extra));
}

}  // namespace tfy::dashboard
