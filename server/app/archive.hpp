// The state directory as a command sees it: the ledger, and the sealer through which everything that is
// printed goes.
#pragma once

#include <filesystem>
#include <memory>
#include <ostream>

#include "server/sealing/printing.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/ledger.hpp"
#include "server/storage/state_dir.hpp"

namespace tfy::app {

/// What a sealer takes: the tokens that a state directory knows, and what tells of more.
struct KnownTokens {
    redaction::FingerprintKey key = redaction::FingerprintKey::random();
    std::vector<redaction::TokenFingerprints> tokens = {};
    std::unique_ptr<storage::Reader> more = {};
};

/// The ledger must be there. Errc::storage: nothing was run.
Result<KnownTokens> known_tokens(const storage::StateDir& state);

/// If this is the usual directory, and the sandbox's beside it has requests that wait: a line that says
/// so. Else empty.
std::string waiting_in_sandbox(const std::filesystem::path& state_dir, policy::Time now);

struct Archive {
    std::unique_ptr<storage::Ledger> ledger;
    std::unique_ptr<sealing::Sealer> sealer;

    /// Errc::not_found if no server has ever used `state_dir`: a mistyped folder is not created.
    /// Errc::storage.
    static Result<Archive> open(const std::filesystem::path& state_dir);
    /// The same, and where nothing is there yet it is begun, as a server would.
    static Result<Archive> open_or_make(const std::filesystem::path& state_dir);

    void say(std::ostream& out, std::string_view text) const {
        sealing::print_text(out, sealer->seal_text(text));
    }
    void print(std::ostream& out, const Json& document) const {
        sealing::print_json(out, sealer->seal(document));
    }
    /// Says what went wrong and gives its exit code.
    int fail(std::ostream& err, const Error& error) const;
};

}  // namespace tfy::app
