// subscriptions/listen, read and acknowledged.
#include "protocol/subscription.hpp"

#include <set>

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr std::size_t most_subjects = 1000;
constexpr std::string_view owner = "params.notifications";

Result<bool> read_flag(const Json& filter, std::string_view name) {
    const auto* member = find_member(filter, name);
    if (member == nullptr || member->is_null()) return false;
    if (!member->is_boolean()) return mistyped(std::string(owner).append(".").append(name), "true or false");
    return member->get<bool>();
}

Result<std::vector<std::string>> read_subjects(const Json& filter, std::string_view name) {
    std::vector<std::string> subjects;
    std::set<std::string> seen;
    const auto* member = find_member(filter, name);
    if (member == nullptr || member->is_null()) return subjects;
    const auto where = std::string(owner).append(".").append(name);
    if (!member->is_array()) return mistyped(where, "an array of strings");
    if (member->size() > most_subjects) return mistyped(where, "an array of at most 1,000 strings");
    for (const auto& each : *member) {
        if (!each.is_string()) return mistyped(where, "an array of strings");
        auto subject = each.get<std::string>();
        if (seen.insert(subject).second) subjects.push_back(std::move(subject));
    }
    return subjects;
}

}  // namespace

Json NotificationFilter::json() const {
    auto out = Json::object();
    if (tools_list_changed) out["toolsListChanged"] = true;
    if (prompts_list_changed) out["promptsListChanged"] = true;
    if (resources_list_changed) out["resourcesListChanged"] = true;
    if (!resource_subscriptions.empty()) out["resourceSubscriptions"] = resource_subscriptions;
    if (!task_ids.empty()) out["taskIds"] = task_ids;
    return out;
}

Result<NotificationFilter> read_listen(const Json& params) {
    const auto* filter = find_member(params, "notifications");
    if (filter == nullptr || !filter->is_object()) return mistyped(owner, "an object");
    const auto tools = read_flag(*filter, "toolsListChanged");
    if (!tools) return tools.error();
    const auto prompts = read_flag(*filter, "promptsListChanged");
    if (!prompts) return prompts.error();
    const auto resources = read_flag(*filter, "resourcesListChanged");
    if (!resources) return resources.error();
    auto uris = read_subjects(*filter, "resourceSubscriptions");
    if (!uris) return uris.error();
    auto tasks = read_subjects(*filter, "taskIds");
    if (!tasks) return tasks.error();
    return NotificationFilter{*tools, *prompts, *resources, std::move(*uris), std::move(*tasks)};
}

Json of_subscription(Json object, const RequestId& subscription) {
    object["_meta"]["io.modelcontextprotocol/subscriptionId"] = subscription.json();
    return object;
}

Json write_acknowledged(const NotificationFilter& honoured, const RequestId& subscription) {
    return of_subscription({{"notifications", honoured.json()}}, subscription);
}

}  // namespace tfy::protocol
