#include "server/app/app.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "policy/principals.hpp"
#include "server/app/change_news.hpp"
#include "server/app/server_info.hpp"
#include "server/app/token_ends.hpp"
#include "server/app/ways_in.hpp"
#include "server/approvals/requirements.hpp"
#include "server/mcp/cross_origin.hpp"
#include "server/people/terminal_requirements.hpp"
#include "server/people/void_passkeys.hpp"
#include "server/upstream/accepted_keys.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/access_tokens/rotate_words.hpp"
#include "tools/own_command.hpp"
#include "tools/registry/assemble.hpp"
#include "tools/status/preflight.hpp"

namespace tfy::app {
namespace {

std::vector<sealing::Sealer::ListedId> ids_of(const std::vector<truefoundry::AccessToken>& listed) {
    std::vector<sealing::Sealer::ListedId> all;
    for (const auto& token : listed)
        for (const auto& id : token.jwt_ids) all.emplace_back(id, token.name);
    return all;
}

dashboard::Reading reading_of(PageReading& page) {
    return {.tokens = [&page](std::string person) { return page.tokens(std::move(person)); },
            .health = [&page](std::string person) { return page.health(std::move(person)); },
            .checks = [&page](std::string person) { return page.checks(std::move(person)); }};
}

/// As far as can be told without asking, whenever that is called. Callers who are told apart may all have
/// keys of their own.
Probes::Configured before_asking(const Services& parts) {
    if (parts.sandbox) return [] { return std::nullopt; };
    return [base_url = parts.base_url, problem = parts.url_problem, cause = parts.url_cause,
            key = parts.own_key, own_keys = parts.callers.credentials()] {
        auto found = status::before_asking(base_url.now(), problem, cause, key->facts());
        if (own_keys && found && found->cause == "key_not_set") found.reset();
        return found;
    };
}

}  // namespace

App::App(boost::asio::io_context& loop, Services parts, const Clock& clock, approvals::ApprovalPage& page,
         policy::Assurance default_assurance)
    : loop_(loop),
      clock_(clock),
      page_(page),
      instance_lock_(std::move(parts.instance_lock)),
      state_dir_(parts.state_dir),
      base_url_(parts.base_url),
      sandbox_(parts.sandbox),
      stream_caller_{.principal = std::string(policy::stdio_principals) + parts.user,
                     .default_assurance = default_assurance,
                     .person = parts.owner.empty() ? parts.user : parts.owner},
      redaction_(parts.fingerprint_key, std::move(parts.known_tokens), std::move(parts.tokens),
                 parts.callers.credentials() && !parts.sandbox ? sealing::Sealer::Names::hidden
                                                               : sealing::Sealer::Names::in_marks),
      log_(redaction_, parts.log_level),
      store_(std::move(parts.ledger)),
      key_file_watch_({loop, redaction_, log_}, parts.key_file, parts.own_key, std::move(parts.read_key)),
      gate_(std::move(parts.rules), !parts.offer.leaves_out(access_tokens::reveal_tool)),
      accounts_({loop, store_, redaction_, log_}, parts.own_key, std::move(parts.exchange),
                std::move(parts.connect), std::move(parts.key_map), parts.limits.max_time, parts.sandbox),
      own_keys_(own_keys_of(parts, {loop, store_, redaction_, clock, log_}, accounts_)),
      approvals_(loop, store_, gate_, redaction_, clock, parts.instance),
      reveals_(loop, store_, redaction_, clock, parts.instance, state_dir_),
      passphrases_(store_, clock, state_dir_),
      enrolled_(store_, clock),
      reveal_socket_({loop, reveals_, passphrases_, redaction_, clock, log_}, parts.state_dir,
                     parts.instance),
      rotations_({loop, store_, accounts_, redaction_, clock, log_}, parts.instance, parts.state_dir,
                 parts.base_url),
      catalog_(assemble(parts, page)),
      narrowing_(approvals_, catalog_, gate_, clock),
      standing_(approvals_, store_, gate_, redaction_, clock, parts.base_url),
      freezes_(approvals_, store_, redaction_, clock),
      drivers_(approvals_, page, clock, log_, parts.seal_key, parts.hold),
      call_tool_({loop, catalog_, gate_, approvals_, drivers_, redaction_, clock, log_, parts.offer},
                 server_name, parts.base_url),
      recovery_({loop, approvals_, catalog_, log_}, parts.state_dir, parts.base_url),
      caller_view_(call_tool_, approvals_),
      resources_(caller_view_, parts.seal_key, features::names_of(call_tool_.definitions())),
      completions_(caller_view_, clock, prompts_.definitions(), resources_.templates()),
      tasks_(approvals_, drivers_, call_tool_, clock),
      changes_({loop, approvals_, subscriptions_, call_tool_, clock, log_,
                [this](const policy::Caller& one, const policy::Caller& other) {
                    return accounts_.share_key(one, other);
                }}),
      channels_(std::move(parts.channels)),
      notifier_(
          {loop, store_, approvals_, page, redaction_, clock, log_},
          {.instance = parts.instance,
           .public_url = parts.public_url,
           .ca_file = parts.ca_file,
           .alive = [state = parts.state_dir](const std::string& id) { return storage::alive(state, id); }}),
      nudges_({loop, store_, approvals_, notifier_, redaction_, clock, log_}),
      expiry_watch_({loop, store_, approvals_, redaction_, clock, log_},
                    sources_of_ends(accounts_.server().client, parts.own_key, gate_)),
      dispatch_(mcp::Features{.tools = &call_tool_,
                              .prompts = &prompts_,
                              .resources = &resources_,
                              .skills = &skills_,
                              .completions = &completions_,
                              .tasks = &tasks_},
                subscriptions_, redaction_, server_info(call_tool_.definitions()), parts.dispatch_limits),
      pending_requests_(redaction_),
      streamable_http_(dispatch_, pending_requests_, clock, parts.seal_key,
                       {.metadata = parts.resource.metadata_address()}),
      resource_(std::move(parts.resource)),
      people_(store_, clock),
      sign_in_codes_(store_, clock),
      passkeys_(store_, redaction_, clock, [&page] { return dashboard::origin_of(page.home()); }),
      provider_(provider_of(parts, store_, redaction_, clock, log_, page)),
      consent_(consent_of(parts, store_, redaction_, clock, log_)),
      page_reading_(caller_view_, call_tool_, store_, gate_, notifier_, redaction_, std::move(parts.doctor)),
      dashboard_(
          {approvals_, narrowing_, standing_, freezes_, reveals_, rotations_, passphrases_, passkeys_,
           enrolled_, reading_of(page_reading_),
           [this](policy::Approval approval) { return call_tool_.carry_out_for_page(std::move(approval)); },
           [this](const policy::Approval& approval) { return call_tool_.would_run_for_page(approval); },
           provider_.get(), consent_ ? &consent_->desk() : nullptr, own_keys_.get(), parts.trusted_proxies,
           &log_},
          people_, sign_in_codes_, redaction_, clock, parts.upstream_label(), page.sign_in_help(),
          [&page] { return page.home(); }),
      journal_watch_(loop, approvals_, clock, log_),
      probes_(
          store_, redaction_, log_, before_asking(parts),
          [key = parts.own_key, sandbox = parts.sandbox] {
              return sandbox ? std::vector<std::string>{} : key->facts().warnings;
          },
          [this] { return journal_watch_.broken(); }),
      metrics_({redaction_, clock, log_, call_tool_.counts(), notifier_, streamable_http_,
                parts.upstream_requests, parts.listening.address, state_dir_}) {
    people_.codes_count_while([this] { return may_hand_out_codes(state_dir_, sandbox_); });
    std::ignore = note_control_plane();  // start() says if it cannot
    for (const auto& name : parts.not_carried_over)
        log_.warn("a passphrase of an earlier version counts no more: its person needs an invitation",
                  {{"person", name}});
    if (parts.sandbox) return;
    redaction_.configure(parts.own_key->prints(redaction_.key()));
    warn_of_settings(parts);
}

void App::warn_of_settings(const Services& parts) const {
    for (const auto& sentence : parts.refused_settings) log_.warn(sentence);
    const auto found = before_asking(parts)();
    if (found && found->connection == "misconfigured")
        log_.warn("TrueFoundry is not asked anything", {{"cause", found->cause}, {"why", found->sentence}});
}

App::~App() = default;

void App::tell_of_lost_values() const {
    for (const auto& value : reveals_.waiting())
        log_.warn("a new value that no one has seen is lost with this server: delete its token, or rotate it",
                  {{"token", value.token_name}});
}

void App::close() {
    accounts_.close();
    notifier_.close();
    reveal_socket_.close();
    passphrases_.close();
    store_.close();
}

Result<void> App::take_rules(const policy::Rules& rules) {
    auto channels = notify::open_channels(rules.channels);
    if (!channels) return channels.error();
    if (auto kept = people::keep_terminal_requirements(state_dir_, people::requirements_of(rules)); !kept)
        return kept;
    notifier_.replace(std::move(*channels));
    // The gate takes the rules after this.
    boost::asio::post(loop_, [this] { tell_in_time(); });
    return {};
}

Async<Result<void>> App::take_principals(std::vector<upstream::MappedKey> entries) {
    auto map = accounts_.map();
    map.entries = std::move(entries);
    auto look = [map](storage::Ledger& ledger) { return check_people(map, ledger); };
    if (auto fits = co_await store_.run(std::move(look)); !fits) co_return fits;
    accounts_.take_map(std::move(map));
    co_return Result<void>{};
}

// One that is not written down is seen at the next start.
void App::note_caller_key(std::string id, policy::Time day) {
    boost::asio::co_spawn(loop_, store_.run([id = std::move(id), day](storage::Ledger& ledger) {
        return ledger.note_use_of_caller_key(id, day);
    }),
                          boost::asio::detached);
}

// Where the page may stay out of reach, the terminal is told as well.
tools::WayToValue App::way_to_value(const std::string& reveal_id) {
    tools::WayToValue way;
    if (page_.stands()) way.page = page_.home() + "/values";
    if (reveal_socket_.listens() && (way.page.empty() || page_.may_be_out_of_reach()))
        way.terminal = tools::own_command("approvals reveal " + reveal_id);
    return way;
}

// Permissions that are given in a terminal are for what is noted here.
Result<void> App::note_control_plane() {
    storage::ControlPlaneInUse in_use{.base_url = base_url_.now(), .holder = accounts_.server().holder.now()};
    if (in_use == noted_ || state_dir_.empty()) return {};
    if (auto kept = storage::keep_control_plane(state_dir_, in_use); !kept) return kept;
    noted_ = std::move(in_use);
    return {};
}

Async<void> App::warn_of_old_permissions() {
    const auto found = co_await standing_.list();
    if (!found) co_return;
    const auto old = policy::of_earlier_versions(*found);
    if (old > 0) log_.warn(policy::words_of_earlier_versions(old));
}

// A page that is opened on demand has no address yet, and is at localhost anyway.
Async<void> App::warn_of_void_passkeys() {
    if (page_.home().empty()) co_return;
    const auto origin = dashboard::origin_of(page_.home());
    auto look = [](storage::Ledger& ledger) { return ledger.passkeys(); };
    const auto found = co_await store_.run(std::move(look));
    if (!found) co_return;
    for (const auto& words : people::void_passkeys(*found, origin))
        log_.warn(words, {{"todo", people::what_to_do_about_void_passkeys()}});
}

upstream::HoldersOfKeys App::holders() const {
    return [this](const policy::Caller& caller) {
        auto account = accounts_.account_of(caller);
        auto* const holder = &account->holder;
        return std::shared_ptr<upstream::KeyIdentities>(std::move(account), holder);
    };
}

// What cannot be read is told as it was written down.
Async<void> App::bring_up_to_date(tools::ToolResult& outcome, const policy::Approval& approval) {
    if (auto id = outcome.structured.value("reveal_id", std::string{}); !id.empty()) {
        const auto state = co_await reveals_.fate(std::move(id), approval.call.caller.principal);
        if (state) access_tokens::tell_value(outcome, *state, clock_.now());
    }
    if (!outcome.structured.contains("rotation_id")) co_return;
    const auto rotation = co_await rotations_.of(approval.id);
    if (rotation && *rotation) access_tokens::tell_old_token(outcome, **rotation, redaction_);
}

Async<Result<void>> App::start() {
    approvals_.begins_with([this](const policy::Caller& caller) { return accounts_.holder_for(caller); });
    if (auto kept = note_control_plane(); !kept) co_return kept;
    key_file_watch_.on_replaced([this] {
        accounts_.server().client.forget_pages();
        std::ignore = note_control_plane();
    });
    co_await warn_of_old_permissions();
    co_await warn_of_void_passkeys();
    accounts_.entered_at([this] { return own_key_page(); });
    if (own_keys_)  // before anything is sent for anyone
        if (auto begun = co_await own_keys_->start(); !begun) co_return begun;
    recovery_.tell_keys_apart(holders());
    rotations_.tell_keys_apart(holders());
    if (auto looked = co_await recovery_.start(); !looked) co_return looked;
    tell_of_changes({reveals_, rotations_, approvals_, accounts_, subscriptions_});
    accounts_.hook({.listed =
                        [this](upstream::UpstreamAccount& account, const auto& listed) {
                            redaction_.note_ids(ids_of(listed));
                            account.holder.note(listed);
                            std::ignore = note_control_plane();
                        },
                    .listing_over = [this] { redaction_.take_up_ids(); },
                    .refused =
                        [this](const std::string& person) {
                            boost::asio::co_spawn(loop_, own_keys_->mark_broken(person),
                                                  boost::asio::detached);
                        }});
    rotations_.kept_on([this] {
        const auto home = page_.home();
        return home.empty() ? std::string{} : home + "/rotations";
    });
    rotations_.start();
    drivers_.answers.tells_of_now([this](tools::ToolResult& outcome, const policy::Approval& approval) {
        return bring_up_to_date(outcome, approval);
    });
    drivers_.answers.tells_of_first_person([this] { return first_person(); });
    reveals_.seen_by([this](const std::string& reveal_id) { return way_to_value(reveal_id); });
    reveal_socket_.start();
    key_file_watch_.start();
    accounts_.start();
    if (auto begun = co_await notifier_.start(std::move(channels_)); !begun) co_return begun;
    tell_in_time();
    co_return Result<void>{};
}

std::string App::own_key_page() const {
    const auto home = page_.home();
    return own_keys_ && !home.empty() ? home + "/key" : std::string{};
}

// The command that enrols them. Empty if there is another way in: a person, a printed code, a provider.
Async<std::string> App::first_person() {
    if (provider_ || !page_.sign_in_help().printed.empty()) co_return std::string{};
    const bool anyone = co_await sign_in_codes_.anyone_makes_them();
    co_return anyone ? std::string{} : tools::own_command("people first");
}

// Without a channel there is no one to tell.
void App::tell_in_time() {
    if (!gate_.now()->rules().channels.empty()) nudges_.start();
    expiry_watch_.start();
}

// What a receiver took, but the store does not know, would be told again by the next start.
Async<void> App::idle(std::chrono::milliseconds limit) {
    constexpr std::chrono::milliseconds for_notices{2000};
    const auto end = std::chrono::steady_clock::now() + limit;
    co_await call_tool_.idle(limit);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    co_await notifier_.idle(std::min(left, for_notices));
}

Async<void> App::serve_stream(transport::Transport& transport) {
    mcp::StdioSession session(loop_, transport, dispatch_, pending_requests_, stream_caller_, log_,
                              [this] { drain(); });
    co_await session.run();
}

Async<void> App::handle(transport::HttpRequest& request, transport::Responder& answer) {
    if (resource_.describes(request.path)) {
        auto reply = resource_.reply_to(request, redaction_);
        co_await answer.reply(std::move(reply));
        co_return;
    }
    if (request.path == "/metrics") co_return co_await metrics_.reply(request, answer);
    const bool authorizes = consent_ && oauth::AuthorizationServer::has(request.path);
    if (!authorizes && !is_mcp(request.path)) co_return co_await handle_page(request, answer);
    mcp::CrossOrigin shared(request, answer);
    if (shared.is_preflight()) co_return co_await shared.reply_preflight();
    if (authorizes) co_return co_await consent_->server().handle(request, shared);
    co_await streamable_http_.handle(request, shared);
}

Async<void> App::handle_page(transport::HttpRequest& request, transport::Responder& answer) {
    if (request.path == "/" || request.path == "/approvals" || request.path.starts_with("/approvals/") ||
        (consent_ && request.path == "/oauth/authorize"))
        co_return co_await dashboard_.handle(request, answer);
    if (Probes::has(request.path)) co_return co_await probes_.reply_to(request, answer);
    transport::HttpResponse reply{
        .status = 404,
        .content_type = "application/json",
        .body = redaction_.seal(
            {{"error",
              "Nothing is here. The approvals page is /approvals; the MCP endpoint of `serve` is /mcp."}})};
    co_await answer.reply(std::move(reply));
}

registry::Catalog App::assemble(const Services& parts, const approvals::ApprovalPage& page) {
    const auto asked_for = [this](const policy::Caller& caller) {
        return approvals::told_to_agents(
            approvals::requirements_of_calls(catalog_, *gate_.now(), caller, clock_.now(), redaction_),
            redaction_);
    };
    return registry::assemble(
        {.clients = accounts_,
         .escrow = reveals_,
         .rotations = rotations_,
         .approvals = *this,
         .clock = clock_,
         .seal_key = parts.seal_key,
         .keys = tools::KeysOfCallers(
             [this](const policy::Caller& caller) { return accounts_.facts_of(caller); }),
         .configuration = {
             .base_url = parts.base_url,
             .key = [this](const policy::Caller& caller) { return accounts_.facts_of(caller); },
             .approvals = asked_for,
             .sandbox = parts.sandbox,
             .version = TFY_VERSION,
             .page_url = [&page] { return page.home(); },
             .own_key_page =
                 [this, known = parts.callers.credentials()] {
                     return known ? own_key_page() : std::string{};
                 },
             .first_person = [this] { return first_person(); },
             .stopped = [this](policy::Caller caller) { return freezes_.what_stops(std::move(caller)); },
             .url_problem = parts.url_problem,
             .url_cause = parts.url_cause}});
}

}  // namespace tfy::app
