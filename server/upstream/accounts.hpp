// The keys with which this server asks TrueFoundry, and whose calls go with which. What belongs to one key
// (connection, circuit breaker, kept pages, whose it is) is never shared with another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "server/upstream/accepted_keys.hpp"
#include "server/upstream/key_file_watch.hpp"
#include "server/upstream/key_identities.hpp"
#include "server/upstream/key_map.hpp"
#include "tools/key_facts.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::upstream {

/// One key, and all that there is one of for each key.
struct UpstreamAccount {
    UpstreamAccount(std::string name, std::shared_ptr<OwnKey> with,
                    std::unique_ptr<truefoundry::Exchange> way, const policy::Seals& seal,
                    std::chrono::milliseconds max_time, const redaction::FingerprintKey& print_key)
        : id(std::move(name)),
          key(std::move(with)),
          exchange(std::move(way)),
          client(*exchange, seal, max_time),
          holder(key, print_key, client) {}
    UpstreamAccount(const UpstreamAccount&) = delete;
    UpstreamAccount& operator=(const UpstreamAccount&) = delete;

    std::string id;  // "server", "person:ada", "file:/etc/ada.key", "presented:tfy:ada"; "none"
    tools::KeyFacts::Giver giver = tools::KeyFacts::Giver::server;
    std::string person = {};  // who entered the key, if a person did
    std::shared_ptr<OwnKey> key;
    std::unique_ptr<truefoundry::Exchange> exchange;
    truefoundry::Client client;
    KeyIdentities holder;
};

/// On one loop.
class Accounts final : public truefoundry::Clients {
public:
    struct Uses {
        boost::asio::io_context& loop;
        storage::Store& store;
        sealing::Sealer& redaction;
        const observability::Log& log;
    };
    /// A way to the control plane with a key, which may be replaced.
    using Connect = std::function<std::unique_ptr<truefoundry::Exchange>(std::shared_ptr<const OwnKey>)>;
    struct Hooks {
        /// What a page of a listing gave that is not as it was before, and the end of the listing.
        std::function<void(UpstreamAccount&, const std::vector<truefoundry::AccessToken>&)> listed = {};
        std::function<void()> listing_over = {};
        /// TrueFoundry refused (401) the key that a person entered.
        std::function<void(const std::string& person)> refused = {};
    };

    /// `server` is this server's own key, and `exchange` goes with it; where `sandbox`, all callers use it.
    Accounts(Uses uses, std::shared_ptr<OwnKey> server, std::unique_ptr<truefoundry::Exchange> exchange,
             Connect connect, KeyMap map, std::chrono::milliseconds max_time, bool sandbox);
    ~Accounts() override;

    truefoundry::Client of(const policy::Caller& caller) const override;
    const policy::Seals& seals() const override { return uses_.redaction; }

    /// A presented key comes before a person's own, that before the map, and that before this server's own,
    /// where that is for others. "none" if there is no key for this caller.
    std::shared_ptr<UpstreamAccount> account_of(const policy::Caller& caller) const;
    /// Whether two callers' calls go with the same key.
    bool share_key(const policy::Caller& one, const policy::Caller& other) const {
        return account_of(one) == account_of(other);
    }
    UpstreamAccount& server() const { return *server_; }
    /// What its key says of itself, or TrueFoundry has said of it; if there is none, why.
    tools::KeyFacts facts_of(const policy::Caller& caller) const;
    policy::KeyIdentity holder_for(const policy::Caller& caller) const {
        return account_of(caller)->holder.now();
    }

    /// The key that a person entered for their own agents, and its user (as KeyIdentity.user); and that there
    /// is none any more. A call that runs keeps its client to its end.
    void put_own(const std::string& person, policy::Secret key, std::string user = {});
    void end_own(const std::string& person);
    /// The key that a caller brought, once TrueFoundry accepted it.
    void put_presented(const std::string& principal, policy::Secret key);
    void end_presented(const std::string& principal);

    /// From now on; accounts that fit no entry any more end.
    void take_map(KeyMap map);
    const KeyMap& map() const { return map_; }
    void hook(Hooks hooks) { hooks_ = std::move(hooks); }
    /// Where people enter a key of their own, asked each time; empty while there is no such place.
    void entered_at(std::function<std::string()> page) { page_ = std::move(page); }
    /// Looks after the key files from then on, until drain().
    void start();
    void drain();
    /// Open requests end with Errc::ambiguous. The loop must not run any more.
    void close();

private:
    using Held = std::map<std::string, std::shared_ptr<UpstreamAccount>, std::less<>>;
    struct FileAccount {
        std::shared_ptr<UpstreamAccount> account;
        std::unique_ptr<KeyFileWatch> watch;
    };

    std::shared_ptr<UpstreamAccount> make(std::string id, std::shared_ptr<OwnKey> key,
                                          std::unique_ptr<truefoundry::Exchange> exchange) const;
    std::shared_ptr<UpstreamAccount> none(const policy::Caller& caller) const;
    UpstreamAccount& put(Held& place, const std::string& whose, tools::KeyFacts::Giver giver,
                         policy::Secret key);
    void add_file(const std::string& file);

    Uses uses_;
    Connect connect_;
    KeyMap map_;
    std::chrono::milliseconds max_time_;
    bool sandbox_;
    bool started_ = false;
    Hooks hooks_ = {};
    std::function<std::string()> page_ = {};
    std::shared_ptr<UpstreamAccount> server_;
    Held own_ = {};        // by person
    Held presented_ = {};  // by principal
    std::map<std::string, FileAccount, std::less<>> files_ = {};
};

}  // namespace tfy::upstream
