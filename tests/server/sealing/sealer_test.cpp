// The redactor in force: what a listing and a new token teach it, from that moment on.
#include "server/sealing/sealer.hpp"

#include <doctest/doctest.h>

#include "tests/policy/leak_tokens.hpp"

namespace tfy::sealer_test {

using namespace tfy::leaks;

namespace {

const std::string id = "cmdq7r1k2000108l4h3xv9z5t";
const std::string jwt =
    base64url(R"({"alg":"RS256"})") + "." + base64url(R"({"jti":")" + id + "\"}") + "." + opaque_token(9, 86);

truefoundry::AccessToken listed(std::string name, std::vector<std::string> ids) {
    truefoundry::AccessToken token;
    token.name = std::move(name);
    token.jwt_ids = std::move(ids);
    return token;
}

std::string sealed(const sealing::Sealer& redaction, const std::string& text) {
    return std::string(redaction.seal_text(text).text());
}

}  // namespace

TEST_CASE("from its listing on, a JWT is known by its id and the token's name, also after it is not listed") {
    sealing::Sealer redaction(a_key(), {});
    CHECK(sealed(redaction, jwt) == jwt);
    redaction.learn_ids({listed("other", {"some-other-id-that-is-long"}), listed("ci", {id})});
    CHECK(sealed(redaction, jwt) == "[redacted:access-token ci]");
    redaction.learn_ids({});
    CHECK(sealed(redaction, jwt) == "[redacted:access-token ci]");
    redaction.learn_ids({listed("renamed", {id})});
    CHECK(sealed(redaction, jwt) == "[redacted:access-token renamed]");
}

TEST_CASE("ids that come in pages are taken up together, by one new redactor") {
    sealing::Sealer redaction(a_key(), {});
    const auto before = redaction.now();
    redaction.note_ids({listed("ci", {id})});
    redaction.note_ids({listed("other", {"some-other-id-that-is-long"})});
    CHECK(redaction.now() == before);
    redaction.take_up_ids();
    CHECK(sealed(redaction, jwt) == "[redacted:access-token ci]");
    const auto after = redaction.now();
    redaction.take_up_ids();
    CHECK(redaction.now() == after);
}

TEST_CASE("a listing that says nothing new makes no new redactor, and forgets no new token") {
    sealing::Sealer redaction(a_key(), {});
    const auto value = opaque_token(4, 48);
    redaction.learn_ids({listed("ci", {id})});
    redaction.add(redaction::fingerprint(value, "fresh", a_key()));
    CHECK(sealed(redaction, value + " " + jwt) == "[redacted:access-token fresh] [redacted:access-token ci]");
    const auto before = redaction.now();
    redaction.learn_ids({listed("ci", {id}), listed("opaque", {})});
    CHECK(redaction.now() == before);
    redaction.learn_ids({listed("more", {"some-other-id-that-is-long"})});
    CHECK(sealed(redaction, value + " " + jwt) == "[redacted:access-token fresh] [redacted:access-token ci]");
}

TEST_CASE("a peer's text is sealed while it is whole, and cut afterwards") {
    sealing::Sealer redaction(a_key(), {});
    redaction.learn_ids({listed("ci", {id})});
    CHECK(redaction.quoted("tfy_nothing") == "'tfy_nothing'");
    CHECK(redaction.quoted(jwt) == "'[redacted:access-token ci]'");  // known by a claim behind any cut
    const auto long_jwt = base64url(R"({"alg":"RS256"})") + "." +
                          base64url(R"({"jti":")" + id + R"(","x":")" + std::string(300, 'y') + "\"}") + "." +
                          opaque_token(9, 86);
    CHECK(redaction.quoted(long_jwt) == "'[redacted:access-token ci]'");
    CHECK(redaction.quoted(std::string(300, 'x')).size() < 30);
}

}  // namespace tfy::sealer_test
