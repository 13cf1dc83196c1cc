// A control plane over real HTTP on loopback that loses answers in every way there is, before and after it
// did the work. It writes down each POST that reached it.
#pragma once

#include <array>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "protocol/error.hpp"
#include "tests/fakes/raw_socket.hpp"
#include "tests/soak/soak_time.hpp"

namespace tfy::soak {

/// What happens to a POST. "Held": the connection stays open and nothing comes, until the other side gives
/// up.
enum class Loss {
    none,
    reset_unread,      // before a byte of it was read
    reset_before,      // read, not done
    closed_before,     //
    held_before,       //
    refused_before,    // 502 of a proxy, which never passed it on
    reset_after,       // done
    closed_after,      //
    held_after,        //
    half_head_after,   //
    half_body_after,   //
    timed_out_after,   // 504 of a proxy
    failed_after,      // 500
    unreadable_after,  // 200, and a page instead of the value
    repeated,          // by a proxy: done, and the second one was told 409
    closed_late,       // the connection ends at once, the work is done up to four seconds later
    held_late          // the same after a time-out
};
inline constexpr std::array all_losses{
    Loss::none,         Loss::reset_unread,     Loss::reset_before,    Loss::closed_before,
    Loss::held_before,  Loss::refused_before,   Loss::reset_after,     Loss::closed_after,
    Loss::held_after,   Loss::half_head_after,  Loss::half_body_after, Loss::timed_out_after,
    Loss::failed_after, Loss::unreadable_after, Loss::repeated,        Loss::closed_late,
    Loss::held_late};
const char* to_string(Loss loss);

class LossyPlane {
public:
    LossyPlane(const SoakTime& time, std::uint64_t seed);
    LossyPlane(const LossyPlane&) = delete;
    LossyPlane& operator=(const LossyPlane&) = delete;
    ~LossyPlane();

    std::uint16_t port() const { return server_.port(); }
    /// What the next POST meets, and how many of a hundred reads meet something like it.
    void plan(Loss next_post, unsigned ill_reads);

    struct Seen {
        int posts = 0;   // that were read, of this name
        std::string id;  // of the token that was made; empty: none
    };
    /// Of the round that is over, with all that was still to be done late.
    Seen seen(const std::string& name);

private:
    struct Late {
        truefoundry::Pace::Instant due;
        std::string name;
    };

    void serve();
    void handle(tests::RawSocket peer);
    void post(tests::RawSocket peer, const std::string& body);
    void get(tests::RawSocket peer, const std::string& target);
    std::string make(const std::string& name);
    void make_due(bool all);
    std::string listed(const std::string& target) const;

    const SoakTime& time_;
    tests::RawListener server_;
    std::mutex mutex_;  // of all below
    std::mt19937_64 random_;
    Loss next_ = Loss::none;
    unsigned ill_reads_ = 0;
    std::map<std::string, Seen> names_;
    std::vector<Late> late_;
    std::vector<tests::RawSocket> held_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace tfy::soak
