// subscriptions/listen (modern): what a client wants to hear of, and the mark on what it hears.
#pragma once

#include <string>
#include <vector>

#include "protocol/message.hpp"

namespace tfy::protocol {

struct NotificationFilter {
    bool tools_list_changed = false;
    bool prompts_list_changed = false;
    bool resources_list_changed = false;
    std::vector<std::string> resource_subscriptions = {};  // uris
    std::vector<std::string> task_ids = {};                // extension io.modelcontextprotocol/tasks

    /// Only what is set.
    Json json() const;
};

/// Params of subscriptions/listen. Errc::invalid_params if `notifications` is missing or a member is
/// mis-typed, or where more than 1,000 uris or tasks are named; unknown members are ignored.
Result<NotificationFilter> read_listen(const Json& params);

/// Puts `_meta` io.modelcontextprotocol/subscriptionId into params or a result.
Json of_subscription(Json object, const RequestId& subscription);

/// Params of notifications/subscriptions/acknowledged.
Json write_acknowledged(const NotificationFilter& honoured, const RequestId& subscription);

}  // namespace tfy::protocol
