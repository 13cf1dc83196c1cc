// Answers that are the same for everyone are kept as bytes, and read as if each were sealed anew.
#include "server/mcp/prepared_answers.hpp"

#include <doctest/doctest.h>

#include "server/mcp/dispatch.hpp"
#include "server/mcp/http_replies.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/run.hpp"
#include "tests/fakes/state.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::prepared_answers_test {

using namespace tfy::leaks;
using protocol::Version;

namespace {

const auto value = opaque_token(7, 48);

class Prompts final : public mcp::PromptFeature {
public:
    const std::vector<Json>& definitions() const override {
        ++asked;
        return all;
    }
    Async<Result<mcp::MethodResult>> get(mcp::Requester&, protocol::GetPromptParams) override {
        mcp::Again again{is, [this] {
                             ++made;
                             if (meanwhile) meanwhile();
                             return Json{{"description", "It says " + value}, {"messages", Json::array()}};
                         }};
        co_return mcp::MethodResult{.again = std::move(again)};
    }

    std::vector<Json> all = {{{"name", "one"}, {"description", "It says \"" + value + "\"\n, and no more."}}};
    mutable int asked = 0;
    std::shared_ptr<const void> is = std::make_shared<const char>();
    int made = 0;
    std::function<void()> meanwhile = {};  // happens while that is made
};

struct House {
    Prompts prompts;
    mcp::Subscriptions changes;
    fakes::TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = fakes::open_ledger(folder / "ledger.db");
    sealing::Sealer redaction{
        redaction::FingerprintKeyForTests::make(), {}, storage::Reader::open(folder / "ledger.db").value()};
    mcp::Dispatch dispatch{{.prompts = &prompts}, changes, redaction, {.name = "tfy", .version = "1"}};

    std::string ask(protocol::RequestId id, Version version = Version::v2026_07_28,
                    Json params = Json::object(), std::string method = "prompts/list") {
        mcp::AnswerOnly outbox;
        mcp::Requester requester{
            .context = {.version = version}, .caller = {}, .outbox = outbox, .redaction = redaction};
        auto answer =
            fakes::run(dispatch.answer(requester, {std::move(id), std::move(method), std::move(params)}));
        return std::string(answer.message.text());
    }
    std::string get(int id, Version version = Version::v2026_07_28) {
        return ask(protocol::RequestId(id), version, {{"name", "one"}}, "prompts/get");
    }
    /// `first` for another id, as sealing the whole message has it.
    std::string whole(const std::string& first, const protocol::RequestId& id) const {
        auto message = Json::parse(first);
        message["id"] = id.json();
        return std::string(redaction.seal(message).text());
    }
};

}  // namespace

TEST_CASE("what was answered once is answered again as bytes, with each request's own id") {
    House house;
    const auto first = house.ask(protocol::RequestId(1));
    CHECK(house.prompts.asked == 1);
    for (const auto& id : {protocol::RequestId(2), protocol::RequestId(-3),
                           protocol::RequestId("a\"\n\u00e9"), protocol::RequestId("")}) {
        CAPTURE(id.key());
        CHECK(house.ask(id) == house.whole(first, id));
    }
    CHECK(house.prompts.asked == 1);
}

TEST_CASE("another method, another revision, or parameters are another answer") {
    House house;
    const auto modern = house.ask(protocol::RequestId(1));
    const auto legacy = house.ask(protocol::RequestId(1), Version::v2025_06_18);
    CHECK(modern.find("resultType") != std::string::npos);
    CHECK(legacy.find("resultType") == std::string::npos);
    CHECK(house.ask(protocol::RequestId(1), Version::v2025_06_18) == legacy);
    CHECK(
        house.ask(protocol::RequestId(1), Version::v2026_07_28, {{"cursor", "c1"}}).find("does not belong") !=
        std::string::npos);
    CHECK(house.ask(protocol::RequestId(1), Version::v2026_07_28, {{"_meta", {{"a", 1}}}}) == modern);
    const auto discovered = house.ask(protocol::RequestId(1), Version::v2026_07_28, {}, "server/discover");
    CHECK(discovered.find("supportedVersions") != std::string::npos);
    CHECK(house.ask(protocol::RequestId(2), Version::v2026_07_28, {}, "server/discover") ==
          house.whole(discovered, protocol::RequestId(2)));
}

TEST_CASE("a token that is registered is taken out of the very next answer, kept or not") {
    House house;
    CHECK(house.ask(protocol::RequestId(1)).find(value) != std::string::npos);
    CHECK(house.ask(protocol::RequestId(2)).find(value) != std::string::npos);
    house.redaction.add(redaction::fingerprint(value, "ci", redaction::FingerprintKeyForTests::make()));
    for (int id = 3; id < 6; ++id) {
        const auto answer = house.ask(protocol::RequestId(id));
        CHECK(answer.find(value) == std::string::npos);
        CHECK(answer.find("[redacted:access-token ci]") != std::string::npos);
    }
}

TEST_CASE("an answer that was made while tokens could not be read for a moment is not kept") {
    House house;
    const auto away = [&] {
        std::filesystem::rename(house.folder / "ledger.db", house.folder / "away.db");
        CHECK(house.redaction.seal_text("a text of some length").text() == "[withheld]");
        std::filesystem::rename(house.folder / "away.db", house.folder / "ledger.db");
    };
    house.prompts.meanwhile = away;
    house.get(1);
    house.prompts.meanwhile = {};
    house.get(2);
    CHECK(house.prompts.made == 2);
    house.get(3);
    CHECK(house.prompts.made == 2);
}

TEST_CASE("where a value may be spelled across members, the whole message is sealed") {
    House house;
    house.redaction.add(redaction::fingerprint(R"(d","jsonrpc":"2.0","result":{"cacheS)", "odd",
                                               redaction::FingerprintKeyForTests::make()));
    const auto first = house.ask(protocol::RequestId("an-id-that-ends-with-d"));
    CHECK(first.find(R"(d","jsonrpc":"2.0","result":{"cacheS)") == std::string::npos);
    CHECK(house.ask(protocol::RequestId("an-id-that-ends-with-d")) == first);
    CHECK(house.prompts.asked == 2);
}

TEST_CASE("a result that stands for itself is made once, for each revision") {
    House house;
    const auto first = house.get(1);
    CHECK(Json::parse(first).at("result").at("description") == "It says " + value);
    CHECK(house.prompts.made == 1);
    CHECK(house.get(2) == house.whole(first, protocol::RequestId(2)));
    CHECK(house.prompts.made == 1);
    const auto legacy = house.get(1, Version::v2025_06_18);
    CHECK(legacy.find("resultType") == std::string::npos);
    CHECK(house.get(1, Version::v2025_06_18) == legacy);
    CHECK(house.prompts.made == 2);
    house.prompts.is = std::make_shared<const char>();
    CHECK(house.get(1) == first);
    CHECK(house.prompts.made == 3);
}

TEST_CASE("a token that is registered is taken out of a result that stands for itself, too") {
    House house;
    for (int id = 1; id < 3; ++id) CHECK(house.get(id).find(value) != std::string::npos);
    house.redaction.add(redaction::fingerprint(value, "ci", redaction::FingerprintKeyForTests::make()));
    for (int id = 3; id < 5; ++id) {
        CHECK(house.get(id).find(value) == std::string::npos);
        CHECK(house.get(id).find("[redacted:access-token ci]") != std::string::npos);
    }
    CHECK(house.prompts.made == 2);
}

TEST_CASE("of results that stand for themselves a MiB is kept") {
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    const auto known = redaction.now();
    mcp::PreparedAnswers kept;
    const Json large = {{"text", std::string(mcp::PreparedAnswers::most_bytes / 2 + 1, ' ')}};
    const auto one = mcp::Again{std::make_shared<const char>(), {}};
    const auto other = mcp::Again{std::make_shared<const char>(), {}};
    const auto find = [&](const mcp::Again& again) {
        return kept.find(known, protocol::RequestId(1), again, Version::v2026_07_28);
    };
    const auto keep = [&](const mcp::Again& again) {
        return kept.keep(known, protocol::RequestId(1), again, Version::v2026_07_28, large);
    };
    const auto first = keep(one);
    CHECK(first.value().text() == find(one).value().text());
    CHECK_FALSE(find(other).has_value());
    CHECK(keep(other).has_value());
    CHECK_FALSE(find(one).has_value());
    CHECK(find(other).has_value());
}

}  // namespace tfy::prepared_answers_test
