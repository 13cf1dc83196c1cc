// The authorization server over a state directory, as a client sees it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "policy/base64url.hpp"
#include "protocol/percent_encoded.hpp"
#include "server/oauth/authorization_server.hpp"
#include "server/oauth/values.hpp"
#include "tests/fakes/captured_answer.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/run.hpp"

namespace tfy::fakes {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Endpoints {
    static constexpr auto document = "https://client.example.com/oauth.json";
    static constexpr auto address = "http://127.0.0.1:7777/callback";
    static constexpr auto verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    TempFolder folder;
    ManualClock clock{noon};
    std::shared_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    storage::OAuthGrants grants{*ledger};
    storage::Store store{ledger};
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    oauth::AuthorizationServer server;
    int given = 0;

    explicit Endpoints(bool registration = false)
        : server(store, redaction, clock, log,
                 {.issuer = "https://tools.example.com",
                  .clients = {.registration = registration},
                  .trusted_proxies = {"10.0.0.7"}}) {
        enrol(*ledger, {"ada", "bob"});
    }

    /// A code that Ada's consent gave.
    std::string code(const std::string& client = document, bool may_request = true) {
        auto value = oauth::make_value();
        grants
            .give({.id = "grt_" + std::to_string(++given),
                   .client_id = client,
                   .client_name = "Claude",
                   .person = "ada",
                   .may_request = may_request,
                   .created = clock.now()},
                  {oauth::hash_of_value(value), address, policy::sha256_base64url(verifier)},
                  entry("grant_given"))
            .value();
        return value;
    }
    CapturedAnswer send(transport::HttpRequest request) {
        CapturedAnswer answer;
        auto handled = [&]() -> Async<bool> {
            co_await server.handle(request, answer);
            co_return true;
        };
        run(handled());
        return answer;
    }
    CapturedAnswer post(const std::string& path, const std::string& body,
                        const std::string& type = "application/x-www-form-urlencoded",
                        const transport::Headers& more = {}) {
        transport::HttpRequest request{
            .method = "POST", .path = path, .query = {}, .target = path, .headers = more, .body = body};
        request.headers.emplace_back("content-type", type);
        request.remote = "127.0.0.1";
        return send(std::move(request));
    }
    CapturedAnswer get(const std::string& path) {
        return send({.method = "GET",
                     .path = path,
                     .query = {},
                     .target = path,
                     .headers = {},
                     .body = {},
                     .remote = "127.0.0.1"});
    }
    CapturedAnswer token(const Fields& fields, const transport::Headers& more = {}) {
        std::vector<std::pair<std::string_view, std::string_view>> views(fields.begin(), fields.end());
        return post("/oauth/token", protocol::form_of(views), "application/x-www-form-urlencoded", more);
    }
    static Fields redeeming(const std::string& code, const std::string& client = document) {
        return {{"grant_type", "authorization_code"},
                {"code", code},
                {"client_id", client},
                {"redirect_uri", address},
                {"code_verifier", verifier}};
    }
    CapturedAnswer refresh(const std::string& token, const Fields& more = {},
                           const std::string& client = document) {
        Fields fields = {{"grant_type", "refresh_token"}, {"refresh_token", token}, {"client_id", client}};
        fields.insert(fields.end(), more.begin(), more.end());
        return this->token(fields);
    }
};

inline std::string text(const Json& body, const char* name) { return body.at(name).get<std::string>(); }

inline std::string error_of(const CapturedAnswer& answer) {
    return std::to_string(answer.status()) + " " + answer.json().value("error", "");
}

/// The fields without one of them, or with another value.
inline Fields but(Fields fields, const std::string& name, const std::string& value = {}) {
    std::erase_if(fields, [&](const auto& field) { return field.first == name; });
    if (!value.empty()) fields.emplace_back(name, value);
    return fields;
}

}  // namespace tfy::fakes
