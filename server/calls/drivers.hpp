// The approval dialogue with clients of every kind: one state machine (policy/dialogue), its drivers, and
// what these share. Tasks drive it, too (approval_tasks.hpp).
#pragma once

#include "server/calls/current_answers.hpp"
#include "server/calls/dialogues.hpp"
#include "server/calls/modern_driver.hpp"
#include "server/calls/stream_driver.hpp"

namespace tfy::calls {

struct Drivers {
    /// All must outlive it. `hold`: how long a call waits before it is told to come back.
    Drivers(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock,
            const observability::Log& log, policy::SealKey key, policy::Duration hold)
        : answers(desk, page, clock),
          dialogues(desk, page, clock, log, hold),
          modern(dialogues, clock, key),
          stream(desk, dialogues, clock, hold) {}
    Drivers(const Drivers&) = delete;
    Drivers& operator=(const Drivers&) = delete;

    CurrentAnswers answers;
    Dialogues dialogues;
    ModernDriver modern;
    StreamDriver stream;
};

}  // namespace tfy::calls
