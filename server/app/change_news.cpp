#include "server/app/change_news.hpp"

#include "tools/access_tokens/resources.hpp"

namespace tfy::app {

void tell_of_changes(ChangeNews news) {
    news.reveals.on_end([news] {
        news.rotations.look_again();
        news.approvals.ring();
    });
    news.rotations.on_change([news] { news.approvals.ring(); });
    news.rotations.on_deleted([news](const std::string& id, const policy::Caller& asker) {
        const auto sees_it = [&](const policy::Caller& caller) {
            return news.accounts.share_key(caller, asker);
        };
        news.subscriptions.publish({mcp::Change::Of::resource, std::string(access_tokens::tokens_uri)},
                                   sees_it);
        news.subscriptions.publish({mcp::Change::Of::resource, access_tokens::token_uri(id)}, sees_it);
    });
}

}  // namespace tfy::app
