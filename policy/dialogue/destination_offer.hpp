// Where a new value may go, as one person is asked: what the rule allows, as far as it reaches them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/terms.hpp"

namespace tfy::dialogue {

struct OfferedDestination {
    policy::Destination destination = policy::Destination::none;
    std::string name;     // by which it is chosen
    std::string meaning;  // "shown once on the approvals page"
};

/// The default first; empty if no value comes of it.
using DestinationOffer = std::vector<OfferedDestination>;

/// For a person who gets to the approvals page.
DestinationOffer offer_with_page(const policy::Terms& terms);
/// For one who does not: the agent comes first. Where the rule lets no agent have it, `page` is what is left
/// for them, and means a terminal.
DestinationOffer offer_without_page(const policy::Terms& terms);
/// For one at a terminal, who can have the value shown there: `terminal` is `page` in the record. `display`:
/// whether a page can be opened from there.
DestinationOffer offer_in_terminal(const policy::Terms& terms, bool display);

/// "page, agent, none"
std::string names_of(const DestinationOffer& offer);
/// "page = shown once on the approvals page; none = not shown"
std::string meanings_of(const DestinationOffer& offer);
std::optional<policy::Destination> read_offered(const DestinationOffer& offer, std::string_view name);

}  // namespace tfy::dialogue
