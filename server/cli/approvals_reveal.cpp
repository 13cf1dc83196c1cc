#include "server/cli/approvals_reveal.hpp"

#include <sys/socket.h>

#include "policy/visible.hpp"
#include "server/cli/value_screen.hpp"
#include "server/people/passphrases.hpp"
#include "server/reveals/local_socket.hpp"
#include "server/reveals/reveal_wish.hpp"
#include "server/storage/state_dir.hpp"
#include "server/system/progress.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Approval;

constexpr std::chrono::seconds patience{30};
constexpr std::size_t longest_answer = 64 * 1024;
constexpr auto create_anew = " Delete the token and create a new one, then update what used it.";
constexpr auto still_waits = " Nothing was shown; the value still waits.";

Error lost(const std::string& why) { return {Errc::not_found, why + create_anew}; }

/// The value that an approved call made. Errc::refused if it made none, or not yet.
Result<std::string> reveal_id_of(const Approval& approval) {
    if (policy::is_open(approval.state()))
        return Error{Errc::refused,
                     "Request " + approval.id + " is " + std::string(policy::to_string(approval.state())) +
                         ": its call has not run yet, so there is no value. Nothing was shown."};
    const auto& outcome = approval.outcome;
    if (outcome.is_object() && outcome.contains("structured") && outcome.at("structured").is_object()) {
        const auto found = outcome.at("structured").find("reveal_id");
        if (found != outcome.at("structured").end() && found->is_string()) return found->get<std::string>();
    }
    return Error{Errc::refused, "Request " + approval.id + " made no token, so there is no value to show."};
}

Result<storage::RevealRow> find_row(const ApprovalsWindow& window) {
    auto id = window.options.id;
    if (!id.starts_with("rev_")) {
        const auto approval = window.find();
        if (!approval) return approval.error();
        auto made = reveal_id_of(*approval);
        if (!made) return made.error();
        id = std::move(*made);
    }
    auto row = window.archive.ledger->find_reveal(id);
    if (!row) return row.error();
    if (*row) return std::move(**row);
    return Error{Errc::not_found, "There is no value " + window.shown(id, 64) +
                                      ". Give the id of an approved request, apr_…, or of a value, rev_…."};
}

/// Why the value of `row` can never be shown (again).
std::optional<Error> gone(const ApprovalsWindow& window, const storage::RevealRow& row) {
    const auto value = "The value of " + policy::between_quotes(window.shown(row.token_name, 100)) + " ";
    if (row.state == storage::RevealRow::State::claimed)
        return Error{Errc::refused,
                     value +
                         "was shown already. It is shown once. If it was not saved, delete the token and "
                         "create a new one."};
    if (row.state == storage::RevealRow::State::lapsed || row.until <= window.now())
        return lost(value + "waited until " + policy::format_time_for_people(row.until) +
                    " and was then wiped.");
    if (row.state == storage::RevealRow::State::lost ||
        !storage::alive(window.options.state_dir, row.instance))
        return lost(value + "is gone: the process that held it has ended.");
    return std::nullopt;
}

Result<policy::Secret> ask_passphrase(const ApprovalsWindow& window, const std::string& person) {
    auto typed = people::ask_secret(window.prompt(), "Your passphrase, " + person + ": ");
    if (!typed) return Error{Errc::cancelled, std::string("No passphrase was typed.") + still_waits};
    return std::move(*typed);
}

bool send_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

/// All that comes, up to a limit; nothing of it is copied elsewhere.
std::string receive_all(int socket) {
    std::string bytes(longest_answer, '\0');
    std::size_t size = 0;
    while (size < bytes.size()) {
        const auto count = ::recv(socket, bytes.data() + size, bytes.size() - size, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        size += static_cast<std::size_t>(count);
    }
    bytes.resize(size);
    return bytes;
}

Result<policy::Secret> ask_holder(const ApprovalsWindow& window, const storage::RevealRow& row,
                                  const std::string& person, const policy::Secret& passphrase) {
    const system::Progress progress("Asking the server that holds the value");
    const auto socket =
        reveals::connect_to(reveals::reveal_socket_of(window.options.state_dir, row.instance), patience);
    if (!socket)
        return Error{Errc::refused,
                     "The process that holds the value does not show values in a terminal: its log "
                     "says why. " +
                         socket.error().message + still_waits};
    const auto head = reveals::head_of_reveal_wish(row.id, person);
    const bool sent = send_all(socket->get(), head) && send_all(socket->get(), passphrase.reveal()) &&
                      send_all(socket->get(), "\n");
    if (!sent) return Error{Errc::closed, "The connection was lost."};
    return reveals::read_reveal_answer(receive_all(socket->get()));
}

/// The connection broke: what is recorded tells whether the value broke with it.
Error after_lost_connection(const ApprovalsWindow& window, const storage::RevealRow& row) {
    const auto now = window.archive.ledger->find_reveal(row.id);
    if (now && *now && (*now)->state == storage::RevealRow::State::claimed)
        return lost(
            "The connection was lost after the server had sent the value, and before it arrived: it is "
            "lost.");
    if (now && *now)
        if (auto why = gone(window, **now)) return *std::move(why);
    return {Errc::closed, std::string("The connection was lost.") + still_waits + " Try again."};
}

ValueScreen screen_for(const ApprovalsWindow& window, const storage::RevealRow& row, bool wipes) {
    const auto redactor = window.archive.sealer->now();
    const auto title =
        "The value of " + policy::between_quotes(window.shown(row.token_name, 100)) + ", shown once:\n\n";
    const std::string advice =
        "\n\nSave it now: in a password manager, a CI/CD secret store or a TrueFoundry secret group. Never "
        "in Git, a "
        "chat or an e-mail.\n";
    const std::string end =
        wipes ? "Press Enter when it is saved: it is then wiped from this screen, after five "
                "minutes in any case.\n"
              : "Press Enter when it is saved. This terminal cannot be wiped: clear it and close "
                "it afterwards.\n";
    return {std::string(redactor->seal_text(title).text()), advice + end, wipes};
}

}  // namespace

int reveal_value(const ApprovalsWindow& window) {
    const auto& options = window.options;
    if (!options.stdin_is_terminal || !options.stdout_is_terminal)
        return window.fail(
            {Errc::refused,
             std::string("A value is shown on a terminal only, and standard input or output is none. "
                         "Run this command yourself in a terminal window.") +
                 still_waits});
    const auto row = find_row(window);
    if (!row) return window.fail(row.error());
    if (const auto why = gone(window, *row)) return window.fail(*why);
    const auto person = window.person(people::TerminalAct::reveal);
    if (!person) return window.fail(person.error());
    const auto passphrase = ask_passphrase(window, *person);
    if (!passphrase) return window.fail(passphrase.error());
    auto value = ask_holder(window, *row, *person, *passphrase);
    if (!value && value.error().code == Errc::closed) return window.fail(after_lost_connection(window, *row));
    if (!value) return window.fail(value.error());
    const auto screen = screen_for(window, *row, terminal_can_be_wiped());
    if (!show_value(window.out, std::move(*value), screen))
        return window.fail(lost("The value was handed over and could not be written to this terminal."));
    window.say("The value of " + policy::between_quotes(window.shown(row->token_name, 100)) +
               (screen.wipes ? " was shown and is wiped from this screen." : " was shown.") +
               " It is not shown again. If it is not saved: delete the token and create a new one.\n");
    return 0;
}

}  // namespace tfy::cli
