#include "server/app/services.hpp"

#include <algorithm>

#include "manifests/embedded.hpp"
#include "server/app/archive.hpp"
#include "server/config/kept_login.hpp"
#include "server/config/path_text.hpp"
#include "server/config/principals.hpp"
#include "server/people/earlier_passphrases.hpp"
#include "server/people/terminal_requirements.hpp"
#include "server/storage/key_files.hpp"
#include "server/storage/last_server.hpp"
#include "server/storage/state_use.hpp"
#include "server/storage/token_store.hpp"
#include "server/upstream/exchange.hpp"
#include "server/upstream/key_file.hpp"
#include "tools/own_command.hpp"
#include "tools/sandbox/control_plane.hpp"
#include "tools/sandbox/examples.hpp"
#include "tools/truefoundry/guarded_exchange.hpp"

namespace tfy::app {
namespace {

using truefoundry::ApiRequest;
using truefoundry::ApiResponse;

/// Both ways: a login counts at once, a setting from the next start on.
std::string set_it() {
    return " Nothing was sent. Run " + tools::own_program() +
           " login in a terminal, then call again; or set it in this server's configuration, and restart it.";
}
constexpr auto corrected = " Nothing was sent. Restart this server when that is corrected.";
constexpr auto file_corrected =
    " Nothing was sent. Once the file is right, call again: this server reads it by itself, and is restarted "
    "only for another path.";

/// A key file is looked at each second; what a setting says counts from the next start on.
bool is_in_a_file(const tools::KeyFacts& key) {
    return key.cause.starts_with("key_file_") || key.from.starts_with("the key file ");
}

/// Used if no control plane is configured: every tool but the status can say so. Once an address is known, by
/// a login, requests go the way that `connect` makes then.
class UnconfiguredExchange final : public truefoundry::Exchange {
public:
    using Connect = std::function<std::unique_ptr<truefoundry::Exchange>()>;

    UnconfiguredExchange(Error problem, tools::BaseUrl url, Connect connect)
        : problem_(std::move(problem)), url_(std::move(url)), connect_(std::move(connect)) {}
    Async<Result<ApiResponse>> send(ApiRequest request) override {
        if (!way_ && url_.known() && connect_) way_ = connect_();
        if (way_) return way_->send(std::move(request));
        return unsent();
    }

private:
    Async<Result<ApiResponse>> unsent() { co_return problem_; }

    Error problem_;
    tools::BaseUrl url_;
    Connect connect_;
    std::unique_ptr<truefoundry::Exchange> way_;
};

/// The stand-in control plane and the exchange to it, in one.
class BuiltInSandbox final : public truefoundry::Exchange {
public:
    BuiltInSandbox(std::unique_ptr<sandbox::TokenStore> token_store, const Clock& clock)
        : plane_(std::move(token_store), clock), exchange_(sandbox::make_sandbox_exchange(plane_)) {}
    Async<Result<ApiResponse>> send(ApiRequest request) override {
        return exchange_->send(std::move(request));
    }

private:
    sandbox::ControlPlane plane_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
};

Result<void> connect_sandbox(Services& parts, const storage::StateDir& state, const Clock& clock,
                             bool with_examples) {
    std::vector<sandbox::StoredToken> first;
    if (with_examples) first = sandbox::example_tokens(clock.now());
    auto token_store = storage::open_sqlite_token_store(state.sandbox(), first);
    if (!token_store) return token_store.error();
    parts.exchange = std::make_unique<BuiltInSandbox>(std::move(*token_store), clock);
    parts.base_url = "sandbox:";
    parts.own_key->replace(policy::Secret(std::string(sandbox::sandbox_key)));
    parts.sandbox = true;
    return {};
}

/// Says so if there is no key; one may come later, if it comes from a file.
class KeyedExchange final : public truefoundry::Exchange {
public:
    KeyedExchange(std::unique_ptr<truefoundry::Exchange> exchange,
                  std::shared_ptr<const upstream::OwnKey> key)
        : exchange_(std::move(exchange)), key_(std::move(key)) {}
    Async<Result<ApiResponse>> send(ApiRequest request) override {
        const auto facts = key_->facts();
        if (!facts.set) return none(facts);
        return send_with(facts.from, std::move(request));
    }

private:
    Async<Result<ApiResponse>> send_with(std::string from, ApiRequest request) {
        auto answer = co_await exchange_->send(std::move(request));
        if (answer) answer->key_from = std::move(from);
        co_return answer;
    }
    static Async<Result<ApiResponse>> none(tools::KeyFacts facts) {
        const auto cause = facts.cause.empty() ? "key_not_set" : facts.cause;
        const auto problem = facts.problem.empty()
                                 ? std::string("Neither TFY_API_KEY nor TFY_API_KEY_FILE is set.") + set_it()
                                 : facts.problem + (is_in_a_file(facts) ? file_corrected : corrected);
        co_return Error{Errc::upstream, problem, {{"cause", cause}}};
    }

    std::unique_ptr<truefoundry::Exchange> exchange_;
    std::shared_ptr<const upstream::OwnKey> key_;
};

/// The thread that transfers to the control plane, of all accounts, from when one is first connected.
class LateTransfers {
public:
    std::shared_ptr<http_client::TransferThread> get() {
        if (!thread_) thread_ = http_client::start_transfers();
        return thread_;
    }

private:
    std::shared_ptr<http_client::TransferThread> thread_;
};

/// Why nothing can be sent without an address.
Error unconfigured(const Services& parts) {
    const auto key = parts.own_key->facts();
    if (!parts.url_problem.empty())
        return {Errc::upstream, parts.url_problem + corrected, {{"cause", parts.url_cause}}};
    const bool wrong_key = !key.problem.empty() && key.cause != "key_not_set";
    return {Errc::upstream,
            (wrong_key ? key.problem + " " : "") + "TFY_BASE_URL is not set." + set_it(),
            {{"cause", wrong_key ? key.cause : "base_url_not_set"}}};
}

/// A login that is kept, now or later, for the address in force; the first one settles it if none is set.
upstream::KeyFileWatch::Read read_login(const std::string& file, const tools::BaseUrl& url,
                                        const std::shared_ptr<upstream::OwnKey>& key) {
    return [file, url, key]() -> Result<policy::Secret> {
        if (!url.known()) {
            const auto login = config::read_kept_login(file);
            if (!login) return login.error();
            if (*login) url.settle((*login)->base_url);
        }
        auto read = config::read_kept_key(file, url.now());
        if (read) key->comes_from(config::from_login);
        return read;
    };
}

void connect_upstream(Services& parts) {
    auto upstream = config::read_upstream();
    parts.base_url = upstream.base_url;
    parts.key_file = upstream.login_file.empty() ? upstream.key_file : upstream.login_file;
    if (upstream.key_from == config::from_login || !upstream.login_file.empty())
        parts.read_key = read_login(parts.key_file, parts.base_url, parts.own_key);
    parts.url_problem = std::move(upstream.url_problem);
    parts.url_cause = std::move(upstream.url_cause);
    parts.refused_settings = std::move(upstream.refused);
    fill(*parts.own_key, upstream);
    const auto thread = std::make_shared<LateTransfers>();
    const auto connect = [thread, url = parts.base_url, ca_file = parts.ca_file, limits = parts.limits,
                          counts = parts.upstream_requests](std::shared_ptr<const upstream::OwnKey> key) {
        return exchange_to(url.now(), ca_file, limits, std::move(key), thread->get(), counts);
    };
    if (!parts.url_problem.empty() || !parts.base_url.known()) {
        const auto why = unconfigured(parts);
        const auto url = parts.url_problem.empty() ? parts.base_url : tools::BaseUrl();
        parts.connect = [why, url, connect](const auto& key) {
            return std::make_unique<UnconfiguredExchange>(why, url, [connect, key] { return connect(key); });
        };
        parts.exchange = parts.connect(parts.own_key);
        return;
    }
    parts.transfers = thread->get();
    parts.exchange = connect(parts.own_key);
    parts.connect = connect;
}

Result<void> open_state(Services& parts, const storage::StateDir& state) {
    parts.state_dir = state.root();
    if (auto usable = storage::check_key_files(state.root()); !usable) return usable.error();
    auto seal_key = state.seal_key();
    if (!seal_key) return seal_key.error();
    parts.seal_key = *seal_key;
    parts.instance = "ins_" + policy::random_id();
    auto lock = storage::Instance::hold(state, parts.instance);
    if (!lock) return lock.error();
    parts.instance_lock.emplace(std::move(*lock));
    auto ledger = storage::Ledger::open(state.ledger());
    if (!ledger) return ledger.error();
    parts.ledger = std::move(*ledger);
    if (auto carried = people::carry_over_passphrase(state.root(), *parts.ledger, SystemClock().now());
        !carried)
        return carried.error();
    const auto people = parts.ledger->people();
    if (!people) return people.error();
    // Who is suspended owns nothing here any more.
    const auto owner = std::ranges::find_if(*people, [](const auto& each) { return !each.suspended; });
    if (owner != people->end()) parts.owner = owner->name;
    parts.not_carried_over = people::not_carried_over(state.root(), *people);
    auto known = known_tokens(state);
    if (!known) return known.error();
    parts.tokens = std::move(known->more);
    parts.fingerprint_key = known->key;
    parts.known_tokens = std::move(known->tokens);
    return {};
}

http_client::ServerOptions reach_of(const std::string& base_url, const std::string& ca_file,
                                    const config::UpstreamLimits& limits) {
    http_client::ServerOptions reach;
    reach.base_url = base_url;
    reach.ca_file = ca_file;
    reach.connect_timeout = limits.connect_timeout;
    return reach;
}

/// The texts of tools name none that is left out.
void name_offered_tools(const tools::Offer& offer) {
    if (!offer.read_only && offer.names.empty()) return;
    tools::ToolNames names;
    for (const auto name : manifests::tool_names())
        if (offer.includes(Json::parse(manifests::file("tools/" + std::string(name) + ".json"))))
            names.emplace(name);
    tools::texts_name_only(std::move(names));
}

/// The doctor says it without.
Error not_started(Error why) {
    if (!why.message.ends_with('.') && !why.message.ends_with('?')) why.message += '.';
    if (why.message.find("Nothing was started") == std::string::npos) why.message += " Nothing was started.";
    why.message += " Correct this setting. To check all of them: " + tools::own_program() + " doctor";
    return why;
}

}  // namespace

upstream::KeyCheck key_check_of(const Services& parts) {
    return {parts.transfers, reach_of(parts.base_url.now(), parts.ca_file, parts.limits),
            parts.limits.max_time};
}

void fill(upstream::OwnKey& key, config::Upstream& upstream) {
    key.comes_from(upstream.key_from);
    if (upstream.key_problem) key.report(*upstream.key_problem);
    if (upstream.api_key.empty()) return;
    key.replace(std::move(upstream.api_key));
    key.warn(upstream.key_warning);
}

std::unique_ptr<truefoundry::Exchange> exchange_to(const std::string& base_url, const std::string& ca_file,
                                                   const config::UpstreamLimits& limits,
                                                   std::shared_ptr<const upstream::OwnKey> key,
                                                   std::shared_ptr<http_client::TransferThread> thread,
                                                   std::shared_ptr<upstream::RequestCounts> counts) {
    if (!thread) thread = http_client::start_transfers();
    auto sent = upstream::make_exchange(std::move(thread), reach_of(base_url, ca_file, limits), key,
                                        std::move(counts));
    return std::make_unique<KeyedExchange>(truefoundry::guard(std::move(sent)), key);
}

Result<void> check_people(const upstream::KeyMap& map, storage::Ledger& ledger) {
    const auto people = ledger.people();
    if (!people) return people.error();
    std::vector<std::string> names;
    for (const auto& person : *people) names.push_back(person.name);
    return config::check_people(map.entries, names);
}

Result<storage::StateDir> open_state_at(Services& parts, const std::filesystem::path& root) {
    auto state = storage::StateDir::open(root);
    if (!state) return state;
    if (auto opened = open_state(parts, *state); !opened) return opened.error();
    if (auto kept = people::keep_terminal_requirements(parts.state_dir, people::requirements_of(parts.rules));
        !kept)
        return kept.error();
    return state;
}

Result<Services> gather_parts(const config::Options& options, const Clock& clock, const MayStart& may) {
    auto read = config::read_settings(options);
    if (!read.wrong.empty()) return not_started(read.wrong.front().error);
    auto& settings = read.settings;
    if (may)
        if (auto starts = may(settings); !starts) return starts.error();
    Services parts;
    parts.user = config::os_user();
    parts.rules = std::move(settings.rules);
    parts.channels = std::move(settings.channels);
    parts.public_url = std::move(settings.public_url);
    parts.ca_file = std::move(settings.ca_file);
    parts.hold = settings.hold;
    parts.offer = std::move(settings.offer);
    name_offered_tools(parts.offer);
    parts.log_level = settings.log_level;
    parts.limits = settings.limits;
    parts.callers = settings.callers;
    parts.key_map = std::move(settings.key_map);
    parts.clients = std::move(settings.clients);
    parts.resource.origin = parts.public_url;
    if (parts.callers.oauth) parts.resource.authorization_server = parts.public_url;
    if (parts.callers.issuer) parts.resource.authorization_server = settings.issuer;
    parts.caller_limits = {.at_once = options.caller_calls, .a_minute = options.caller_requests};
    parts.dispatch_limits.streams = options.caller_streams;
    parts.dispatch_limits.calls = std::max<std::size_t>(parts.dispatch_limits.calls, options.caller_calls);
    parts.issuer_any_type = settings.issuer_any_type;
    parts.tls = std::move(settings.tls);
    parts.any_local_user = settings.any_local_user;
    parts.trusted_proxies = std::move(settings.trusted_proxies);
    parts.provider = std::move(settings.provider);
    parts.doctor = options.doctor;
    parts.listening = {.address = settings.listen.host,
                       .port = settings.listen.port,
                       .hosts = std::move(settings.hosts),
                       .origins = std::move(settings.origins),
                       .connections_of_one = options.address_connections};
    const auto state = open_state_at(parts, settings.state_dir);
    if (!state) return state.error();
    if (auto kept = storage::keep_state_use(*state, *parts.ledger, options.sandbox); !kept)
        return kept.error();
    if (auto fits = check_people(parts.key_map, *parts.ledger); !fits) return fits.error();
    const auto policy = config::expand_path(options.policy, "--policy");
    if (!policy) return policy.error();
    if (auto kept = storage::keep_rules_file(parts.state_dir, *policy); !kept) return kept.error();
    if (!options.sandbox) {
        connect_upstream(parts);
        return parts;
    }
    // It is not used, but it is there: it is known and leaves the environment as ever.
    if (const auto key = config::read_upstream().api_key; !key.empty())
        parts.known_tokens.push_back(upstream::prints_of(key, parts.fingerprint_key));
    upstream::name_once(parts.known_tokens);
    const bool with_examples = options.sandbox_tokens != "none";
    if (auto connected = connect_sandbox(parts, *state, clock, with_examples); !connected)
        return connected.error();
    return parts;
}

}  // namespace tfy::app
