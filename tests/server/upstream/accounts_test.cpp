// By whose key a caller's calls go, and that nothing of one key is another's.
#include "server/upstream/accounts.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fstream>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::accounts_test {

using truefoundry::ApiRequest;
using truefoundry::ApiResponse;
using upstream::KeyMap;

namespace {

/// A control plane that answers each key with an empty list, or with what is set for it.
struct Plane {
    struct Way final : truefoundry::Exchange {
        Way(Plane& all, std::shared_ptr<const upstream::OwnKey> with) : plane(all), key(std::move(with)) {}
        Async<Result<ApiResponse>> send(ApiRequest) override {
            auto shown = key->authorization();
            plane.asked.push_back(shown.substr(shown.rfind(' ') + 1));
            if (plane.meanwhile) plane.meanwhile();
            ApiResponse answer;
            answer.status = plane.refused == plane.asked.back() ? 401 : 200;
            answer.content_type = "application/json";
            answer.body = R"({"data":[],"pagination":{"total":0}})";
            co_return answer;
        }
        Plane& plane;
        std::shared_ptr<const upstream::OwnKey> key;
    };
    std::vector<std::string> asked;  // keys, one for each request
    std::string refused;
    std::function<void()> meanwhile;  // happens while a request runs
};

policy::Secret secret(const std::string& text) { return policy::Secret(std::string(text)); }

const std::string server_key = "tfy-q8WnZr3Lk5Tb0Yc7Vd2Xs-server";
const std::string ada_key = "tfy-4JqVb8Lw2Zs7Rk0Tn5Xy1Pd-ada";
const std::string bob_key = "tfy-H6mCz1Fg9Ns4Uj3Eo8Ia2Be-bob";

struct House {
    explicit House(KeyMap map = {}, bool sandbox = false)
        : accounts(
              {loop, store, redaction, log}, std::make_shared<upstream::OwnKey>(secret(server_key)),
              connect(nullptr), [this](const auto& key) { return connect(key); }, std::move(map),
              std::chrono::milliseconds{1000}, sandbox) {}

    std::unique_ptr<truefoundry::Exchange> connect(std::shared_ptr<const upstream::OwnKey> key) {
        if (!key) key = std::make_shared<upstream::OwnKey>(secret(server_key));
        return std::make_unique<Plane::Way>(plane, std::move(key));
    }
    /// The key that a call of this caller goes with; or the sentence and the cause of why it does not.
    std::string key_for(const policy::Caller& caller) {
        plane.asked.clear();
        std::optional<Result<std::vector<truefoundry::AccessToken>>> listed;
        auto client = accounts.of(caller);
        boost::asio::co_spawn(loop, client.list(), [&](const std::exception_ptr& bug, auto result) {
            if (bug) std::rethrow_exception(bug);
            listed = std::move(result);
        });
        loop.run();
        loop.restart();
        if (!plane.asked.empty()) return plane.asked.front();
        return listed->error().data.at("cause").template get<std::string>() + ": " + listed->error().message;
    }

    fakes::TempFolder folder;
    boost::asio::io_context loop;
    storage::Store store{storage::Ledger::open(folder.path() / "ledger.db").value()};
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    Plane plane;
    upstream::Accounts accounts;
};

policy::Caller caller(std::string principal, std::string person = {}) {
    return {.principal = std::move(principal), .person = std::move(person)};
}

std::string written(const fakes::TempFolder& folder, const char* name, const std::string& text) {
    const auto file = folder.path() / name;
    std::ofstream(file) << text;
    return file.string();
}

}  // namespace

TEST_CASE("a presented key comes before a person's own, that before the map, and that before the server's") {
    const fakes::TempFolder keys;
    House house(KeyMap{.entries = {{.person = "ada", .key_file = written(keys, "ada", bob_key)}}});
    const auto ada = caller("tfy:ada@acme.example", "ada");
    const auto agent = caller("oauth:ada/cursor", "ada");
    CHECK(house.key_for(caller("stdio:ada")) == server_key);
    CHECK(house.key_for(agent) == bob_key);
    house.accounts.put_own("ada", secret(ada_key));
    CHECK(house.key_for(agent) == ada_key);
    CHECK(house.key_for(caller("oauth:bob/cursor", "bob")) == server_key);
    const std::string presented = "tfy-Mt5Gk7Qp0Dh2Lx8Rv6Wc-came-along";
    house.accounts.put_presented(ada.principal, secret(presented));
    CHECK(house.key_for(ada) == presented);
    CHECK(house.key_for(agent) == ada_key);
    house.accounts.end_own("ada");
    CHECK(house.key_for(agent) == bob_key);
}

TEST_CASE("a caller that brings its key uses no other one") {
    House house;
    house.accounts.put_own("ada", secret(ada_key));
    const auto brings = caller("tfy:ada@acme.example", "ada");
    CHECK(house.key_for(brings) ==
          "no_key_for_caller: There is no TrueFoundry key for this caller. The key that it showed is not "
          "kept: it has to show one that TrueFoundry accepts. Nothing was sent.");
    house.accounts.put_presented(brings.principal, secret(bob_key));
    CHECK(house.key_for(brings) == bob_key);
    CHECK(house.accounts.facts_of(brings).from == "the caller's own key");
    CHECK(house.accounts.facts_of(brings).giver == tools::KeyFacts::Giver::caller);
    CHECK(house.accounts.facts_of(brings).subject == "ada@acme.example");  // as TrueFoundry said
    house.accounts.put_presented("tfy:key-1a2b", secret(ada_key));
    CHECK(house.accounts.facts_of(caller("tfy:key-1a2b")).subject.empty());
    house.accounts.end_presented(brings.principal);
    CHECK(house.accounts.facts_of(brings).subject.empty());
    CHECK(house.key_for(brings).starts_with("no_key_for_caller"));
}

TEST_CASE("on a network the server's own key is for those alone who are named") {
    House house(KeyMap{.entries = {{.principal = "key:K7Q2*"}}, .server_key_for_others = false});
    CHECK(house.key_for(caller("key:K7Q29FXM", "ada")) == server_key);
    CHECK(house.key_for(caller("key:OTHER", "ada")) ==
          "no_key_for_caller: There is no TrueFoundry key for this caller. The operator of this server gives "
          "it one with --principals, or --shared-key. Nothing was sent.");
    house.accounts.entered_at([] { return "https://tfy.example.com/approvals#key"; });
    CHECK(
        house.key_for(caller("key:OTHER", "ada")) ==
        "no_key_for_caller: There is no TrueFoundry key for this caller. Ask ada, whose agent it is, to sign "
        "in to the approvals page and enter one there: https://tfy.example.com/approvals#key. Or the "
        "operator "
        "of this server gives this caller one with --principals or --shared-key. Nothing was sent.");
    const auto facts = house.accounts.facts_of(caller("key:OTHER", "ada"));
    CHECK_FALSE(facts.set);
    CHECK(facts.cause == "no_key_for_caller");
    house.accounts.take_map({.entries = {{.person = "ada"}}, .server_key_for_others = false});
    CHECK(house.key_for(caller("key:OTHER", "ada")) == server_key);
    CHECK(house.key_for(caller("key:K7Q29FXM")).starts_with("no_key_for_caller"));
}

TEST_CASE("in the sandbox there is one account") {
    House house(KeyMap{.server_key_for_others = false}, true);
    house.accounts.put_own("ada", secret(ada_key));
    CHECK(house.key_for(caller("oauth:ada/cursor", "ada")) == server_key);
    CHECK(house.key_for(caller("tfy:ada")) == server_key);
}

TEST_CASE("what belongs to a key is its own: who holds it, its facts, its account") {
    House house;
    const auto ada = caller("oauth:ada/cursor", "ada");
    const auto bob = caller("oauth:bob/cursor", "bob");
    house.accounts.put_own("ada", secret(ada_key));
    CHECK(house.accounts.account_of(ada) == house.accounts.account_of(caller("key:ADA", "ada")));
    CHECK(house.accounts.account_of(ada) != house.accounts.account_of(bob));
    CHECK(house.accounts.account_of(ada)->id == "person:ada");
    CHECK(house.accounts.account_of(bob)->id == "server");
    house.accounts.account_of(ada)->holder.note(
        {{.id = "id1", .name = "n", .created_by = "ada@acme.example"}});
    CHECK(house.accounts.holder_for(ada).user == "ada@acme.example");
    CHECK(house.accounts.holder_for(bob).user.empty());
    CHECK(house.accounts.holder_for(ada).print != house.accounts.holder_for(bob).print);
    CHECK(house.accounts.facts_of(ada).from == "entered on the approvals page");
    CHECK(house.accounts.facts_of(ada).person == "ada");
    CHECK(house.accounts.facts_of(ada).subject == "ada@acme.example");
    CHECK(house.accounts.facts_of(bob).giver == tools::KeyFacts::Giver::server);
    CHECK(house.accounts.facts_of(bob).subject.empty());
}

TEST_CASE("whose an entered key was found to be is known from then on, and of that key alone") {
    House house;
    const auto ada = caller("oauth:ada/cursor", "ada");
    house.accounts.put_own("ada", secret(ada_key), "alice@acme.example");
    CHECK(house.accounts.facts_of(ada).subject == "alice@acme.example");
    CHECK(house.accounts.holder_for(ada).user == "alice@acme.example");
    house.accounts.put_own("ada", secret(bob_key));
    CHECK(house.accounts.facts_of(ada).subject.empty());
}

TEST_CASE("another key of the same person takes the place of the first; whoever is at it goes on") {
    House house;
    const auto ada = caller("oauth:ada/cursor", "ada");
    house.accounts.put_own("ada", secret(ada_key));
    auto under_way = house.accounts.of(ada);
    house.accounts.put_own("ada", secret(bob_key));
    CHECK(house.key_for(ada) == bob_key);
    house.accounts.end_own("ada");
    CHECK(house.key_for(ada) == server_key);
    house.plane.asked.clear();
    boost::asio::co_spawn(house.loop, under_way.list(),
                          [](const std::exception_ptr& bug, const auto& listed) {
                              if (bug) std::rethrow_exception(bug);
                              CHECK(listed.has_value());
                          });
    house.loop.run();
    CHECK(house.plane.asked == std::vector{bob_key});
}

TEST_CASE("each key is redacted before anything is asked with it, and a key file's as well") {
    const fakes::TempFolder keys;
    const std::string plain = "ada.chose.words.that.look.like.no.key";
    House house(KeyMap{.entries = {{.principal = "key:A", .key_file = written(keys, "file", bob_key)}}});
    CHECK(house.redaction.seal_text(bob_key).text() == "[redacted:access-token TFY_API_KEY]");
    CHECK(house.redaction.seal_text(plain).text() == plain);
    house.accounts.put_own("ada", secret(plain));
    CHECK(house.redaction.seal_text(plain).text() == "[redacted:access-token]");
    CHECK(house.plane.asked.empty());
}

TEST_CASE("a person hears that TrueFoundry refuses their key; others' keys are left alone") {
    House house;
    std::vector<std::string> told;
    house.accounts.hook({.refused = [&](const std::string& person) { told.push_back(person); }});
    house.accounts.put_own("ada", secret(ada_key));
    house.accounts.put_own("bob", secret(bob_key));
    house.plane.refused = ada_key;
    house.key_for(caller("oauth:bob/cursor", "bob"));
    CHECK(told.empty());
    house.key_for(caller("oauth:ada/cursor", "ada"));
    CHECK(told == std::vector<std::string>{"ada"});
}

TEST_CASE("that a key is refused says nothing of the key that took its place while the request ran") {
    House house;
    std::vector<std::string> told;
    house.accounts.hook({.refused = [&](const std::string& person) { told.push_back(person); }});
    house.accounts.put_own("ada", secret(ada_key));
    house.plane.refused = ada_key;
    house.plane.meanwhile = [&] { house.accounts.put_own("ada", secret(bob_key)); };
    house.key_for(caller("oauth:ada/cursor", "ada"));
    CHECK(house.plane.asked.front() == ada_key);
    CHECK(told.empty());
}

TEST_CASE("a key file that cannot be read leaves its callers without a key, and says why") {
    House house(KeyMap{.entries = {{.principal = "key:A", .key_file = "/nowhere/key"}}});
    const auto facts = house.accounts.facts_of(caller("key:A"));
    CHECK_FALSE(facts.set);
    CHECK(facts.cause == "key_file_unreadable");
    CHECK(facts.problem ==
          "--principals names /nowhere/key, which does not exist. Create it containing only the key, or fix "
          "the path.");
    CHECK(house.accounts.account_of(caller("key:A"))->id == "file:/nowhere/key");
    CHECK(house.key_for(caller("key:B")) == server_key);
}

}  // namespace tfy::accounts_test
