#include "server/parts.hpp"

#include <fstream>
#include <sstream>

#include "manifests/embedded.hpp"
#include "server/storage/shelf.hpp"
#include "server/storage/terminal_demands.hpp"
#include "server/upstream/curl_exchange.hpp"
#include "server/upstream/key_file.hpp"
#include "tools/sandbox/control_plane.hpp"
#include "tools/truefoundry/guarded_exchange.hpp"

namespace tfy::server {
namespace {

using truefoundry::HttpRequest;
using truefoundry::HttpResponse;

constexpr auto set_it = " Nothing was sent. Set it where this server is configured, and start it again.";

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
    parts.own_key->replace(policy::Secret(std::string(sandbox::sandbox_key)));
    parts.sandbox = true;
    return {};
}

/// Says so where there is no key; one may come later, where it comes from a file.
class KeyedExchange final : public truefoundry::Exchange {
public:
    KeyedExchange(std::unique_ptr<truefoundry::Exchange> exchange, std::shared_ptr<const OwnKey> key)
        : exchange_(std::move(exchange)), key_(std::move(key)) {}
    Async<Result<HttpResponse>> send(HttpRequest request) override {
        const auto facts = key_->facts();
        if (!facts.set)
            return none(facts.problem.empty() ? "TFY_API_KEY (or TFY_API_KEY_FILE) is not set."
                                              : facts.problem);
        return exchange_->send(std::move(request));
    }

private:
    static Async<Result<HttpResponse>> none(std::string problem) {
        co_return Error{Errc::upstream, problem + set_it};
    }

    std::unique_ptr<truefoundry::Exchange> exchange_;
    std::shared_ptr<const OwnKey> key_;
};

/// The key is known to the redactor, and on disk, before anything can be said about it: after it was replaced
/// it is still known, in the next process, too.
Result<void> take_key(Parts& parts, Upstream& upstream) {
    if (upstream.key_problem) parts.own_key->report(*upstream.key_problem);
    if (upstream.api_key.empty()) return {};
    auto prints = prints_of(upstream.api_key, parts.fingerprint_key);
    if (auto kept = parts.ledger->add_fingerprints(prints); !kept) return kept;
    parts.known_tokens.push_back(std::move(prints));
    parts.own_key->replace(std::move(upstream.api_key));
    if (!upstream.key_file.empty()) parts.own_key->warn(open_to_others(upstream.key_file));
    return {};
}

Result<void> connect_upstream(Parts& parts, const Options& options) {
    auto upstream = read_upstream();
    parts.base_url = upstream.base_url;
    parts.key_file = upstream.key_file;
    parts.url_problem = std::move(upstream.url_problem);
    parts.url_cause = std::move(upstream.url_cause);
    if (auto taken = take_key(parts, upstream); !taken) return taken;
    if (!parts.url_problem.empty() || parts.base_url.empty()) {
        const auto problem = parts.url_problem.empty() ? "TFY_BASE_URL is not set." : parts.url_problem;
        parts.exchange = std::make_unique<UnconfiguredExchange>(problem + set_it);
        return {};
    }
    UpstreamOptions reach;
    reach.base_url = parts.base_url;
    reach.ca_file = options.ca_file;
    reach.connect_timeout = parts.limits.connect_timeout;
    auto exchange = truefoundry::guard(make_curl_exchange(std::move(reach), parts.own_key));
    parts.exchange = std::make_unique<KeyedExchange>(std::move(exchange), parts.own_key);
    return {};
}

Result<void> open_state(Parts& parts, const StateDir& state) {
    parts.state_dir = state.root();
    auto seal_key = state.seal_key();
    if (!seal_key) return seal_key.error();
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
    auto fingerprint_key = state.fingerprint_key_for(!known->empty());
    if (!fingerprint_key) return fingerprint_key.error();
    parts.fingerprint_key = *fingerprint_key;
    parts.known_tokens = std::move(*known);
    return {};
}

}  // namespace

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
        if (auto connected = connect_upstream(parts, options); !connected) return connected.error();
    }
    return parts;
}

}  // namespace tfy::server
