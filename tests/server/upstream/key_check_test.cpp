// What is asked of TrueFoundry about a key, and what each answer means.
#include "server/upstream/key_check.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include "tests/fakes/run.hpp"
#include "tests/fakes/tried_keys.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::upstream::key_check_test {

using namespace std::chrono_literals;

namespace {

using fakes::ask_one;

std::string jwt_of(const Json& claims) {
    const auto text = claims.dump();
    std::string encoded(sodium_base64_encoded_len(text.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                        '\0');
    sodium_bin2base64(encoded.data(), encoded.size(), reinterpret_cast<const unsigned char*>(text.data()),
                      text.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    encoded.pop_back();
    return "eyJhbGciOiJSUzI1NiJ9." + encoded + ".c2lnbmF0dXJl";
}

struct Plane : fakes::TriedKeys {
    KeyCheck checks = check(7s);

    Result<CheckedKey> checked(std::string value) {
        const policy::Secret key(std::move(value));
        return fakes::run(checks.check(key));
    }
    Result<CheckedKey> answered(Result<truefoundry::ApiResponse> answer) {
        script.expect(ask_one, std::move(answer));
        return checked("tfy_pat_ada_0123456789");
    }
    Errc answered(int status) { return answered(examples::answer(status)).error().code; }
};

Json made_by(const std::string& user) {
    auto token = examples::item("id1", "a-token");
    token["createdBySubject"] = {{"subjectId", "x"}, {"subjectType", "user"}, {"subjectSlug", user}};
    return token;
}

}  // namespace

TEST_CASE("a key is checked by one request that reads, and a key that says nothing has no subject") {
    Plane plane;
    const auto found = plane.answered(examples::answer(200, examples::page(Json::array())));
    REQUIRE(found.has_value());
    CHECK(found->user.empty());
    CHECK(found->subject.empty());
    CHECK_FALSE(found->expires.has_value());
    CHECK(plane.script.sent == std::vector{ask_one});
    CHECK(plane.timeouts == std::vector<std::chrono::milliseconds>{7s});
    CHECK(plane.asked_with == std::vector<std::string>{"Authorization: Bearer tfy_pat_ada_0123456789"});
}

TEST_CASE("whose a key is: by its claims, else by the token that it lists") {
    Plane plane;
    plane.script.expect(ask_one, 200, examples::page(made_by("ada@acme.example")));
    const auto opaque = plane.checked("tfy_pat_ada_0123456789");
    CHECK(opaque.value().user == "ada@acme.example");
    CHECK(opaque.value().subject == "ada@acme.example");

    plane.script.expect(ask_one, 200, examples::page(made_by("else@acme.example")));
    const auto jwt = plane.checked(
        jwt_of({{"subjectType", "user"}, {"subjectSlug", "bob@acme.example"}, {"exp", 1'900'000'000}}));
    CHECK(jwt.value().user == "bob@acme.example");
    CHECK(jwt.value().subject == "bob@acme.example");
    CHECK(jwt.value().expires == policy::Time{1'900'000'000s});

    plane.script.expect(ask_one, 200, examples::page(Json::array()));
    const auto team = plane.checked(jwt_of({{"subjectType", "team"}, {"subjectSlug", "payments"}}));
    CHECK(team.value().user == "team payments");
    CHECK(team.value().subject == "payments");
}

TEST_CASE("a refused key is refused, and what says nothing of the key is not known") {
    Plane plane;
    CHECK(plane.answered(401) == Errc::denied);
    CHECK(plane.answered(403) == Errc::denied);
    for (const int status : {301, 400, 404, 408, 429, 500, 502, 503, 504})
        CHECK(plane.answered(status) == Errc::upstream);
    CHECK(plane.answered(examples::lost()).error().code == Errc::upstream);
    CHECK(plane.answered(Error{Errc::upstream, "no route to acme"}).error().code == Errc::upstream);
    CHECK(plane.answered(examples::answer(200, "<html>Sign in</html>")).error().code == Errc::upstream);
    CHECK(plane.script.finished());
    const auto slow = plane.answered(examples::answer(429, {}, 7s)).error();
    CHECK(slow.data == Json{{"http_status", 429}, {"retry_after", 7}});
}

TEST_CASE("what is no user's key by its form is not sent") {
    Plane plane;
    for (const auto* type : {"virtualaccount", "virtual-account", "serviceaccount"}) {
        const auto refused = plane.checked(jwt_of({{"subjectType", type}, {"subjectSlug", "ci"}}));
        CHECK(refused.error().code == Errc::refused);
        CHECK(refused.error().message.find("virtual account") != std::string::npos);
    }
    CHECK(plane.checked("tfy_va_ci_0123456789").error().code == Errc::refused);
    for (const auto* text :
         {"", " \n", "two words", "line\nbreak", "<your-key>", "${TFY_API_KEY}", "schl\xc3\xbcssel"}) {
        CAPTURE(text);
        CHECK(plane.checked(text).error().code == Errc::refused);
    }
    CHECK(plane.checked(std::string(20'000, 'x')).error().code == Errc::refused);
    CHECK(plane.script.sent.empty());
}

TEST_CASE("no message repeats anything of the key") {
    Plane plane;
    const std::string secret = "0123456789abcdef";
    for (const auto& text : {"tfy_va_ci_" + secret, secret + " " + secret, "<" + secret + ">"})
        CHECK(plane.checked(text).error().message.find(secret) == std::string::npos);
    for (const int status : {401, 403, 500}) {
        plane.script.expect(ask_one, status, Json{{"message", "bad key tfy-" + secret}}.dump());
        CHECK(plane.checked("tfy-" + secret).error().message.find(secret) == std::string::npos);
    }
}

}  // namespace tfy::upstream::key_check_test
