#include "tests/soak/round.hpp"

namespace tfy::soak {
namespace {

struct Creations {
    int rounds = 0, had = 0, lost = 0, not_made = 0, unknown = 0, posts = 0, refused = 0;
};

/// What is wrong with what the caller was told; empty: nothing.
std::string judge(const Result<access_tokens::Created>& told, const Seen& seen, const std::string& name,
                  Creations& tally) {
    const auto id = seen.id_of(name);
    const bool made = !id.empty();
    const auto posts = seen.posts(name);
    tally.posts += posts;
    if (posts > 1) return "the POST went out " + std::to_string(posts) + " times";
    if (made && posts != 1) return "a token without a POST";
    if (told) {
        ++tally.had;
        return made ? "" : "told that it was created, and it was not";
    }
    const auto& error = told.error();
    if (error.code == Errc::upstream) {
        ++(posts == 0 ? tally.refused : tally.not_made);
        return made ? "told that it was not created, and it was: " + error.message : "";
    }
    if (error.code != Errc::ambiguous) return "told something else: " + error.message;
    const bool names_it = error.data.is_object() && error.data.contains("token");
    ++(names_it ? tally.lost : tally.unknown);
    if (!names_it) return "";
    return made && error.data["token"]["id"] == id ? "" : "told of a token that is not there";
}

}  // namespace

int play_creations(int rounds, std::uint64_t seed) {
    Stage stage(seed);
    auto& [random, time, plane, caller, watch] = stage;
    Creations tally;
    for (; tally.rounds < rounds; ++tally.rounds) {
        const auto loss = any_of(all_losses, random);
        const auto ill = ill_reads(random);
        plane.begin();
        plane.plan({loss}, ill);
        const auto unknown = tally.unknown;
        const auto name = "soak-" + std::to_string(tally.rounds);
        watch.start();
        const auto told = caller.create(name);
        const auto too_long = watch.stop();
        auto wrong = judge(told, plane.seen(), name, tally);
        time.pass(std::chrono::minutes{2});  // whoever was refused because nothing answers comes back later
        if (wrong.empty() && tally.unknown > unknown && ill == 0)
            wrong = "unknown, though the tokens could be read: " + told.error().message;
        if (wrong.empty()) wrong = too_long;
        if (!wrong.empty()) return failed(tally.rounds, seed, to_string(loss), wrong);
    }
    std::printf(
        "%d creations, %d POSTs reached the control plane: %d with their value, %d created and the value "
        "lost, %d not created, %d unknown, %d not sent; none twice; the longest took %s\n",
        tally.rounds, tally.posts, tally.had, tally.lost, tally.not_made, tally.unknown, tally.refused,
        watch.longest().c_str());
    return tally.had > 0 && tally.lost > 0 && tally.not_made > 0 ? 0 : 1;
}

}  // namespace tfy::soak
