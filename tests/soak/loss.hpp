// The ways in which an answer is lost.
#pragma once

#include <array>
#include <cstddef>

namespace tfy::soak {

/// What happens to a POST or a DELETE. "Held": half open, the connection stays and nothing comes, until the
/// other side gives up.
enum class Loss {
    none,
    reset_unread,      // before a byte of it was read
    reset_before,      // read, not done
    closed_before,     //
    held_before,       //
    refused_before,    // 502 of a proxy, which never passed it on
    busy_before,       // 429: come back in a second
    reset_after,       // done
    closed_after,      //
    held_after,        //
    half_head_after,   //
    half_body_after,   //
    timed_out_after,   // 504 of a proxy
    failed_after,      // 500
    unreadable_after,  // 200, and a page instead of the answer
    repeated,          // by a proxy: done, and the second one was told that there is nothing to do
    closed_late,       // the connection ends at once, the work is done up to two seconds later
    held_late          // the same after a time-out
};
inline constexpr std::array all_losses{Loss::none,
                                       Loss::reset_unread,
                                       Loss::reset_before,
                                       Loss::closed_before,
                                       Loss::held_before,
                                       Loss::refused_before,
                                       Loss::busy_before,
                                       Loss::reset_after,
                                       Loss::closed_after,
                                       Loss::held_after,
                                       Loss::half_head_after,
                                       Loss::half_body_after,
                                       Loss::timed_out_after,
                                       Loss::failed_after,
                                       Loss::unreadable_after,
                                       Loss::repeated,
                                       Loss::closed_late,
                                       Loss::held_late};

inline const char* to_string(Loss loss) {
    constexpr std::array<const char*, all_losses.size()> names{"none",
                                                               "reset_unread",
                                                               "reset_before",
                                                               "closed_before",
                                                               "held_before",
                                                               "refused_before",
                                                               "busy_before",
                                                               "reset_after",
                                                               "closed_after",
                                                               "held_after",
                                                               "half_head_after",
                                                               "half_body_after",
                                                               "timed_out_after",
                                                               "failed_after",
                                                               "unreadable_after",
                                                               "repeated",
                                                               "closed_late",
                                                               "held_late"};
    return names.at(static_cast<std::size_t>(loss));
}

}  // namespace tfy::soak
