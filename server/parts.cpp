#include "server/parts.hpp"

#include <sodium.h>

#include <fstream>
#include <sstream>

#include "manifests/embedded.hpp"
#include "protocol/parse.hpp"
#include "server/storage/shelf.hpp"
#include "server/storage/terminal_demands.hpp"
#include "server/upstream/curl_exchange.hpp"
#include "tools/sandbox/control_plane.hpp"
#include "tools/truefoundry/guarded_exchange.hpp"

namespace tfy::server {
namespace {

using truefoundry::HttpRequest;
using truefoundry::HttpResponse;

/// Stands where no control plane is configured: every tool but the status can say so.
class UnconfiguredExchange final : public truefoundry::Exchange {
public:
    explicit UnconfiguredExchange(std::string problem) : problem_(std::move(problem)) {}
    Async<Result<HttpResponse>> send(HttpRequest) override { co_return Error{Errc::upstream, problem_}; }

private:
    std::string problem_;
};

/// The stand-in control plane and the exchange to it, in one.
class BuiltInSandbox final : public truefoundry::Exchange {
public:
    BuiltInSandbox(std::unique_ptr<sandbox::Shelf> shelf, const Clock& clock)
        : plane_(std::move(shelf), clock), exchange_(sandbox::make_sandbox_exchange(plane_)) {}
    Async<Result<HttpResponse>> send(HttpRequest request) override {
        return exchange_->send(std::move(request));
    }

private:
    sandbox::ControlPlane plane_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
};

Result<void> connect_sandbox(Parts& parts, const StateDir& state, const Clock& clock) {
    auto shelf = open_sqlite_shelf(state.sandbox());
    if (!shelf) return shelf.error();
    parts.exchange = std::make_unique<BuiltInSandbox>(std::move(*shelf), clock);
    parts.base_url = "sandbox:";
    parts.key_set = true;
    parts.sandbox = true;
    return {};
}

void connect_upstream(Parts& parts, const Options& options) {
    auto upstream = read_upstream();
    parts.base_url = upstream.base_url;
    parts.key_set = !upstream.api_key.empty();
    parts.upstream_problem = std::move(upstream.problem);
    if (parts.upstream_problem.empty() && parts.base_url.empty())
        parts.upstream_problem = "TFY_BASE_URL is not set.";
    if (parts.upstream_problem.empty() && !parts.key_set)
        parts.upstream_problem = "TFY_API_KEY (or TFY_API_KEY_FILE) is not set.";
    if (parts.key_set) {
        // The key is known to the redactor before anything can be said about it.
        parts.known_tokens.push_back(
            policy::fingerprint(upstream.api_key.reveal(), "TFY_API_KEY", parts.fingerprint_key));
        parts.own_jwt_ids = jwt_ids(upstream.api_key.reveal());
    }
    if (!parts.upstream_problem.empty()) {
        parts.exchange = std::make_unique<UnconfiguredExchange>(
            parts.upstream_problem +
            " Nothing was sent. Set it where this server is configured, and start it again.");
        return;
    }
    UpstreamOptions reach;
    reach.base_url = parts.base_url;
    reach.ca_file = options.ca_file;
    reach.connect_timeout = parts.limits.connect_timeout;
    parts.exchange = truefoundry::guard(make_curl_exchange(std::move(reach), std::move(upstream.api_key)));
}

Result<void> open_state(Parts& parts, const StateDir& state) {
    parts.state_dir = state.root();
    auto fingerprint_key = state.fingerprint_key();
    if (!fingerprint_key) return fingerprint_key.error();
    auto seal_key = state.seal_key();
    if (!seal_key) return seal_key.error();
    parts.fingerprint_key = *fingerprint_key;
    parts.seal_key = *seal_key;
    parts.instance = "ins_" + policy::random_id();
    auto lock = Instance::hold(state, parts.instance);
    if (!lock) return lock.error();
    parts.instance_lock.emplace(std::move(*lock));
    auto ledger = Ledger::open(state.ledger());
    if (!ledger) return ledger.error();
    parts.ledger = std::move(*ledger);
    auto known = parts.ledger->fingerprints();
    if (!known) return known.error();
    parts.known_tokens = std::move(*known);
    return {};
}

}  // namespace

std::vector<std::string> jwt_ids(std::string_view value) {
    const auto first = value.find('.');
    const auto second = first == std::string_view::npos ? first : value.find('.', first + 1);
    if (second == std::string_view::npos) return {};
    const auto part = value.substr(first + 1, second - first - 1);
    std::string payload(part.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(payload.data()), payload.size(), part.data(),
                          part.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
        return {};
    payload.resize(size);
    const auto claims = protocol::parse(payload);
    policy::wipe(payload);
    std::vector<std::string> ids;
    if (!claims || !claims->is_object()) return ids;
    for (const auto* name : {"jti", "jwtId", "id"})
        if (const auto found = claims->find(name); found != claims->end() && found->is_string())
            ids.push_back(found->get<std::string>());
    return ids;
}

Result<policy::Rules> load_rules(const std::string& file) {
    if (file.empty()) return policy::read_rules(manifests::file("policy.toml"));
    std::error_code ignored;
    std::ifstream in;
    if (!std::filesystem::is_directory(file, ignored)) in.open(file, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    if (!in)
        return Error{Errc::refused, "The rules file " + file + " cannot be read. Check its name and rights."};
    return policy::read_rules(text.str(), file);
}

Result<Parts> gather_parts(const Options& options, const Clock& clock) {
    Parts parts;
    parts.user = os_user();
    auto rules = load_rules(options.policy);
    if (!rules) return rules.error();
    auto webhooks = open_webhooks(rules->webhooks);
    if (!webhooks) return webhooks.error();
    parts.rules = std::move(*rules);
    parts.webhooks = std::move(*webhooks);
    auto public_url = read_public_url(options.public_url);
    if (!public_url) return public_url.error();
    parts.public_url = std::move(*public_url);
    parts.ca_file = options.ca_file;
    const std::optional<policy::Duration> hold =
        options.hold == "0s" ? policy::Duration{0} : policy::read_duration(options.hold);
    if (!hold) return Error{Errc::refused, "--hold must be a length of time such as 45s or 2m."};
    parts.hold = *hold;
    const auto level = Log::read_level(options.log_level);
    if (!level) return Error{Errc::refused, "--log-level must be debug, info, warn, error or off."};
    parts.log_level = *level;
    auto limits = read_upstream_limits();
    if (!limits) return limits.error();
    parts.limits = *limits;
    auto root = state_dir(options.state_dir);
    if (!root) return root.error();
    auto state = StateDir::open(std::move(*root));
    if (!state) return state.error();
    if (auto opened = open_state(parts, *state); !opened) return opened.error();
    if (auto kept = keep_terminal_demands(parts.state_dir, demands_of(parts.rules)); !kept)
        return kept.error();
    if (options.sandbox) {
        if (auto connected = connect_sandbox(parts, *state, clock); !connected) return connected.error();
    } else {
        connect_upstream(parts, options);
    }
    return parts;
}

}  // namespace tfy::server
