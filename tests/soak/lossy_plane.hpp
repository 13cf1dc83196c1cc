// A control plane over real HTTP on loopback that loses answers in every way there is, before and after it
// did the work. It writes down what reached it.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "protocol/error.hpp"
#include "tests/fakes/raw_socket.hpp"
#include "tests/soak/loss.hpp"
#include "tests/soak/soak_time.hpp"

namespace tfy::soak {

/// What others do to the tokens as soon as the round's first DELETE was lost.
enum class Meanwhile {
    nothing,
    recreated,  // another token of the same name appears, with another id
    changed,    // the token gets another expiry, if it is there
    gone        // someone else deletes it
};
inline constexpr std::array all_meanwhiles{Meanwhile::nothing, Meanwhile::recreated, Meanwhile::changed,
                                           Meanwhile::gone};
const char* to_string(Meanwhile meanwhile);

struct PlaneToken {
    std::string name;
    policy::Time created = {};
    policy::Time expires = {};
};

/// A round, when it is over: with all that was still to be done late.
struct Seen {
    std::map<std::string, PlaneToken> tokens;  // by id
    /// "POST name", "DELETE id", "LIST" for a list that went out whole, and what others did: "CHANGED id",
    /// "GONE id".
    std::vector<std::string> log;

    int posts(const std::string& name) const;
    /// The id of the token of this name; empty: none.
    std::string id_of(const std::string& name) const;
};

class LossyPlane {
public:
    LossyPlane(const SoakTime& time, std::uint64_t seed);
    LossyPlane(const LossyPlane&) = delete;
    LossyPlane& operator=(const LossyPlane&) = delete;
    ~LossyPlane();

    std::uint16_t port() const { return server_.port(); }
    /// A new round, with these tokens and nothing else.
    void begin(std::map<std::string, PlaneToken> tokens = {});
    /// What the next changing requests meet, one after the other, and how many of a hundred reads meet
    /// something like it.
    void plan(std::deque<Loss> losses, unsigned ill_reads, Meanwhile meanwhile = Meanwhile::nothing);
    Seen seen();

private:
    /// What a changing request asks for.
    struct Asked {
        std::string post;    // a name
        std::string remove;  // or an id
    };
    struct Late {
        truefoundry::Timing::Instant due;
        Asked asked;
    };

    void serve();
    void handle(tests::RawSocket peer);
    void change(tests::RawSocket peer, const Asked& asked, Loss loss);
    void change_later(tests::RawSocket peer, const Asked& asked, Loss loss);
    void others_come(const std::string& id);
    void get(tests::RawSocket peer, const std::string& target);
    std::string work(const Asked& asked);
    void work_due(bool all);
    std::string listed(const std::string& target) const;

    const SoakTime& time_;
    tests::RawListener server_;
    std::mutex mutex_;  // of all below
    std::mt19937_64 random_;
    std::deque<Loss> losses_;
    unsigned ill_reads_ = 0;
    Meanwhile meanwhile_ = Meanwhile::nothing;
    Seen round_;
    std::vector<Late> late_;
    std::vector<tests::RawSocket> held_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace tfy::soak
