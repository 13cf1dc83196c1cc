// What happens at one desk, and others look at: open pages, and programs that have subscribed.
#include "server/app/app.hpp"
#include "tools/access_tokens/resources.hpp"

namespace tfy::app {

void App::tell_of_changes() {
    reveals_.on_end([this] {
        rotations_.look_again();
        approvals_.ring();
    });
    rotations_.on_change([this] { approvals_.ring(); });
    rotations_.on_deleted([this](const std::string& id, const policy::Caller& asker) {
        const auto sees_it = [this, &asker](const policy::Caller& caller) {
            return accounts_.share_key(caller, asker);
        };
        subscriptions_.publish({mcp::Change::Of::resource, std::string(access_tokens::tokens_uri)}, sees_it);
        subscriptions_.publish({mcp::Change::Of::resource, access_tokens::token_uri(id)}, sees_it);
    });
}

}  // namespace tfy::app
