// The redactor in force: what a listing and a new token teach it, from that moment on.
#include "server/sealing/sealer.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/state.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::sealer_test {

using namespace tfy::leaks;

namespace {

const std::string id = "cmdq7r1k2000108l4h3xv9z5t";
const std::string jwt =
    base64url(R"({"alg":"RS256"})") + "." + base64url(R"({"jti":")" + id + "\"}") + "." + opaque_token(9, 86);

std::string sealed(const sealing::Sealer& redaction, const std::string& text) {
    return std::string(redaction.seal_text(text).text());
}

}  // namespace

TEST_CASE("from its listing on, a JWT is known by its id and the token's name, also after it is not listed") {
    sealing::Sealer redaction(a_key(), {});
    CHECK(sealed(redaction, jwt) == jwt);
    redaction.learn_ids({{"some-other-id-that-is-long", "other"}, {id, "ci"}});
    CHECK(sealed(redaction, jwt) == "[redacted:access-token ci]");
    redaction.learn_ids({});
    CHECK(sealed(redaction, jwt) == "[redacted:access-token ci]");
    redaction.learn_ids({{id, "renamed"}});
    CHECK(sealed(redaction, jwt) == "[redacted:access-token renamed]");
}

TEST_CASE("ids that come in pages are taken up together, by one new redactor") {
    sealing::Sealer redaction(a_key(), {});
    const auto before = redaction.now();
    redaction.note_ids({{id, "ci"}});
    redaction.note_ids({{"some-other-id-that-is-long", "other"}});
    CHECK(redaction.now() == before);
    redaction.take_up_ids();
    CHECK(sealed(redaction, jwt) == "[redacted:access-token ci]");
    const auto after = redaction.now();
    redaction.take_up_ids();
    CHECK(redaction.now() == after);
}

TEST_CASE("what seals one answer knows what was known when it began, and the sealer itself what came since") {
    sealing::Sealer redaction(a_key(), {});
    const auto first = opaque_token(4, 48);
    const auto later = opaque_token(5, 48);
    redaction.add(redaction::fingerprint(first, "first", a_key()));
    const auto one_answer = redaction.for_one_answer();
    redaction.add(redaction::fingerprint(later, "later", a_key()));
    CHECK(one_answer->seal_text(first).text() == "[redacted:access-token first]");
    CHECK(one_answer->seal_text(later).text() == later);
    CHECK(sealed(redaction, later) == "[redacted:access-token later]");
    CHECK(redaction.for_one_answer()->seal_text(later).text() == "[redacted:access-token later]");
}

TEST_CASE("a listing that says nothing new makes no new redactor, and forgets no new token") {
    sealing::Sealer redaction(a_key(), {});
    const auto value = opaque_token(4, 48);
    redaction.learn_ids({{id, "ci"}});
    redaction.add(redaction::fingerprint(value, "fresh", a_key()));
    CHECK(sealed(redaction, value + " " + jwt) == "[redacted:access-token fresh] [redacted:access-token ci]");
    const auto before = redaction.now();
    redaction.learn_ids({{id, "ci"}});
    CHECK(redaction.now() == before);
    redaction.learn_ids({{"some-other-id-that-is-long", "more"}});
    CHECK(sealed(redaction, value + " " + jwt) == "[redacted:access-token fresh] [redacted:access-token ci]");
}

TEST_CASE("where names are hidden, a mark says that a token was there, and not which") {
    const auto first = opaque_token(4, 48);
    const auto later = opaque_token(5, 48);
    sealing::Sealer redaction(a_key(), {redaction::fingerprint(first, "first", a_key())}, nullptr,
                              sealing::Sealer::Names::hidden);
    redaction.learn_ids({{id, "ci"}});
    redaction.add(redaction::fingerprint(later, "later", a_key()));
    redaction.configure(redaction::fingerprint("tfy-a-key-of-this-server", "TFY_API_KEY", a_key()));
    for (const auto& value : {first, jwt, later, std::string("tfy-a-key-of-this-server")})
        CHECK(sealed(redaction, value) == "[redacted:access-token]");
}

TEST_CASE("a peer's text is sealed while it is whole, and cut afterwards") {
    sealing::Sealer redaction(a_key(), {});
    redaction.learn_ids({{id, "ci"}});
    CHECK(redaction.quoted("tfy_nothing") == "'tfy_nothing'");
    CHECK(redaction.quoted(jwt) == "'[redacted:access-token ci]'");  // known by a claim behind any cut
    const auto long_jwt = base64url(R"({"alg":"RS256"})") + "." +
                          base64url(R"({"jti":")" + id + R"(","x":")" + std::string(300, 'y') + "\"}") + "." +
                          opaque_token(9, 86);
    CHECK(redaction.quoted(long_jwt) == "'[redacted:access-token ci]'");
    CHECK(redaction.quoted(std::string(300, 'x')).size() < 30);
}

TEST_CASE("what another process registers is taken out of the very next text") {
    const fakes::TempFolder folder;
    const auto other = fakes::open_ledger(folder / "ledger.db");
    const sealing::Sealer redaction(a_key(), {}, storage::Reader::open(folder / "ledger.db").value());
    const auto value = opaque_token(4, 64);
    CHECK(sealed(redaction, value) == value);
    REQUIRE(other->add_fingerprints(redaction::fingerprint(value, "theirs", a_key())).has_value());
    CHECK(sealed(redaction, value) == "[redacted:access-token theirs]");
}

TEST_CASE("while tokens cannot be read, long texts are withheld, and a shown value still arrives") {
    const fakes::TempFolder folder;
    const auto other = fakes::open_ledger(folder / "ledger.db");
    const sealing::Sealer redaction(a_key(), {}, storage::Reader::open(folder / "ledger.db").value());
    std::filesystem::rename(folder / "ledger.db", folder / "moved.db");
    const auto value = opaque_token(4, 64);
    const auto why = redaction.fresh();
    REQUIRE_FALSE(why.has_value());
    CHECK(why.error().code == Errc::storage);
    CHECK(why.error().message.find("is no longer there") != std::string::npos);
    CHECK(sealed(redaction, value) == "[withheld]");
    CHECK(sealed(redaction, "15 characters..") == "15 characters..");
    CHECK(sealed(redaction, "16 characters...") == "[withheld]");
    CHECK(redaction.seal({{"id", 1}, {value, "short"}, {"list", {value}}}).text() ==
          R"({"[withheld]":"short","id":1,"list":["[withheld]"]})");
    CHECK(redaction.seal_own(why.error().message).text().find(folder.path().string()) != std::string::npos);

    auto reveal = redaction::RevealForTests::make(policy::Secret(std::string(value)));
    const Json message = {{"text", "Your value: " + reveal.placeholder()}};
    CHECK(redaction.now()->seal_reveal(message, std::move(reveal)).text() ==
          R"({"text":")" + value + R"("})");

    std::filesystem::rename(folder / "moved.db", folder / "ledger.db");
    CHECK(sealed(redaction, value) == value);
}

}  // namespace tfy::sealer_test
