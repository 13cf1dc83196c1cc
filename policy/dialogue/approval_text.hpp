// An approval in words, for the person who decides.
#pragma once

#include <string>

#include "policy/approval.hpp"
#include "policy/dialogue/destination_offer.hpp"

namespace tfy::dialogue {

/// What the person sees, as plain text in the order of the contract: what is asked, verified facts, what the
/// caller claims (its client and its reason), exact arguments, digest, what happens on approval, the time
/// left. Every string from others is made safe to look at.
std::string screen(const policy::Approval& approval, policy::Time now, const DestinationOffer& offer,
                   const policy::Seals& seal);
/// For a person who gets to the approvals page.
std::string screen(const policy::Approval& approval, policy::Time now, const policy::Seals& seal);

/// What a person changed before approving, one change a line in the page's words and order, under a heading
/// that names them; empty if nothing was.
std::string narrowing_lines(const policy::Approval& approval, const policy::Seals& seal);

}  // namespace tfy::dialogue
