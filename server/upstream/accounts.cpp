#include "server/upstream/accounts.hpp"

#include "policy/principals.hpp"
#include "tools/text.hpp"

namespace tfy::upstream {
namespace {

using truefoundry::ApiRequest;
using truefoundry::ApiResponse;

constexpr auto cause_no_key = "no_key_for_caller";

using Giver = tools::KeyFacts::Giver;

/// For callers without a key.
class NoKey final : public truefoundry::Exchange {
public:
    explicit NoKey(std::string why) : why_(std::move(why)) {}
    Async<Result<ApiResponse>> send(ApiRequest) override {
        co_return Error{Errc::upstream, why_ + " Nothing was sent.", {{"cause", cause_no_key}}};
    }

private:
    std::string why_;
};

/// Tells of a key that TrueFoundry does not accept; not of one that was replaced while its request ran.
class TellsOfRefusals final : public truefoundry::Exchange {
public:
    TellsOfRefusals(std::unique_ptr<truefoundry::Exchange> exchange, std::shared_ptr<const OwnKey> key,
                    std::function<void()> tell)
        : exchange_(std::move(exchange)), key_(std::move(key)), tell_(std::move(tell)) {}
    Async<Result<ApiResponse>> send(ApiRequest request) override {
        const auto sent_with = key_->identity();
        auto answer = co_await exchange_->send(std::move(request));
        if (answer && answer->status == 401 && key_->identity() == sent_with) tell_();
        co_return answer;
    }

private:
    std::unique_ptr<truefoundry::Exchange> exchange_;
    std::shared_ptr<const OwnKey> key_;
    std::function<void()> tell_;
};

}  // namespace

Accounts::Accounts(Uses uses, std::shared_ptr<OwnKey> server, std::unique_ptr<truefoundry::Exchange> exchange,
                   Connect connect, KeyMap map, std::chrono::milliseconds max_time, bool sandbox)
    : uses_(uses),
      connect_(std::move(connect)),
      max_time_(max_time),
      sandbox_(sandbox),
      server_(make("server", std::move(server), std::move(exchange))) {
    take_map(std::move(map));
}

Accounts::~Accounts() = default;

// The sandbox's key is made up.
std::shared_ptr<UpstreamAccount> Accounts::make(std::string id, std::shared_ptr<OwnKey> key,
                                                std::unique_ptr<truefoundry::Exchange> exchange) const {
    if (!sandbox_)
        exchange = keep_accepted_keys(std::move(exchange), {uses_.store, uses_.redaction, uses_.log}, key);
    auto made = std::make_shared<UpstreamAccount>(std::move(id), std::move(key), std::move(exchange),
                                                  uses_.redaction, max_time_, uses_.redaction.key());
    // Its client lives no longer than it does.
    made->client.on_listed(
        [this, account = made.get()](const auto& listed) {
            if (hooks_.listed) hooks_.listed(*account, listed);
        },
        [this] {
            if (hooks_.listing_over) hooks_.listing_over();
        });
    return made;
}

truefoundry::Client Accounts::of(const policy::Caller& caller) const {
    auto account = account_of(caller);
    auto client = account->client.of(caller);
    return client.held_by(std::move(account));
}

std::shared_ptr<UpstreamAccount> Accounts::account_of(const policy::Caller& caller) const {
    if (sandbox_) return server_;
    if (const auto found = presented_.find(caller.principal); found != presented_.end()) return found->second;
    // Whose key that was it alone could tell.
    if (caller.principal.starts_with(policy::truefoundry_principals)) return none(caller);
    if (const auto found = own_.find(caller.person); found != own_.end()) return found->second;
    const auto* entry = map_.find(caller);
    if (entry == nullptr) return map_.server_key_for_others ? server_ : none(caller);
    if (entry->key_file.empty()) return server_;
    return files_.find(entry->key_file)->second.account;
}

tools::KeyFacts Accounts::facts_of(const policy::Caller& caller) const {
    const auto account = account_of(caller);
    auto facts = account->key->facts();
    if (facts.subject.empty()) facts.subject = account->holder.now().user;
    facts.giver = account->giver;
    facts.person = account->person;
    const auto user = policy::truefoundry_user_in(caller.principal);
    if (!user.empty() && presented_.contains(caller.principal)) facts.subject = user;
    return facts;
}

// Made for each who has none: the sentence is about them.
std::shared_ptr<UpstreamAccount> Accounts::none(const policy::Caller& caller) const {
    std::string why = "There is no TrueFoundry key for this caller.";
    const auto page = page_ ? page_() : std::string{};
    if (caller.principal.starts_with(policy::truefoundry_principals))
        why += " The key that it showed is not kept: it has to show one that TrueFoundry accepts.";
    else if (!caller.person.empty() && !page.empty())
        why += " Ask " + tools::one_line(uses_.redaction, caller.person) +
               ", whose agent it is, to sign in to the approvals page and enter one there: " + page +
               ". Or the operator of this server gives this caller one with --principals or --shared-key.";
    else
        why += " The operator of this server gives it one with --principals, or --shared-key.";
    auto key = std::make_shared<OwnKey>();
    key->report({Errc::upstream, why, {{"cause", cause_no_key}}});
    return std::make_shared<UpstreamAccount>("none", std::move(key), std::make_unique<NoKey>(std::move(why)),
                                             uses_.redaction, max_time_, uses_.redaction.key());
}

UpstreamAccount& Accounts::put(Held& place, const std::string& whose, Giver giver, policy::Secret key) {
    const bool entered = giver == Giver::person;
    uses_.redaction.add(prints_without_name(key, uses_.redaction.key()));
    if (const auto found = place.find(whose); found != place.end()) {
        auto& account = *found->second;
        if (account.key->is(key)) return account;
        account.key->replace(std::move(key));
        account.client.forget_pages();
        return account;
    }
    auto held = std::make_shared<OwnKey>();
    held->in_marks("");
    held->comes_from(entered ? "entered on the approvals page" : "the caller's own key");
    held->replace(std::move(key));
    auto exchange = connect_(held);
    if (entered)
        exchange = std::make_unique<TellsOfRefusals>(std::move(exchange), held, [this, whose] {
            if (hooks_.refused) hooks_.refused(whose);
        });
    const auto account =
        make((entered ? "person:" : "presented:") + whose, std::move(held), std::move(exchange));
    account->giver = giver;
    place.emplace(whose, account);
    return *account;
}

void Accounts::put_own(const std::string& person, policy::Secret key, std::string user) {
    auto& account = put(own_, person, Giver::person, std::move(key));
    account.person = person;
    account.holder.belongs_to(std::move(user));
}
void Accounts::end_own(const std::string& person) { own_.erase(person); }

void Accounts::put_presented(const std::string& principal, policy::Secret key) {
    put(presented_, principal, Giver::caller, std::move(key));
}
void Accounts::end_presented(const std::string& principal) { presented_.erase(principal); }

void Accounts::take_map(KeyMap map) {
    for (const auto& entry : map.entries)
        if (!entry.key_file.empty()) add_file(entry.key_file);
    map_ = std::move(map);
}

// One that no entry names any more stays watched: it may be named again.
void Accounts::add_file(const std::string& file) {
    if (files_.contains(file) || sandbox_) return;
    auto key = std::make_shared<OwnKey>();
    key->comes_from("the key file " + file);
    const auto learn = [&redaction = uses_.redaction](redaction::TokenFingerprints prints) {
        redaction.add(std::move(prints));
    };
    const auto read = [file] { return read_key_file(file, callers_key_files); };
    if (auto value = read()) {
        learn(prints_of(*value, uses_.redaction.key()));
        key->replace(std::move(*value));
        key->warn(open_to_others(file));
    } else {
        uses_.log.warn("a key file of --principals cannot be used",
                       {{"file", file}, {"why", value.error().message}});
        key->report(value.error());
    }
    FileAccount added{
        make("file:" + file, key, connect_(key)),
        std::make_unique<KeyFileWatch>(KeyFileWatch::Uses{uses_.loop, uses_.redaction, uses_.log}, file, key,
                                       read, learn)};
    added.watch->on_replaced([account = added.account.get()] { account->client.forget_pages(); });
    if (started_) added.watch->start();
    added.account->giver = Giver::operator_for_caller;
    files_.emplace(file, std::move(added));
}

void Accounts::start() {
    started_ = true;
    for (auto& [file, held] : files_) held.watch->start();
}

void Accounts::drain() {
    started_ = false;
    for (auto& [file, held] : files_) held.watch->drain();
}

void Accounts::close() {
    server_->exchange.reset();
    for (auto& [person, account] : own_) account->exchange.reset();
    for (auto& [principal, account] : presented_) account->exchange.reset();
    for (auto& [file, held] : files_) held.account->exchange.reset();
}

}  // namespace tfy::upstream
