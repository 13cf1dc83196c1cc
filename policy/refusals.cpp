#include "policy/refusals.hpp"

namespace tfy::policy {
namespace {

using State = Approval::State;

bool was_begun(State state) {
    return state == State::executing || state == State::succeeded || state == State::failed ||
           state == State::unknown;
}

}  // namespace

Error refuse(Errc code, const std::string& why, State state) {
    return {code, why + (was_begun(state) ? " Nothing more was done." : " Nothing was done.")};
}

std::string in_words(State state) {
    const bool verb = state == State::succeeded || state == State::failed || state == State::expired;
    const auto name = std::string(to_string(state));
    return state == State::withdrawn || state == State::denied ? "was " + name : verb ? name : "is " + name;
}

bool is_late(const Approval& approval, Time now) { return now >= approval.expires; }

Error late(const Approval& approval) {
    const char* what =
        approval.decision() ? "This approval was not used by " : "This request was not decided by ";
    return refuse(Errc::expired, what + format_time_for_people(approval.expires) +
                                     ", so it expired. Call the tool again for a new one.");
}

Error wrong_state(const Approval& approval, const std::string& cannot) {
    if (approval.state() == State::expired) return late(approval);
    return refuse(Errc::refused, "This request " + in_words(approval.state()) + " and " + cannot + ".",
                  approval.state());
}

}  // namespace tfy::policy
