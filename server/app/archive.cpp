#include "server/app/archive.hpp"

#include "server/app/console.hpp"
#include "server/config/config.hpp"
#include "server/config/settings.hpp"
#include "server/people/earlier_passphrases.hpp"
#include "server/storage/approval_reader.hpp"
#include "server/storage/database_error.hpp"
#include "server/storage/lost_journal.hpp"
#include "server/upstream/api_key.hpp"

namespace tfy::app {

namespace {

/// A sandbox has used the directory that --sandbox stands for, and this is the one without it.
bool has_sandbox(const std::filesystem::path& state_dir) {
    const auto usual = config::state_dir({});
    std::error_code ignored;
    return usual && *usual == state_dir &&
           std::filesystem::exists(config::sandbox_state_dir(*usual) / "ledger.db", ignored);
}

}  // namespace

Result<KnownTokens> known_tokens(const storage::StateDir& state) {
    const auto not_read = [&](const Error& cause) {
        return storage::with_its_file({Errc::storage, cause.message + ". Nothing was run."}, state.ledger());
    };
    auto reader = storage::Reader::open(state.ledger());
    if (!reader) return not_read(reader.error());
    auto tokens = (*reader)->new_tokens();
    if (!tokens) return not_read(tokens.error());
    const auto key = state.fingerprint_key_for(!tokens->empty());
    if (!key) return key.error();
    upstream::name_once(*tokens);
    return KnownTokens{*key, std::move(*tokens), std::move(*reader)};
}

std::string waiting_in_sandbox(const std::filesystem::path& state_dir, policy::Time now) {
    if (!has_sandbox(state_dir)) return {};
    const auto reader = storage::ApprovalReader::open(config::sandbox_state_dir(state_dir) / "ledger.db");
    if (!reader) return {};
    const auto last = (*reader)->last_record();
    if (!last) return {};
    const auto found = (*reader)->counts(now, *last);
    if (!found) return {};
    const auto pending = found->open.find("pending");
    if (pending == found->open.end() || pending->second == 0) return {};
    const auto count = pending->second;
    return "The sandbox has " +
           (count == 1 ? std::string("an open request") : std::to_string(count) + " open requests") +
           ": add --sandbox.\n";
}

Result<Archive> Archive::open(const std::filesystem::path& state_dir) {
    std::error_code failed;
    const bool there = std::filesystem::exists(state_dir / "ledger.db", failed);
    if (failed)
        return Error{Errc::storage, "The state directory " + state_dir.string() + " cannot be read (" +
                                        failed.message() +
                                        "). Nothing was run. Run as the user that its server runs as."};
    if (const auto wrong = storage::lost_journal(state_dir / "ledger.db"))
        return storage::journal_is_lost(state_dir / "ledger.db", *wrong);
    if (!there)
        return Error{Errc::not_found,
                     "There is nothing in " + state_dir.string() +
                         ": no server has used it yet. Nothing was done. Give the --state-dir that the "
                         "server runs with" +
                         (has_sandbox(state_dir) ? ", or --sandbox: there is a sandbox's beside it." : ".")};
    return open_or_make(state_dir);
}

Result<Archive> Archive::open_or_make(const std::filesystem::path& state_dir) {
    const auto state = storage::StateDir::open(state_dir);
    if (!state) return state.error();
    auto ledger = storage::Ledger::open(state->ledger());
    if (!ledger) return ledger.error();
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    std::ignore = people::carry_over_passphrase(state_dir, **ledger, now);  // reading goes on without it
    auto known = known_tokens(*state);
    if (!known) return known.error();
    auto sealer =
        std::make_unique<sealing::Sealer>(known->key, std::move(known->tokens), std::move(known->more));
    if (const auto configured = config::configured_key(); !configured.empty())
        sealer->configure(upstream::prints_of(configured, sealer->key()));
    return Archive{std::move(*ledger), std::move(sealer)};
}

int Archive::fail(std::ostream& err, const Error& error) const {
    say(err, std::string(told_by) + error.message + "\n");
    return config::exit_code(error);
}

}  // namespace tfy::app
