#include "server/approvals/narrowing.hpp"

#include "policy/visible.hpp"

namespace tfy::approvals {

using policy::Approval;

Async<Result<Approval>> Narrowing::narrow(std::string id, policy::Human person, std::string shown_digest,
                                          tools::Narrower wish) {
    auto approval = co_await desk_.find(id);
    if (!approval) co_return approval.error();
    if (shown_digest != approval->digest())
        co_return Error{Errc::superseded,
                        "The request has changed since it was shown. Nothing was changed. Look at it again, "
                        "then decide."};
    const auto* entry = entry_of(*approval);
    if (entry == nullptr)
        co_return Error{Errc::superseded,
                        "The tool's definition has changed since this request was made. Nothing was changed. "
                        "Deny the request; the agent can ask again."};
    auto call = approval->call;
    auto arguments = entry->changes->narrow(call.arguments, wish, clock_.now());
    if (!arguments) co_return arguments.error();
    call.arguments = *arguments;
    if (const auto fits = entry->input().validate(call.arguments); !fits)
        co_return Error{Errc::refused,
                        "This does not fit: " + fits.error().message + " Nothing was changed."};
    auto facts = co_await entry->changes->facts(call);
    if (!facts && facts.error().code == Errc::conflict && !wish.name.empty())
        co_return Error{Errc::conflict, "There is a token named " +
                                            policy::shown(desk_.seals(), wish.name, 100) +
                                            " already. Nothing was changed: choose another name."};
    if (!facts) co_return facts.error();
    if (auto same = same_terms(*approval, std::move(call), *facts); !same) co_return same.error();
    co_return co_await desk_.narrow(std::move(id), std::move(person), std::move(shown_digest),
                                    std::move(*arguments), std::move(*facts));
}

tools::Narrowable Narrowing::narrowable(const Approval& approval) const {
    const auto* entry = approval.state() == Approval::State::pending ? entry_of(approval) : nullptr;
    return entry == nullptr ? tools::Narrowable{} : entry->changes->narrowable();
}

const registry::Catalog::Entry* Narrowing::entry_of(const Approval& approval) const {
    const auto* entry = catalog_.find(approval.call.tool);
    const bool same =
        entry != nullptr && entry->changes != nullptr && entry->version() == approval.call.tool_version;
    return same ? entry : nullptr;
}

Result<void> Narrowing::same_terms(const Approval& approval, policy::Call call,
                                   const policy::Facts& facts) const {
    const auto caller = call.caller;
    const auto verdict = gate_.now()->judge(std::move(call), facts.subject, clock_.now());
    const auto* ask = std::get_if<policy::Ask>(&verdict);
    if (ask != nullptr && policy::terms_of(ask->rule, caller, facts.yields_value) == approval.terms())
        return {};
    return Error{Errc::refused,
                 "With this change, another rule applies to the call. Nothing was changed. Deny the request "
                 "and let the agent ask for exactly that."};
}

}  // namespace tfy::approvals
