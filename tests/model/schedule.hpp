// What happens, one after the other: made of a seed, and cut down where something went wrong.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tfy::model {

/// Each step is alone: what its numbers point to is looked up when it is taken, so that any of them can
/// be left out.
struct Step {
    enum class Kind {
        call,
        retry,
        cancel,
        get_task,
        cancel_task,
        approve,
        deny,
        withdraw,
        narrow,
        race,
        give,
        revoke,
        show_on_page,
        advance,
        reload,
        crash,
        second,
        fault,
        overtake,
        again,
        remove_outside,
        enrol,
        confirm,
        suspend,
        sign_in,
        sign_out
    };
    Kind kind = Kind::call;
    std::array<std::uint32_t, 4> draws = {};
    std::uint32_t events =
        0;                    // of loops, stores and the upstream that happen after it; 0xffff: all there are
    std::uint32_t order = 0;  // in which one they happen: a seed
};

struct Schedule {
    std::uint64_t seed = 0;
    std::vector<Step> steps;
};

Schedule make_schedule(std::uint64_t seed);
std::string words(const Step& step);
/// A schedule of fewer steps that still fails, if there is one: delta debugging.
Schedule shrink(Schedule failing, const std::function<bool(const Schedule&)>& fails);

}  // namespace tfy::model
