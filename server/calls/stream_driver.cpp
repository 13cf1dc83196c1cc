#include "server/calls/stream_driver.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "protocol/elicitation.hpp"
#include "protocol/task.hpp"

namespace tfy::calls {

using policy::Approval;
using State = policy::Approval::State;
using namespace boost::asio::experimental::awaitable_operators;

Async<Result<Approval>> StreamDriver::converse(Approval approval, mcp::Requester& requester, Of of) {
    auto client = co_await dialogues_.client_of(approval, requester);
    if (requester.questions == nullptr) client = {};
    dialogue::Position position;
    auto step = co_await dialogues_.next(position, client, approval, dialogue::Called{});
    if (of == Of::call && step && std::holds_alternative<dialogue::Show>(*step)) {
        auto note = waiting_note(approval);
        note["asked"] = "through the client";
        const auto told = co_await requester.log(protocol::LogLevel::info, "approvals", std::move(note));
        if (!told) co_return told.error();
    }
    bool page_shown = false;
    while (step && std::holds_alternative<dialogue::Show>(*step)) {
        auto& show = std::get<dialogue::Show>(*step);
        page_shown = show.way == dialogue::Show::Way::address;
        if (of == Of::task) show.question = protocol::related_to_task(std::move(show.question), approval.id);
        auto heard = co_await ask(approval, requester, std::move(show.question));
        if (!heard) co_return heard.error();
        dialogues_.count(approval, requester, *heard);
        step = co_await dialogues_.next(position, client, approval, std::move(*heard));
    }
    if (!step) co_return step.error();
    const auto* hold = std::get_if<dialogue::Hold>(&*step);
    if (hold != nullptr && !hold->page_open) {
        if (of == Of::task) co_return approval;
        co_return co_await dialogues_.hold_for_person(std::move(approval), requester);
    }
    if (hold != nullptr) {
        auto now = co_await dialogues_.hold(std::move(approval), requester);
        if (!now) co_return now.error();
        approval = std::move(*now);
    }
    if (page_shown) co_await tell_completion(approval, requester);
    co_return approval;
}

Async<bool> StreamDriver::show(mcp::Requester& requester, Json question) {
    if (requester.questions == nullptr) co_return false;
    const auto response = co_await requester.questions->ask(requester.outbox, requester.session,
                                                            "elicitation/create", std::move(question), hold_);
    co_return response.has_value() && turned_down(*response);
}

// What comes of a question: an answer, none, or a decision that was made elsewhere. An answer is to the row
// as it is now, which may have been made narrower since it was shown.
Async<Result<dialogue::Event>> StreamDriver::ask(Approval& approval, mcp::Requester& requester,
                                                 Json question) {
    const auto left = std::max(approval.expires - clock_.now(), policy::Duration{1});
    auto first = co_await (requester.questions->ask(requester.outbox, requester.session, "elicitation/create",
                                                    std::move(question), left) ||
                           desk_.wait(approval.id, State::pending, approval.expires));
    Result<Approval> now = approval;
    dialogue::Event event = dialogue::Looked{};
    if (auto* response = std::get_if<0>(&first)) {
        if (!*response && response->error().code == Errc::closed) co_return dialogue::NotAsked{};
        if (!*response) co_return dialogue::Unanswered{};
        event = dialogue::Answered{std::move(**response)};
        now = co_await desk_.find(approval.id);
    } else {
        auto& waited = std::get<1>(first);
        if (!waited) co_return waited.error();
        now = std::move(waited->approval);
        if (now->state() == State::expired) event = dialogue::Unanswered{};
    }
    if (!now) co_return now.error();
    approval = std::move(*now);
    co_return event;
}

Async<void> StreamDriver::tell_completion(const Approval& approval, mcp::Requester& requester) {
    if (approval.state() == State::pending || approval.state() == State::expired) co_return;
    const auto note = protocol::write_notification("notifications/elicitation/complete",
                                                   protocol::write_elicitation_complete(approval.id));
    co_await requester.outbox.send(requester.redaction.seal(note));
}

}  // namespace tfy::calls
