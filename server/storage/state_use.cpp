#include "server/storage/state_use.hpp"

#include <algorithm>

#include "server/storage/database_error.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::storage {
namespace {

constexpr std::string_view sandboxes = "sandbox\n", truefoundrys = "truefoundry\n";

Error other_use(bool sandbox) {
    return {Errc::refused,
            sandbox
                ? "This state directory belongs to a server that uses TrueFoundry, and --sandbox needs one "
                  "of its own. Give another --state-dir. Nothing was run."
                : "This state directory belongs to a sandbox, and this server uses TrueFoundry. Give "
                  "another --state-dir. Nothing was run."};
}

Error damaged_use(const std::filesystem::path& file) {
    return {Errc::storage,
            "The file " + file.string() +
                " is damaged: it says neither sandbox nor truefoundry. Nothing was run. "
                "Restore it from a backup, or delete it: then the requests that were made tell "
                "what the state directory belongs to."};
}

/// What the ledger's newest requests tell, so many of them; nothing if it is empty. In directories of
/// earlier versions there can be both sorts: those are TrueFoundry's.
Result<std::optional<bool>> was_sandbox(Ledger& ledger, std::size_t requests) {
    const auto newest = ledger.list(false, requests);
    if (!newest) return newest.error();
    const bool real =
        std::ranges::any_of(*newest, [](const auto& each) { return each.call.base_url != "sandbox:"; });
    if (!newest->empty()) return std::optional(!real);
    const auto tokens = ledger.fingerprints();
    if (!tokens) return tokens.error();
    return tokens->empty() ? std::nullopt : std::optional(false);  // a sandbox knows none without a request
}

}  // namespace

Result<void> check_state_use(const std::filesystem::path& state_dir, Ledger* ledger, bool sandbox) {
    const auto file = state_dir / "use";
    const auto noted = text_in(file);
    const auto own = sandbox ? sandboxes : truefoundrys;
    if (!noted.empty() && noted != sandboxes && noted != truefoundrys) return damaged_use(file);
    if (!noted.empty() && noted != own) return other_use(sandbox);
    if (ledger == nullptr || (noted == own && !sandbox)) return {};
    constexpr std::size_t every_request = 1'000'000;
    const auto before = was_sandbox(*ledger, noted.empty() ? every_request : 1);
    if (!before) return with_its_file(before.error(), state_dir / "ledger.db");
    return *before && **before != sandbox ? Result<void>(other_use(sandbox)) : Result<void>{};
}

Result<void> keep_state_use(const StateDir& state, Ledger& ledger, bool sandbox) {
    if (auto may = check_state_use(state.root(), &ledger, sandbox); !may) return may;
    return keep_text(state.root() / "use", sandbox ? sandboxes : truefoundrys);
}

}  // namespace tfy::storage
