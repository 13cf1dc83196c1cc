#include "tests/soak/round.hpp"

namespace tfy::soak {
namespace {

struct Deletions {
    int rounds = 0, deleted = 0, kept = 0, changed = 0, absent = 0, unknown = 0, deletes = 0, again = 0;
};

/// What a round was like.
struct Played {
    std::string id;
    std::map<std::string, PlaneToken> before;
    bool once = false;  // no second try is allowed
};

const policy::Time midnight = policy::read_time("2027-02-21").value();

std::map<std::string, PlaneToken> tokens_of(const std::string& name) {
    const auto created = truefoundry::Timing::real().today();
    std::map<std::string, PlaneToken> tokens;
    for (const auto& each : {name, name + "-next", "a-" + name, std::string("neighbour")})
        tokens["id-" + each] = {.name = each, .created = created, .expires = midnight};
    return tokens;
}

/// What was sent: to this token alone, and never again without its having been read and found the same.
std::string judge_log(const Played& played, const Seen& seen, Deletions& tally) {
    int deletes = 0;
    bool read = true;
    bool changed = false;
    for (const auto& line : seen.log) {
        if (line == "LIST") read = true;
        if (line.starts_with("CHANGED ")) changed = true;
        if (!line.starts_with("DELETE ")) continue;
        if (line != "DELETE " + played.id) return "another token's " + line;
        if (!read) return "a DELETE was repeated, and nothing was read before it";
        if (changed) return "a DELETE was repeated of a token that had changed";
        read = false;
        ++deletes;
    }
    tally.deletes += deletes;
    if (deletes > 1) ++tally.again;
    if (deletes > (played.once ? 1 : 3)) return std::to_string(deletes) + " DELETEs";
    return {};
}

std::string judge_others(const Played& played, const Seen& seen) {
    for (const auto& [id, token] : played.before)
        if (id != played.id && !seen.tokens.contains(id)) return "another token is gone: " + id;
    return {};
}

/// What the caller was told, and what is so.
std::string judge_word(const Result<void>& told, bool there, bool by_others, Deletions& tally) {
    if (told) {
        ++tally.deleted;
        return there ? "told that it was deleted, and it is there" : "";
    }
    const auto& error = told.error();
    switch (error.code) {
        case Errc::upstream:
            ++tally.kept;
            return there || by_others ? "" : "told that it was not deleted: " + error.message;
        case Errc::superseded: ++tally.changed; return there ? "" : "told that it changed: " + error.message;
        case Errc::not_found: ++tally.absent; return there ? "told that there is none, and there is" : "";
        case Errc::ambiguous: ++tally.unknown; return {};
        default: return "told something else: " + error.message;
    }
}

std::deque<Loss> losses_of(std::mt19937_64& random) {
    std::deque<Loss> losses;
    do losses.push_back(any_of(all_losses, random));
    while (losses.size() < 3 && random() % 3 == 0);
    return losses;
}

std::string described(const Played& played, const std::deque<Loss>& losses, unsigned ill,
                      Meanwhile meanwhile) {
    std::string text = played.once ? "once:" : "with retries:";
    for (const auto loss : losses) text += std::string(" ") + to_string(loss);
    return text + ", meanwhile " + to_string(meanwhile) + ", " + std::to_string(ill) + " ill reads";
}

std::string judge(const Result<void>& told, const Played& played, const Seen& seen, bool readable,
                  Deletions& tally) {
    const auto unknown = tally.unknown;
    const bool gone_by_others = std::ranges::count(seen.log, "GONE " + played.id) > 0;
    auto wrong = judge_log(played, seen, tally);
    if (wrong.empty()) wrong = judge_others(played, seen);
    if (wrong.empty()) wrong = judge_word(told, seen.tokens.contains(played.id), gone_by_others, tally);
    if (wrong.empty() && readable && tally.unknown > unknown)
        wrong = "unknown, though the tokens could be read: " + told.error().message;
    return wrong;
}

}  // namespace

int play_deletions(int rounds, std::uint64_t seed) {
    Stage stage(seed);
    auto& [random, time, plane, caller, watch] = stage;
    Deletions tally;
    for (; tally.rounds < rounds; ++tally.rounds) {
        const auto name = "soak-" + std::to_string(tally.rounds);
        const Played played{.id = "id-" + name, .before = tokens_of(name), .once = random() % 4 == 0};
        plane.begin(played.before);
        const auto token = caller.find(played.id);
        if (!token) return failed(tally.rounds, seed, "before it", token.error().message);
        const auto losses = losses_of(random);
        const auto meanwhile = any_of(all_meanwhiles, random);
        const auto ill = ill_reads(random);
        plane.plan(losses, ill, meanwhile);
        watch.start();
        const auto told = played.once ? caller.remove_once(played.id) : caller.remove(*token);
        const auto too_long = watch.stop();
        auto wrong = judge(told, played, plane.seen(), ill == 0, tally);
        if (wrong.empty()) wrong = too_long;
        if (!wrong.empty())
            return failed(tally.rounds, seed, described(played, losses, ill, meanwhile), wrong);
        time.pass(std::chrono::minutes{2});
    }
    std::printf(
        "%d deletions, %d DELETEs reached the control plane, in %d of them more than one: %d deleted, %d not "
        "deleted, %d changed meanwhile, %d there no more, %d unknown; no other token was touched; the "
        "longest "
        "took %s\n",
        tally.rounds, tally.deletes, tally.again, tally.deleted, tally.kept, tally.changed, tally.absent,
        tally.unknown, watch.longest().c_str());
    return tally.deleted > 0 && tally.kept > 0 && tally.again > 0 ? 0 : 1;
}

}  // namespace tfy::soak
