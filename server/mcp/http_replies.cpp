#include "server/mcp/http_replies.hpp"

#include <algorithm>

#include "server/mcp/stdio_session.hpp"
#include "server/transport/text.hpp"

namespace tfy::mcp {
namespace {

/// Whether one media range of an Accept covers a type: "*/*", "application/*", or the type itself.
bool covers(std::string_view range, std::string_view type) {
    const auto media = transport::trimmed(range.substr(0, range.find(';')));
    if (transport::equal_in_any_case(media, type) || media == "*/*") return true;
    return media.ends_with("/*") && transport::equal_in_any_case(media.substr(0, media.size() - 1),
                                                                 type.substr(0, type.find('/') + 1));
}

}  // namespace

Async<void> refuse(transport::Responder& answer, const Dispatch& dispatch, int status,
                   std::optional<protocol::RequestId> id, Error error, bool legacy) {
    transport::HttpResponse reply{.status = status,
                                  .content_type = "application/json",
                                  .body = dispatch.refuse(id, error, legacy).message,
                                  .headers = {{"cache-control", "no-store"}}};
    co_await answer.reply(std::move(reply));
}

Async<void> accept_silently(transport::Responder& answer) {
    transport::HttpResponse reply{.status = 202};
    co_await answer.reply(std::move(reply));
}

Error no_such_question() {
    return {
        Errc::invalid_request,
        "This answers no question of this server's. Nothing was done. Answer with the id of the question, in "
        "the session that was asked."};
}

bool accepts(const transport::HttpRequest& request, std::string_view type) {
    bool any = false;
    for (const auto& [name, value] : request.headers) {
        if (name != "accept") continue;
        any = true;
        for (std::string_view rest = value; !rest.empty();) {
            const auto comma = std::min(rest.find(','), rest.size());
            if (covers(rest.substr(0, comma), type)) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return !any;
}

policy::Caller caller_of(const transport::HttpRequest& request, const protocol::Implementation& client) {
    auto caller = request.caller;
    caller.client = client_name(client);
    return caller;
}

}  // namespace tfy::mcp
