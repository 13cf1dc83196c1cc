// Rules that change while the server runs: what is open keeps its terms, what comes is judged anew, and what
// cannot be read changes nothing.
#include "server/app/rules_reload.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/fakes/calls.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::rules_reload_test {

using namespace tfy::fakes;

namespace {

struct Reloading {
    explicit Reloading(bool abandoned = false)
        : reload(loop, (folder / "policy.toml").string(), gate, log, [abandoned] { return abandoned; }) {}
    ~Reloading() { loop.abandon(); }

    void write(const std::string& text) const { std::ofstream(folder / "policy.toml") << text; }
    void hang_up() {
        boost::asio::signal_set here(loop, SIGHUP);
        bool heard = false;
        here.async_wait([&heard](const boost::system::error_code& failed, int) { heard = !failed; });
        REQUIRE(std::raise(SIGHUP) == 0);
        run_until(heard);
        loop.poll();  // whoever else was waiting for it
    }
    void run_until(const bool& done) {
        loop.restart();
        while (!done && loop.run_one_for(std::chrono::seconds{20}) == 1) continue;
        REQUIRE(done);
    }

    TempFolder folder;
    loop::Loop loop;
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    approvals::CurrentGate gate{policy::Rules{.open_requests = 7}};
    app::RulesReload reload;
};

}  // namespace

TEST_CASE("SIGHUP takes the rules that the file holds now, as often as it comes") {
    Reloading house;
    const auto before = house.gate.now();
    house.write("[[rule]]\n[[rule]]\n");
    house.hang_up();
    CHECK(house.gate.now()->rules().rules.size() == 2);
    CHECK(before->rules().rules.empty());  // who looks at the old ones keeps them whole
    house.write("[limits]\nopen_requests = 3\n");
    house.hang_up();
    CHECK(house.gate.now()->rules().rules.empty());
    CHECK(house.gate.now()->rules().open_requests == 3);
}

TEST_CASE("rules that cannot be read leave those in force") {
    Reloading house;
    const auto before = house.gate.now();
    for (const auto* text : {"[[rule]]\ntool = ['*']\n", "[[rule\n", "[[rule]]\nwhen = 'always'\n"}) {
        house.write(text);
        house.hang_up();
        CHECK(house.gate.now() == before);
    }
    std::filesystem::remove(house.folder / "policy.toml");
    house.hang_up();
    CHECK(house.gate.now() == before);
}

TEST_CASE("the SIGHUP of a terminal that is gone stops the process instead") {
    Reloading house(true);
    house.write("[[rule]]\n");
    boost::asio::signal_set stop(house.loop, SIGTERM);
    bool stopped = false;
    stop.async_wait([&](const boost::system::error_code& failed, int) { stopped = !failed; });
    house.hang_up();
    house.run_until(stopped);
    CHECK(house.gate.now()->rules().rules.empty());
}

TEST_CASE("a terminal is gone when its other end is; what was never a terminal never is") {
    const int other_end = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(other_end >= 0);
    REQUIRE(::grantpt(other_end) == 0);
    REQUIRE(::unlockpt(other_end) == 0);
    const int terminal = ::open(::ptsname(other_end), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(terminal >= 0);
    const auto gone = app::terminal_gone(terminal);
    CHECK_FALSE(gone());
    ::close(other_end);
    CHECK(gone());
    ::close(terminal);

    const int file = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    CHECK_FALSE(app::terminal_gone(file)());
    ::close(file);
}

TEST_CASE("an open request keeps its terms when the rules change; the next call gets the new ones") {
    Calls house(policy::Assurance::terminal);
    const auto open = house.ask(house.requester());
    policy::Rule strict;
    strict.min_assurance = policy::Assurance::signed_in;
    strict.lifetime = std::chrono::minutes{1};
    strict.reason_required = true;
    house.gate.replace({.rules = {strict}});

    const auto kept = house.run(house.desk.find(open)).value();
    CHECK(kept.state() == policy::Approval::State::pending);
    CHECK(kept.terms().min_assurance == policy::Assurance::terminal);
    CHECK(kept.expires == kept.created + std::chrono::minutes{15});
    CHECK_FALSE(kept.terms().reason_required);
    CHECK(house.ask(house.requester()) == open);  // the same call again still is the same request

    const auto modern = protocol::Version::v2026_07_28;
    const auto other = house.ask(house.requester(false, modern, "stdio:bob"));
    const auto fresh = house.run(house.desk.find(other)).value();
    CHECK(fresh.terms().min_assurance == policy::Assurance::signed_in);
    CHECK(fresh.expires == fresh.created + std::chrono::minutes{1});

    house.gate.replace({});  // nothing is covered any more, and what is open is still decided and run
    house.approve(open);
    CHECK(house.run(house.desk.find(open))->state() == policy::Approval::State::approved);
    auto third = house.requester(false, modern, "stdio:carol");
    CHECK(house.run(house.calls.call(third, Calls::removal()))->result.at("isError") == true);
}

TEST_CASE("what the rules name outside of the file may refuse them: then nothing changes") {
    const TempFolder folder;
    std::ofstream(folder / "policy.toml") << "[[rule]]\n";
    loop::Loop loop;
    const sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    const observability::Log log{redaction, observability::Log::Level::off};
    approvals::CurrentGate gate{policy::Rules{.open_requests = 7}};
    Result<void> answer = Error{Errc::refused, "a webhook cannot be used"};
    app::RulesReload reload(
        loop, (folder / "policy.toml").string(), gate, log, [] { return false; },
        [&answer](const policy::Rules& rules) {
            CHECK(rules.rules.size() == 1);
            return answer;
        });
    reload.reload();
    CHECK(gate.now()->rules().open_requests == 7);
    answer = Result<void>{};
    reload.reload();
    CHECK(gate.now()->rules().rules.size() == 1);
    loop.abandon();
}

}  // namespace tfy::rules_reload_test
