// Where a new token's value stays between its creation and its one showing: the tools' side of the reveal
// desk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/gate.hpp"
#include "policy/redaction/reveal.hpp"
#include "policy/rule.hpp"
#include "tools/async.hpp"

namespace tfy::tools {

/// How a person who may see a value gets to it. Both are empty if none may, or where there is no way.
struct WayToValue {
    std::string page = {};      // an address; never pre-authenticated
    std::string terminal = {};  // a command; empty if the page is sure to be reached
};

struct Deposit {
    std::string reveal_id;  // "rev_" and 26 characters
    std::string masked;     //
    policy::Time until = {};
    WayToValue way = {};
};

/// What is known of a value that is (or was) held, without the value.
struct HeldFacts {
    std::string token_name;
    std::string token_id;  // empty if unknown
    policy::Time created = {};
    policy::Time until = {};
};

/// What is recorded of a value, whichever process holds or held it.
enum class EscrowState {
    held,       // here; it is gone with this process
    elsewhere,  // in another process that runs; only that one can show it
    claimed,    // it was shown, or was about to be
    lapsed,     // its time was over before anyone claimed it
    lost,       // the process that held it has ended
};

/// Whom a value is held for.
struct Recipients {
    std::string principal;                 // whose agent may have it shown, with a person's leave
    std::vector<std::string> people = {};  // who may see it on the page
    bool anyone = false;                   // on the page: where no one is known by name
    bool for_agent = false;  // promised to the agent; the page is there in case it does not arrive

    bool may_see(std::string_view person) const;
};
/// Those who approved the call; on the page no one, where they chose to show it to no one or the rule's
/// `reveal` does not name the page. A
/// client's form does not tell who answered: then the person whose agent
/// asked, or anyone who signed in where that is not known, either.
Recipients recipients_of(const policy::ApprovedPermit& permit);

class Escrow {
public:
    virtual ~Escrow() = default;

    /// Makes the value known to the redactor, durably, and keeps it. Call it before anything derived from the
    /// upstream answer can leave. Errc::storage if the fingerprints cannot be written: the value is wiped,
    /// and the token should be deleted.
    virtual Async<Result<Deposit>> hold(policy::Secret value, std::string token_name,
                                        Recipients recipients) = 0;
    /// Adds what was learnt after the creation.
    virtual void set_token_id(const std::string& reveal_id, std::string token_id) = 0;
    /// Errc::not_found with the seed's advice where it was shown before, has lapsed, or is another
    /// principal's.
    virtual Async<Result<HeldFacts>> look(std::string reveal_id, std::string principal) = 0;
    /// Claims it, durably and journalled, before the value can leave. At most one claim of one value ever
    /// succeeds.
    virtual Async<Result<redaction::Reveal>> claim(std::string reveal_id, std::string principal,
                                                   std::string destination) = 0;
    /// For values of processes that have ended, too. Errc::not_found if no such value of this principal is
    /// recorded, Errc::storage.
    virtual Async<Result<EscrowState>> fate(std::string reveal_id, std::string principal) = 0;
};

}  // namespace tfy::tools
