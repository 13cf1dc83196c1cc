// The approvals page, as everything but the page itself sees it.
#pragma once

#include <string>

#include "server/people/sign_in_help.hpp"
#include "tools/async.hpp"

namespace tfy::approvals {

/// Where the approvals page can be reached, opened when first needed.
class ApprovalPage {
public:
    virtual ~ApprovalPage() = default;
    /// The address of one approval; empty if there is no page. `lead_person_there`: the client cannot ask,
    /// so where a display is there the person's browser is opened, signed in, once for each approval.
    virtual Async<std::string> address(std::string approval_id, bool lead_person_there) = 0;
    /// Of the whole page; empty while there is none.
    virtual std::string home() const { return {}; }
    virtual people::SignInHelp sign_in_help() const { return {}; }
    /// Whether people can be sent there; opens it where it is opened on demand.
    virtual bool stands() { return true; }
    /// Whether the person behind a client gets there; `client_opens`: it opens addresses for them.
    virtual bool reaches_person(bool client_opens) {
        static_cast<void>(client_opens);
        return stands();
    }
    /// Whether a person could be told its address in vain, because no window can be opened for them.
    virtual bool may_be_out_of_reach() const { return false; }
    /// Whether it opens the person's browser by itself.
    virtual bool opens_browser() const { return false; }
    /// A value waits there: the person's browser is opened, signed in, where opens_browser().
    virtual void lead_to_value(const std::string& approval_id) { static_cast<void>(approval_id); }
};

}  // namespace tfy::approvals
