#include "tests/model/schedule.hpp"

#include <algorithm>
#include <random>

namespace tfy::model {
namespace {

using Kind = Step::Kind;

struct Weight {
    Kind kind;
    unsigned weight;
    const char* name;
};

constexpr Weight weights[] = {{Kind::call, 22, "call"},
                              {Kind::retry, 20, "retry"},
                              {Kind::cancel, 4, "cancel"},
                              {Kind::get_task, 16, "get_task"},
                              {Kind::cancel_task, 1, "cancel_task"},
                              {Kind::approve, 26, "approve"},
                              {Kind::deny, 2, "deny"},
                              {Kind::withdraw, 1, "withdraw"},
                              {Kind::narrow, 4, "narrow"},
                              {Kind::race, 12, "race"},
                              {Kind::give, 8, "give"},
                              {Kind::revoke, 2, "revoke"},
                              {Kind::show_on_page, 2, "show_on_page"},
                              {Kind::advance, 12, "advance"},
                              {Kind::reload, 3, "reload"},
                              {Kind::crash, 4, "crash"},
                              {Kind::second, 2, "second"},
                              {Kind::fault, 6, "fault"},
                              {Kind::overtake, 8, "overtake"},
                              {Kind::again, 16, "again"},
                              {Kind::remove_outside, 3, "remove_outside"},
                              {Kind::enrol, 3, "enrol"},
                              {Kind::confirm, 2, "confirm"},
                              {Kind::suspend, 3, "suspend"},
                              {Kind::sign_in, 3, "sign_in"},
                              {Kind::sign_out, 2, "sign_out"}};

Kind draw_kind(std::mt19937_64& random) {
    unsigned total = 0;
    for (const auto& each : weights) total += each.weight;
    auto left = static_cast<unsigned>(random() % total);
    for (const auto& each : weights) {
        if (left < each.weight) return each.kind;
        left -= each.weight;
    }
    return Kind::call;
}

}  // namespace

Schedule make_schedule(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    Schedule schedule{.seed = seed};
    const auto length = 16 + random() % 28;
    for (std::size_t i = 0; i < length; ++i) {
        Step step{.kind = draw_kind(random)};
        for (auto& draw : step.draws) draw = static_cast<std::uint32_t>(random());
        const auto few = random() % 2 == 0 ? 8U : 40U;
        step.events = random() % 5 < 2 ? 0xffff : static_cast<std::uint32_t>(random() % few);
        step.order = static_cast<std::uint32_t>(random());
        schedule.steps.push_back(step);
    }
    return schedule;
}

std::string words(const Step& step) {
    const auto* found = std::ranges::find(weights, step.kind, &Weight::kind);
    std::string text = found->name;
    for (const auto draw : step.draws) text += " " + std::to_string(draw);
    return text + ", then " + (step.events == 0xffff ? "all" : std::to_string(step.events)) + " events";
}

Schedule shrink(Schedule failing, const std::function<bool(const Schedule&)>& fails) {
    for (auto part = failing.steps.size() / 2; part > 0; part /= 2)
        for (std::size_t at = 0; at + part <= failing.steps.size();) {
            auto shorter = failing;
            const auto from = shorter.steps.begin() + static_cast<std::ptrdiff_t>(at);
            shorter.steps.erase(from, from + static_cast<std::ptrdiff_t>(part));
            if (fails(shorter))
                failing = std::move(shorter);
            else
                at += part;
        }
    return failing;
}

}  // namespace tfy::model
