// Destinations by name, the patterns of rules, and what two rules ask for together.
#include "policy/rule.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace tfy::policy {
namespace {

constexpr std::array<std::string_view, 3> destination_names{"page", "agent", "none"};  // in the enum's order

/// Where the UTF-8 character after the one at `at` starts.
std::size_t after(std::string_view text, std::size_t at) {
    do ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
    return at;
}

}  // namespace

std::string_view to_string(Destination destination) {
    return destination_names[static_cast<std::size_t>(destination)];
}

std::optional<Destination> read_destination(std::string_view text) {
    const auto found = std::ranges::find(destination_names, text);
    if (found == destination_names.end()) return std::nullopt;
    return static_cast<Destination>(found - destination_names.begin());
}

bool asks_for_people(const Rule& rule) {
    return !rule.approvers.empty() || rule.quorum > 1 || !rule.self_approval;
}

namespace {

/// What both lists hold; an empty list holds everyone.
std::vector<std::string> common_people(const std::vector<std::string>& one,
                                       const std::vector<std::string>& other) {
    if (one.empty() || other.empty()) return one.empty() ? other : one;
    std::vector<std::string> all;
    std::ranges::copy_if(one, std::back_inserter(all),
                         [&](const auto& each) { return std::ranges::find(other, each) != other.end(); });
    return all;
}

std::optional<Duration> sooner(std::optional<Duration> one, std::optional<Duration> other) {
    if (!one || !other) return one ? one : other;
    return std::min(*one, *other);
}

}  // namespace

std::optional<Rule> both(Rule rule, const Rule& other, Assurance otherwise) {
    const bool named = !rule.approvers.empty() || !other.approvers.empty();
    rule.approvers = common_people(rule.approvers, other.approvers);
    std::erase_if(rule.reveal,
                  [&](auto each) { return std::ranges::find(other.reveal, each) == other.reveal.end(); });
    rule.quorum = std::max(rule.quorum, other.quorum);
    const bool too_few = named && rule.approvers.size() < rule.quorum;
    if (too_few || rule.reveal.empty()) return std::nullopt;
    if (rule.min_assurance || other.min_assurance)
        rule.min_assurance =
            std::max(rule.min_assurance.value_or(otherwise), other.min_assurance.value_or(otherwise));
    rule.self_approval = rule.self_approval && other.self_approval;
    rule.reason_required = rule.reason_required || other.reason_required;
    rule.lifetime = std::min(rule.lifetime, other.lifetime);
    rule.denied_for = std::max(rule.denied_for, other.denied_for);
    rule.remind_after = sooner(rule.remind_after, other.remind_after);
    rule.escalate_after = sooner(rule.escalate_after, other.escalate_after);
    for (const auto& channel : other.escalate_to)
        if (std::ranges::find(rule.escalate_to, channel) == rule.escalate_to.end())
            rule.escalate_to.push_back(channel);
    if (!other.because.empty() && other.because != rule.because)
        rule.because += (rule.because.empty() ? "" : "; ") + other.because;
    return rule;
}

// On a mismatch the last '*' takes one character more; earlier ones never need to be tried again.
bool glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0;
    std::optional<std::size_t> star, resume;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            t = after(text, t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star) {
            p = *star + 1;
            resume = t = after(text, *resume);
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace tfy::policy
