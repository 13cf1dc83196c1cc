// What the house is built from: read from options, environment and state directory, or made up by a test.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/callers/caller_limits.hpp"
#include "server/callers/protected_resource.hpp"
#include "server/config/config.hpp"
#include "server/config/settings.hpp"
#include "server/http_client/http_client.hpp"
#include "server/mcp/dispatch.hpp"
#include "server/storage/ledger.hpp"
#include "server/storage/reader.hpp"
#include "server/storage/state_dir.hpp"
#include "server/transport/listener.hpp"
#include "server/upstream/accounts.hpp"
#include "server/upstream/api_key.hpp"
#include "server/upstream/key_check.hpp"
#include "server/upstream/request_counts.hpp"
#include "tools/base_url.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::app {

struct Services {
    std::filesystem::path state_dir = {};
    std::optional<storage::Instance> instance_lock = {};  // none in tests
    std::string instance = "test";
    std::string owner = {};  // the first person who is not suspended, whose agents stdio callers are; empty:
                             // no one is enrolled
    std::string user = "user";  // of the operating system: a stdio caller is "stdio:" and this name
    redaction::FingerprintKey fingerprint_key = redaction::FingerprintKey::random();
    policy::SealKey seal_key = {};
    std::unique_ptr<storage::Ledger> ledger;
    std::vector<redaction::TokenFingerprints> known_tokens =
        {};  // from the ledger: keys that were accepted once, too
    std::unique_ptr<storage::Reader> tokens =
        {};  // what other processes register; none beside a ledger in memory
    policy::Rules rules;
    std::vector<notify::ChannelTarget> channels = {};  // of the rules
    std::string public_url = {};                       // that links begin with; empty: where it listens
    std::string ca_file = {};
    policy::Duration hold = std::chrono::seconds{45};
    tools::Offer offer = {};
    observability::Log::Level log_level = observability::Log::Level::info;
    transport::ListenerOptions listening = {};       // `serve`
    config::CallersBy callers = {};                  // `serve`: how callers are known
    callers::ProtectedResource resource = {};        // `serve`: as clients are told of it
    oauth::ClientSettings clients = {};              // `serve`: what the operator says of OAuth clients
    callers::CallerLimits::Most caller_limits = {};  // `serve`
    mcp::Dispatch::Limits dispatch_limits = {};  // of calls never fewer than is usual: loopback has no other
    bool issuer_any_type = false;                // `serve`: also tokens that do not say what they are
    config::TlsFiles tls = {};                   // `serve`: of its own TLS
    bool any_local_user = false;                 // `serve`: other accounts of this machine may call, too
    std::vector<std::string> trusted_proxies = {};
    std::optional<oidc::ProviderSettings> provider = {};  // `serve`: where people sign in, too
    std::vector<std::string> doctor = {};  // the command that checks this server's settings; empty: none

    std::unique_ptr<truefoundry::Exchange> exchange;
    std::shared_ptr<http_client::TransferThread> transfers = {};  // to the control plane, of all accounts
    upstream::Accounts::Connect connect = {};                     // with other keys than this server's own
    upstream::KeyMap key_map = {};                                // whose calls go with which
    std::shared_ptr<upstream::RequestCounts> upstream_requests =
        std::make_shared<upstream::RequestCounts>();  // none in a sandbox
    config::UpstreamLimits limits = {};
    tools::BaseUrl base_url = {};  // bound into every digest
    std::shared_ptr<upstream::OwnKey> own_key = std::make_shared<upstream::OwnKey>();
    upstream::KeyFileWatch::Read read_key = {};  // how the key in that file is read, once it is there; empty:
                                                 // as a key file
    std::string key_file = {};                   // that is watched for another key; empty: none is
    std::string url_problem = {};                // why the base URL cannot be used, and the same in a word
    std::string url_cause = {};
    std::vector<std::string> refused_settings = {};  // a sentence for each line of .env that does not count
    bool sandbox = false;
    std::vector<std::string> not_carried_over = {};  // people of an earlier version, who need an invitation

    /// What people are shown as the place where tokens are made, whenever that is asked.
    std::function<std::string()> upstream_label() const {
        if (sandbox) return [] { return std::string("sandbox"); };
        if (!url_problem.empty())
            return [] { return std::string("no control plane (TFY_BASE_URL cannot be used)"); };
        return [url = base_url] { return url.known() ? url.now() : "no control plane (no address is set)"; };
    }
};

/// The first of read_settings()'s errors, or `may`'s for the settings, or Errc::storage (state directory),
/// each with what to do. `clock` must outlive the parts.
using MayStart = std::function<Result<void>(const config::Settings&)>;
Result<Services> gather_parts(const config::Options& options, const Clock& clock, const MayStart& may = {});

// The steps of it, for who tries them without starting anything.

/// Makes the directory if it is missing, and opens all that it holds: keys, lock, ledger.
Result<storage::StateDir> open_state_at(Services& parts, const std::filesystem::path& root);
/// Those of an enrolled person, suspended or not. Errc::refused for a map that names anyone else.
Result<void> check_people(const upstream::KeyMap& map, storage::Ledger& ledger);
/// What was read goes into `key`: value, place, problem and warning.
void fill(upstream::OwnKey& key, config::Upstream& upstream);
/// Asks with keys of people and callers. There must be a control plane.
upstream::KeyCheck key_check_of(const Services& parts);
/// With the key that there is when a request is sent; counted if there are `counts`.
std::unique_ptr<truefoundry::Exchange> exchange_to(const std::string& base_url, const std::string& ca_file,
                                                   const config::UpstreamLimits& limits,
                                                   std::shared_ptr<const upstream::OwnKey> key,
                                                   std::shared_ptr<http_client::TransferThread> thread = {},
                                                   std::shared_ptr<upstream::RequestCounts> counts = {});

class SystemClock final : public Clock {
public:
    policy::Time now() const override {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

}  // namespace tfy::app
