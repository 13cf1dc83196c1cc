#include "server/mcp/http_replies.hpp"

#include "server/mcp/session.hpp"

namespace tfy::server {

Async<void> refuse(HttpAnswer& answer, const Dispatch& dispatch, int status,
                   std::optional<protocol::RequestId> id, Error error, bool legacy) {
    HttpReply reply{.status = status,
                    .content_type = "application/json",
                    .body = dispatch.refuse(id, error, legacy).message,
                    .headers = {{"cache-control", "no-store"}}};
    co_await answer.reply(std::move(reply));
}

Async<void> accept_silently(HttpAnswer& answer) {
    HttpReply reply{.status = 202};
    co_await answer.reply(std::move(reply));
}

bool accepts(const HttpRequest& request, std::string_view type) {
    const auto accept = request.header("accept");
    return !accept || accept->find(type) != std::string::npos || accept->find("*/*") != std::string::npos;
}

policy::Caller http_caller(const protocol::Implementation& client) {
    return {.principal = "http:loopback",
            .client = client_name(client),
            .default_assurance = policy::Assurance::signed_in};
}

}  // namespace tfy::server
