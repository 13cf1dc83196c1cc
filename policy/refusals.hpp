// How an approval says no: the sentences that its functions share.
#pragma once

#include "policy/approval.hpp"

namespace tfy::policy {

/// Every refusal tells that it did nothing; of a call that was begun before, it can only say that it did
/// nothing more.
Error refuse(Errc code, const std::string& why, Approval::State state = Approval::State::pending);
/// "is pending", "succeeded": the rest of a sentence about a request.
std::string in_words(Approval::State state);
/// Its time is over.
bool is_late(const Approval& approval, Time now);
Error late(const Approval& approval);
/// `cannot`: "can no longer be decided".
Error wrong_state(const Approval& approval, const std::string& cannot);

}  // namespace tfy::policy
