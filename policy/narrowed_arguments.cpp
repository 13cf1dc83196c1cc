#include "policy/narrowed_arguments.hpp"

#include <algorithm>
#include <map>

#include "policy/canonical_json.hpp"

namespace tfy::policy {
namespace {

using policy::Approval;
using Flat = std::map<std::string, std::string>;

// Every leaf by its path: "payload.name" → "ci-pipeline".
void flatten(Flat& into, const Json& value, const std::string& path) {
    if (!value.is_object()) {
        into[path] = value.is_string() ? value.get<std::string>() : policy::canonical_json(value);
        return;
    }
    for (const auto& [key, member] : value.items())
        flatten(into, member, path.empty() ? key : path + "." + key);
}

Flat leaves(const Json& arguments) {
    Flat all;
    flatten(all, arguments, "");
    return all;
}

/// The last change after which `argument` was another than before it.
const Approval::Narrowing& last_change(const Approval& approval, const std::string& argument) {
    auto later = leaves(approval.call.arguments);
    for (std::size_t i = approval.narrowings.size(); i-- > 1;) {
        auto before = leaves(approval.narrowings[i].before);
        if (before[argument] != later[argument]) return approval.narrowings[i];
        later = std::move(before);
    }
    return approval.narrowings.front();
}

std::string_view last_part(std::string_view argument) {
    return argument.substr(argument.rfind('.') + 1);  // npos + 1 is 0: there is one part only
}

int rank_of(const NarrowedArgument& changed) {
    const auto part = last_part(changed.argument);
    if (part == "name") return 0;
    if (part == "id") return 1;
    return part.ends_with("Name") || part.ends_with("name") ? 2 : 3;
}

}  // namespace

std::vector<NarrowedArgument> narrowed_arguments(const Approval& approval) {
    if (approval.narrowings.empty()) return {};
    auto asked = leaves(approval.asked_arguments());
    std::vector<NarrowedArgument> all;
    for (const auto& [argument, now] : leaves(approval.call.arguments)) {
        if (asked[argument] == now) continue;
        const auto& change = last_change(approval, argument);
        all.push_back({argument, asked[argument], now, change.by, change.at});
    }
    std::ranges::stable_sort(all, {}, rank_of);
    return all;
}

std::string label_of(std::string_view argument) {
    std::string label;
    for (const char c : last_part(argument)) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !label.empty()) label += ' ';
        if (capital)
            label += static_cast<char>(c - 'A' + 'a');
        else
            label += c == '_' ? ' ' : c;
    }
    if (!label.empty() && label[0] >= 'a' && label[0] <= 'z')
        label[0] = static_cast<char>(label[0] - 'a' + 'A');
    return label;
}

}  // namespace tfy::policy
