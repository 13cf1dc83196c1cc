// upstream_soak [--rounds=N] [--seed=N|random]: creations over real HTTP on loopback whose answers are lost
// in every way there is. No POST goes out twice; what the caller is told is what the control plane did,
// whenever it did it; and each is settled within half a minute, or said to be unknown.
#include <cstdio>
#include <functional>
#include <random>

#include "server/parts.hpp"
#include "server/upstream/curl_exchange.hpp"
#include "tests/fakes/fake_custody.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/soak/lossy_plane.hpp"
#include "tools/access_tokens/creation.hpp"
#include "tools/truefoundry/guarded_exchange.hpp"

namespace tfy::soak {
namespace {

struct Tally {
    int rounds = 0, had = 0, lost = 0, not_made = 0, unknown = 0, posts = 0, refused = 0;
    std::chrono::milliseconds longest{0};
};

/// One process's way to the control plane, as `serve` has it.
class Caller {
public:
    Caller(SoakTime& time, std::uint16_t port)
        : exchange_(truefoundry::guard(std::make_unique<Hurried>(server::make_curl_exchange(
                                           {.base_url = "http://127.0.0.1:" + std::to_string(port)},
                                           policy::Secret(std::string("key")))),
                                       time.pace())),
          client_(*exchange_, truefoundry::Client::default_max_time, time.pace()) {}
    ~Caller() { loop_.drop(std::move(exchange_)); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    Result<tools::Created> create(const std::string& name) {
        truefoundry::CreateAccessToken asked{.name = *truefoundry::TokenName::read(name)};
        return loop_.run(tools::create_once(client_, custody_, clock_, std::move(asked),
                                            {.principal = "stdio:alice"}, policy::Destination::none));
    }

private:
    tests::LoopThread loop_;
    server::SystemClock clock_;
    fakes::FakeCustody custody_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
    truefoundry::Client client_;
};

/// What is wrong with what the caller was told; empty: nothing.
std::string judge(const Result<tools::Created>& told, const LossyPlane::Seen& seen, Tally& tally) {
    const bool made = !seen.id.empty();
    tally.posts += seen.posts;
    if (seen.posts > 1) return "the POST went out " + std::to_string(seen.posts) + " times";
    if (made && seen.posts != 1) return "a token without a POST";
    if (told) {
        ++tally.had;
        return made ? "" : "told that it was created, and it was not";
    }
    const auto& error = told.error();
    if (error.code == Errc::upstream) {
        ++(seen.posts == 0 ? tally.refused : tally.not_made);
        return made ? "told that it was not created, and it was: " + error.message : "";
    }
    if (error.code != Errc::ambiguous) return "told something else: " + error.message;
    const bool names_it = error.data.is_object() && error.data.contains("token");
    ++(names_it ? tally.lost : tally.unknown);
    if (!names_it) return "";
    return made && error.data["token"]["id"] == seen.id ? "" : "told of a token that is not there";
}

/// The POST's own time, half a minute of settling, the last look, and what a busy machine adds to it.
constexpr std::chrono::seconds longest_round{30 + 30 + 5 + 15};

int play(int rounds, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    SoakTime time;
    LossyPlane plane(time, random());
    Caller caller(time, plane.port());
    Tally tally;
    for (; tally.rounds < rounds; ++tally.rounds) {
        const auto loss = all_losses[random() % all_losses.size()];
        constexpr std::array chances{0U, 0U, 0U, 20U, 60U, 90U};
        const auto ill_reads = chances[random() % chances.size()];
        plane.plan(loss, ill_reads);
        const auto unknown = tally.unknown;
        const auto name = "soak-" + std::to_string(tally.rounds);
        const auto begun = time.now();
        const auto told = caller.create(name);
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time.now() - begun);
        tally.longest = std::max(tally.longest, took);
        auto wrong = judge(told, plane.seen(name), tally);
        time.pass(std::chrono::minutes{2});  // whoever was refused because nothing answers comes back later
        if (wrong.empty() && tally.unknown > unknown && ill_reads == 0)
            wrong = "unknown, though the tokens could be read: " + told.error().message;
        if (wrong.empty() && took > longest_round) wrong = "it took " + policy::format_duration(took);
        if (wrong.empty()) continue;
        std::printf("FAILED in round %d (%s), seed %llu: %s\n", tally.rounds, to_string(loss),
                    static_cast<unsigned long long>(seed), wrong.c_str());
        return 1;
    }
    std::printf(
        "%d creations, %d POSTs reached the control plane: %d with their value, %d created and the value "
        "lost, %d "
        "not created, %d unknown, %d not sent; none twice; the longest took %s\n",
        tally.rounds, tally.posts, tally.had, tally.lost, tally.not_made, tally.unknown, tally.refused,
        policy::format_duration(tally.longest).c_str());
    return tally.had > 0 && tally.lost > 0 && tally.not_made > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tfy::soak

int main(int count, char** arguments) {
    int rounds = 1000;
    std::uint64_t seed = 20261123;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        const auto value = argument.substr(argument.find('=') + 1);
        if (argument.starts_with("--rounds="))
            rounds = std::stoi(value);
        else if (argument.starts_with("--seed="))
            seed = value == "random" ? std::random_device{}() : std::stoull(value);
        else
            return std::fprintf(stderr, "usage: upstream_soak [--rounds=N] [--seed=N|random]\n"), 2;
    }
    return tfy::soak::play(rounds, seed);
}
