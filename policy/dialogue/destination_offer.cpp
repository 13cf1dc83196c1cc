#include "policy/dialogue/destination_offer.hpp"

#include <algorithm>

namespace tfy::dialogue {
namespace {

using policy::Destination;

constexpr auto on_page = "shown once on the approvals page";
constexpr auto in_terminal = "shown once in a terminal, with tfy-pat-mcp approvals reveal";

OfferedDestination offered(Destination destination, std::string meaning_of_page) {
    std::string name(policy::to_string(destination));
    switch (destination) {
        case Destination::page: return {destination, std::move(name), std::move(meaning_of_page)};
        case Destination::agent: return {destination, std::move(name), "the agent may show it once"};
        case Destination::none: break;
    }
    return {destination, std::move(name), "not shown"};
}

DestinationOffer offer(const policy::Terms& terms, const std::string& meaning_of_page) {
    DestinationOffer all;
    for (const auto destination : terms.destinations) all.push_back(offered(destination, meaning_of_page));
    return all;
}

std::string joined(const DestinationOffer& offer, const char* between,
                   std::string (*words)(const OfferedDestination&)) {
    std::string text;
    for (const auto& each : offer) text += (text.empty() ? "" : between) + words(each);
    return text;
}

}  // namespace

DestinationOffer offer_with_page(const policy::Terms& terms) { return offer(terms, on_page); }

DestinationOffer offer_without_page(const policy::Terms& terms) {
    auto all = offer(terms, in_terminal);
    if (std::ranges::find(all, Destination::agent, &OfferedDestination::destination) != all.end())
        std::erase_if(all, [](const auto& each) { return each.destination == Destination::page; });
    return all;
}

DestinationOffer offer_in_terminal(const policy::Terms& terms, bool display) {
    auto all = offer(terms, on_page);
    const auto page = std::ranges::find(all, Destination::page, &OfferedDestination::destination);
    if (page == all.end()) return all;
    const OfferedDestination terminal{Destination::page, "terminal",
                                      "shown once here, with tfy-pat-mcp approvals reveal"};
    if (display)
        all.insert(page + 1, terminal);
    else
        *page = terminal;
    return all;
}

std::string names_of(const DestinationOffer& offer) {
    return joined(offer, ", ", [](const OfferedDestination& each) { return each.name; });
}

std::string meanings_of(const DestinationOffer& offer) {
    return joined(offer, "; ",
                  [](const OfferedDestination& each) { return each.name + " = " + each.meaning; });
}

std::optional<Destination> read_offered(const DestinationOffer& offer, std::string_view name) {
    const auto found = std::ranges::find(offer, name, &OfferedDestination::name);
    if (found == offer.end()) return std::nullopt;
    return found->destination;
}

}  // namespace tfy::dialogue
