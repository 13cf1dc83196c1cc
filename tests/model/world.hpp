// Everything that a schedule plays in: agents, people, one or two server processes on one store, a control
// plane, and the reference that watches.
#pragma once

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <deque>
#include <random>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/state.hpp"
#include "tests/model/process.hpp"
#include "tests/model/reference.hpp"
#include "tests/model/schedule.hpp"

namespace tfy::model {

enum class Kept { in_memory, in_file };

struct Tally {
    std::size_t schedules = 0, steps = 0, events = 0, calls = 0, approvals = 0, executions = 0, crashes = 0,
                races = 0, shown = 0, permitted = 0, superseded = 0, repeated = 0, enrolled = 0,
                suspended = 0, sessions = 0, signed_decisions = 0, forged = 0;
};

/// A browser that a person signed in, as far as anyone outside knows.
struct Browser {
    std::string person;
    std::string key;
    bool signed_out = false;
};

/// What is wrong with a passkey's answer to the server (Wish::forgery).
enum Forgery : int { none, another_choice, used_before, another_device, another_person, how_many };

inline const Agent agents[] = {
    {"stdio:alice", "alice", 0}, {"stdio:bob", "bob", 0}, {"http:loopback", "", 2}};
inline const char* const expiries[] = {"2026-12-10T00:00:00.000Z", "2026-11-30T00:00:00.000Z",
                                       "2027-01-15T00:00:00.000Z"};

class World {
public:
    World(Kept kept, std::uint64_t seed, Tally& tally);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// The first complaint, empty if there is none.
    std::string play(const Schedule& schedule);

private:
    /// One request of one agent's client, and what became of it.
    struct Request {
        std::string trace;
        Asked asked;
        int manner = 0;
        std::string server;
        std::string approval = {};
        bool over = false;      // answered, or no one waits any more
        bool detached = false;  //
        std::optional<std::string> state = {};
        std::string shown = {};  // the digest that a form showed
        std::shared_ptr<Wish> wish = {};
        boost::asio::cancellation_signal cut = {};
    };
    using Draws = std::array<std::uint32_t, 4>;

    void take(const Step& step);
    void call(const Draws& draws);
    void retry(const Draws& draws);
    void cancel(const Draws& draws);
    void get_task(const Draws& draws);
    void cancel_task(const Draws& draws);
    void decide(const Draws& draws, Wish::Kind kind);
    void narrow(const Draws& draws);
    void race(const Draws& draws);
    void give(const Draws& draws);
    void revoke(const Draws& draws);
    void show_on_page(const Draws& draws);
    void advance(const Draws& draws);
    void reload(const Draws& draws);
    void crash(const Draws& draws);
    void second(const Draws& draws);
    void fault(const Draws& draws);
    void overtake(const Draws& draws);
    void again(const Draws& draws);
    void remove_outside(const Draws& draws);
    void enrol(const Draws& draws);
    void confirm(const Draws& draws);
    void suspend(const Draws& draws);
    void sign_in(const Draws& draws);
    void sign_out(const Draws& draws);

    void start(std::uint32_t draw, bool small);
    void end(std::size_t at, bool arrives, bool politely);
    void stop_all();
    void happen(std::uint32_t events, std::uint32_t order);
    bool event(Process* only);
    void rest();
    bool step(Process& process);
    /// `rows`: as each record found them, by its sequence; read now where that is not known.
    void observe(const std::map<std::int64_t, std::optional<policy::Approval>>& rows = {});
    void close();
    void check_everything();
    void ask_for_outcomes();
    bool may_fail(const Process& process, const Asked& asked) const;
    std::string next_trace();

    Request& worth_asking_again(std::uint32_t draw);
    Json arguments(const std::string& tool, std::uint32_t draw);
    std::string reason(std::uint32_t draw) const;
    void call_again(const Row& row, Process& process, std::uint32_t draw);
    void send(Request& request, Json responses);
    void answered(Request& request, Process& process, Result<mcp::MethodResult> answer);
    const Row* some_row(std::uint32_t draw) const;
    Process* some_process(std::uint32_t draw);
    mcp::Requester requester(Process& process, const Request& request);
    Wish wish_about(const Row& row, const Draws& draws, Wish::Kind kind, Process& process);
    void set_out(Process& process, Wish wish);
    /// The person, as the channel of the wish's assurance lets them in; what they decide then.
    Async<Result<policy::Approval>> carry_out(Process& process, std::shared_ptr<Wish> wish);
    static Async<Result<policy::Approval>> decided(Process& process, const Wish& wish,
                                                   const policy::Human& human);
    Async<Result<policy::Human>> known(Process& process, std::shared_ptr<Wish> wish);
    Async<Result<policy::Human>> at_browser(Process& process, std::string person);
    Async<Result<policy::Human>> by_passkey(Process& process, std::shared_ptr<Wish> wish);
    Async<Result<void>> join(Process& process, std::string name, std::string by);
    void begin_with_people();
    /// One of those who are enrolled, or were.
    std::string someone(std::uint32_t draw) const;
    void permission(Process& process, policy::StandingPermission permission, bool revokes);
    template <class T, class Done>
    void run(Process& process, Async<T> work, Done done);

    Kept kept_;
    Tally& tally_;
    VirtualTime time_;
    fakes::TempFolder folder_;
    Upstream upstream_;
    Reference reference_;
    std::shared_ptr<storage::Ledger> observer_;
    std::vector<std::unique_ptr<Process>> processes_;
    std::deque<Request> requests_;
    std::mt19937 order_;
    std::size_t instances_ = 0;
    std::size_t traces_ = 0;
    std::int64_t seen_ = 0;  // records of the journal
    std::vector<const Rulebook*> recent_;
    std::size_t open_work_ = 0;  // that rules of before may still judge
    std::vector<Browser> browsers_;
    std::map<std::string, people::PasskeyAnswer> answers_;  // each person's last that was taken
};

template <class T, class Done>
void World::run(Process& process, Async<T> work, Done done) {
    boost::asio::co_spawn(process.loop, std::move(work),
                          [this, done = std::move(done)](const std::exception_ptr& bug, T result) mutable {
                              if (bug) return reference_.complain("an exception came out of a room");
                              done(std::move(result));
                          });
}

}  // namespace tfy::model
