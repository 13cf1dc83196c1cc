// Callers by access tokens of an outside issuer: whose they are, and all that lets no one in.
#include "server/callers/issuer.hpp"

#include <doctest/doctest.h>

#include "server/callers/credentials.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/run.hpp"
#include "tests/fakes/signing_key.hpp"

namespace tfy::callers_issuer_test {
namespace {

using namespace std::chrono_literals;
using fakes::SigningKey;
using transport::guard::Rejection;

constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const auto at_noon = std::chrono::duration_cast<std::chrono::seconds>(noon.time_since_epoch()).count();
constexpr auto issuer = "https://idp.example.com/realms/acme";
constexpr auto resource = "https://tfy.example.com/mcp";

struct House {
    explicit House(bool any_type = false) {
        std::vector<std::unique_ptr<callers::Verifier>> verifiers;
        verifiers.push_back(std::make_unique<callers::Issuer>(
            callers::IssuerRules{issuer, resource, any_type},
            [this]() -> Async<Result<std::string>> {
                ++asked;
                co_return publishes;
            },
            clock, [this](const std::string& why) { refused = why; }));
        credentials = std::make_unique<callers::Credentials>(
            std::move(verifiers),
            transport::bearer::Challenge{"https://tfy.example.com/.well-known/oauth-protected-resource/mcp"},
            clock, std::vector<std::string>{});
    }

    static Json claims() {
        return {{"iss", issuer},
                {"aud", resource},
                {"sub", "u-1"},
                {"client_id", "cursor"},
                {"scope", "openid tokens:read tokens:request"},
                {"iat", at_noon},
                {"exp", at_noon + 300}};
    }
    std::string token(const Json& more = Json::object(), const Json& header = Json::object()) const {
        auto said = claims();
        said.update(more);
        return sign(said, header);
    }
    std::string sign(const Json& said, const Json& more = Json::object()) const {
        auto header = key.header();
        header["typ"] = "at+jwt";
        header.update(more);
        return key.sign_text(header.dump(), said.dump());
    }
    std::string without(const char* name) const {
        auto said = claims();
        said.erase(name);
        return sign(said);
    }

    transport::Verdict show(const std::string& text, std::string_view remote = "10.1.1.1") {
        refused.clear();
        const transport::Headers headers = {{"authorization", "Bearer " + text}};
        auto admission = credentials->admit(
            {.method = "POST", .path = "/mcp", .headers = headers, .remote = remote, .account = {}});
        if (auto* later = std::get_if<Async<transport::Verdict>>(&admission))
            return fakes::run(std::move(*later));
        if (auto* caller = std::get_if<transport::KnownCaller>(&admission)) return *caller;
        return std::get<Rejection>(admission);
    }
    int status(const std::string& text, std::string_view remote = "10.1.1.1") {
        const auto verdict = show(text, remote);
        const auto* refusal = std::get_if<Rejection>(&verdict);
        return refusal == nullptr ? 200 : refusal->status;
    }
    /// "" if it lets in, else why not.
    std::string why(const std::string& text) {
        static int address = 0;  // so that none is counted for another
        const auto is = status(text, "10.2.0." + std::to_string(++address % 250));
        CHECK(is == (refused.empty() ? 200 : 401));
        return refused;
    }

    fakes::ManualClock clock{noon};
    SigningKey key{"ES256"};
    Result<std::string> publishes = Json{{"keys", Json::array({key.published()})}}.dump();
    int asked = 0;
    std::string refused;
    std::unique_ptr<callers::Credentials> credentials;
};

}  // namespace

TEST_CASE("a token of the issuer for this server lets in whom it names, as it was asked for, until it ends") {
    House house;
    const auto token = house.token();
    const auto verdict = house.show(token);
    const auto* caller = std::get_if<transport::KnownCaller>(&verdict);
    REQUIRE(caller != nullptr);
    CHECK(caller->principal == "issuer:u-1/cursor");
    CHECK(caller->person.empty());
    CHECK(caller->may_request);
    CHECK(caller->default_assurance == policy::Assurance::signed_in);
    CHECK(house.asked == 1);
    CHECK(house.status(house.token()) == 200);
    CHECK(house.asked == 1);
    const auto held = caller->held;
    CHECK(house.credentials->still_holds(held));
    house.clock.advance(299s);
    CHECK(house.credentials->still_holds(held));
    house.clock.advance(1s);
    house.show(house.token({{"exp", at_noon + 900}}));
    CHECK_FALSE(house.credentials->still_holds(held));
}

TEST_CASE("what is known of a token is known of that text alone, and as long as its key is published") {
    House house;
    const auto token = house.token({{"exp", at_noon + 3600}});
    CHECK(house.status(token) == 200);
    const auto forged =
        token.substr(0, token.size() - 8) + (token.ends_with("AAAAAAAA") ? "BBBBBBBB" : "AAAAAAAA");
    CHECK(house.status(forged) == 401);
    CHECK(house.status(token) == 200);
    house.clock.advance(11min);  // the same keys are read again
    CHECK(house.status(token) == 200);
    CHECK(house.asked == 2);
    SigningKey other{"ES256"};
    house.publishes = Json{{"keys", Json::array({other.published()})}}.dump();
    house.clock.advance(9min);
    CHECK(house.status(token) == 200);
    house.clock.advance(2min);
    CHECK(house.status(token) == 401);
}

TEST_CASE("two callers are never one, whatever their names are") {
    House house;
    const auto principal = [&](const Json& more) {
        const auto verdict = house.show(house.token(more));
        const auto* caller = std::get_if<transport::KnownCaller>(&verdict);
        return caller == nullptr ? std::string("none") : caller->principal;
    };
    CHECK(principal({{"sub", "auth0|5f"}, {"client_id", "https://claude.ai/x"}}) ==
          "issuer:auth0|5f/https:%2F%2Fclaude.ai%2Fx");
    CHECK(principal({{"sub", "a/b"}, {"client_id", "c"}}) != principal({{"sub", "a"}, {"client_id", "b/c"}}));
    CHECK(principal({{"sub", "a%2Fb"}}) != principal({{"sub", "a/b"}}));
    CHECK(principal({{"sub", "\xC3\xA4 \n"}}) == "issuer:%C3%A4%20%0A/cursor");
    auto by_azp = House::claims();
    by_azp.erase("client_id");
    by_azp["azp"] = "vscode";
    const auto verdict = house.show(house.sign(by_azp));
    CHECK(std::get<transport::KnownCaller>(verdict).principal == "issuer:u-1/vscode");
    CHECK(principal({{"client_id", nullptr}, {"azp", "vscode"}}) == "issuer:u-1/vscode");
    CHECK(principal({{"client_id", nullptr}}) == "none");
    CHECK(principal({{"client_id", 7}, {"azp", "vscode"}}) == "none");
    CHECK(principal({{"client_id", ""}, {"azp", "vscode"}}) == "none");
}

TEST_CASE("attack: a token for another server, of another issuer or another sort lets no one in") {
    House house;
    const auto for_another = "it was made for someone else";
    CHECK(house.why(house.token({{"aud", "https://tfy.example.com/mcp/"}})) == "");
    CHECK(house.why(house.token({{"aud", {"https://other.example.com", resource}}})) == "");
    for (const Json& audience :
         {Json("https://tfy.example.com"), Json("https://tfy.example.com/mcp2"),
          Json("https://tfy.example.com/mcp//"), Json("HTTPS://tfy.example.com/mcp"),
          Json("https://sibling.example.com/mcp"), Json(""), Json(nullptr), Json(7),
          Json({"https://other.example.com"}), Json::array(), Json({{"a", resource}})}) {
        CAPTURE(audience.dump());
        CHECK(house.why(house.token({{"aud", audience}})) == for_another);
    }
    CHECK(house.why(house.without("aud")) == for_another);
    for (const auto* other : {"https://idp.example.com/realms/acme/", "https://IDP.example.com/realms/acme",
                              "https://idp.example.com/realms/other", "https://idp.example.com", ""}) {
        CAPTURE(other);
        CHECK(house.why(house.token({{"iss", other}})) == "another issuer made it");
    }
    CHECK(house.why(house.without("iss")) == "another issuer made it");
    for (const Json& type :
         {Json("JWT"), Json("id+jwt"), Json("oauth-id-jag+jwt"), Json("at"), Json(""), Json(7)}) {
        CAPTURE(type.dump());
        CHECK(house.why(house.token(Json::object(), {{"typ", type}})) == "it is a token of another type");
    }
    CHECK(house.why(house.token(Json::object(), {{"typ", "application/at+jwt"}})) == "");
    CHECK(house.why(house.token(Json::object(), {{"typ", "AT+JWT"}})) == "");
    CHECK(house.why(house.key.sign_text(R"({"alg":"ES256","kid":"key-1"})", House::claims().dump())) ==
          "it is a token of another type");
    for (const auto* name : {"sub", "client_id", "exp", "iat"}) {
        CAPTURE(name);
        CHECK(house.why(house.without(name)) != "");
    }
    CHECK(house.why(house.token({{"client_id", std::string(256, 'c')}})) ==
          "it does not say to which client it was given");

    // Another issuer's key under the name of ours.
    const SigningKey foreign("ES256");
    auto header = foreign.header();
    header["typ"] = "at+jwt";
    CHECK(house.why(foreign.sign_text(header.dump(), House::claims().dump())) == "its signature is wrong");
}

TEST_CASE("an issuer whose tokens do not say what they are counts if the operator says so") {
    House house(true);
    for (const auto* type : {"JWT", "at+jwt"})
        CHECK(house.why(house.token(Json::object(), {{"typ", type}})) == "");
    CHECK(house.why(house.key.sign_text(R"({"alg":"ES256","kid":"key-1"})", House::claims().dump())) == "");
    CHECK(house.why(house.token(Json::object(), {{"typ", "id+jwt"}})) == "it is a token of another type");
}

TEST_CASE("attack: clocks may differ by a minute, and no more") {
    House house;
    struct Row {
        const char* name;
        Json claims;
        bool good;
    };
    const Row rows[] = {{"59 s over", {{"exp", at_noon - 59}}, true},
                        {"60 s over", {{"exp", at_noon - 60}}, false},
                        {"a day over", {{"exp", at_noon - 86'400}}, false},
                        {"text", {{"exp", std::to_string(at_noon + 300)}}, false},
                        {"no number of seconds", {{"exp", 1e300}}, false},
                        {"negative", {{"exp", -1}}, false},
                        {"60 s ahead", {{"iat", at_noon + 60}}, true},
                        {"61 s ahead", {{"iat", at_noon + 61}}, false},
                        {"begins in 60 s", {{"nbf", at_noon + 60}}, true},
                        {"begins in 61 s", {{"nbf", at_noon + 61}}, false},
                        {"begins with a text", {{"nbf", "now"}}, false}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK((house.why(house.token(row.claims)) == "") == row.good);
    }
    const auto token = house.token();
    for (const auto off : {24h, -24h}) {
        House other;
        other.clock.advance(off);
        CHECK(other.why(other.token()) != "");
    }
    CHECK(house.why(token) == "");
}

TEST_CASE("a token that gives none of this server's scopes gets 403 and all of them; one that reads, reads") {
    House house;
    const auto rights = [&](const Json& more) -> std::string {
        auto said = House::claims();
        said.erase("scope");
        said.update(more);
        const auto verdict = house.show(house.sign(said));
        if (const auto* caller = std::get_if<transport::KnownCaller>(&verdict))
            return caller->may_request ? "asks" : "reads";
        const auto& refusal = std::get<Rejection>(verdict);
        CHECK(refusal.status == 403);
        CHECK(refusal.headers.at(0).second.find(
                  R"(error="insufficient_scope", scope="tokens:read tokens:request")") != std::string::npos);
        return "nothing";
    };
    CHECK(rights({{"scope", "tokens:read"}}) == "reads");
    CHECK(rights({{"scope", "tokens:request"}}) == "asks");
    CHECK(rights({{"scp", "openid tokens:read tokens:request"}}) == "asks");
    CHECK(rights({{"scp", {"tokens:read", "profile"}}}) == "reads");
    CHECK(rights(Json::object()) == "nothing");
    CHECK(rights({{"scope", "tokens:readx tokens"}}) == "nothing");
    CHECK(rights({{"scope", "TOKENS:READ"}}) == "nothing");
    CHECK(rights({{"scope", {{"tokens:read", true}}}}) == "nothing");
    CHECK(rights({{"scp", Json::array({7, nullptr})}}) == "nothing");
}

TEST_CASE("while no key is known the answer is 503; known keys go on for a day") {
    House house;
    house.publishes = Error{Errc::upstream, "it answered 500"};
    CHECK(house.status(house.token()) == 503);
    CHECK(house.status(house.token()) == 503);
    CHECK(house.asked == 1);
    house.publishes = Json{{"keys", Json::array({house.key.published()})}}.dump();
    house.clock.advance(10s);
    CHECK(house.status(house.token()) == 200);
    house.publishes = Error{Errc::upstream, "it is away"};
    const auto later = [&](std::chrono::seconds by) {
        house.clock.advance(by);
        const auto now =
            at_noon + std::chrono::duration_cast<std::chrono::seconds>(house.clock.now() - noon).count();
        return house.status(house.token({{"iat", now}, {"exp", now + 300}}));
    };
    CHECK(later(23h) == 200);
    CHECK(later(1h) == 503);
}

TEST_CASE(
    "attack: who shows ten that do not hold gets 429, and none of theirs is looked at for that minute") {
    House house;
    CHECK(house.status(house.token()) == 200);
    const auto bad = house.token({{"aud", "https://other.example.com"}});
    for (int i = 0; i < 10; ++i) CHECK(house.status(bad, "10.9.9.9") == 401);
    CHECK(house.status(bad, "10.9.9.9") == 429);
    house.clock.advance(60s);
    CHECK(house.status(house.token(), "10.9.9.9") == 200);
    for (int i = 0; i < 11; ++i)
        house.status(house.token(Json::object(), {{"kid", "made-up-" + std::to_string(i)}}), "10.9.9.9");
    const auto asked = house.asked;
    CHECK(asked <= 2);
    house.clock.advance(59s);
    CHECK(house.status(house.token(), "10.9.9.9") == 429);
    CHECK(house.refused.empty());
    CHECK(house.status(house.token(), "10.9.9.8") == 200);
}

TEST_CASE("a caller that asks more in a minute than it may gets 429, and another one does not") {
    House house;
    for (int i = 0; i < 120; ++i) CHECK(house.status(house.token()) == 200);
    const auto verdict = house.show(house.token());
    const auto& refusal = std::get<Rejection>(verdict);
    CHECK(refusal.status == 429);
    CHECK(refusal.headers.at(0) == std::pair<std::string, std::string>("retry-after", "60"));
    CHECK(house.status(house.token({{"client_id", "vscode"}})) == 200);
    house.clock.advance(60s);
    CHECK(house.status(house.token()) == 200);
}

}  // namespace tfy::callers_issuer_test
