#include "server/oauth/client_documents.hpp"

#include <algorithm>

#include "server/oauth/client_document.hpp"

namespace tfy::oauth {
namespace {

constexpr std::chrono::minutes shortest_life{5};
constexpr std::chrono::hours usual_life{1}, longest_life{24};
constexpr std::size_t most_kept = 200;

policy::Duration life_of(const http_client::Document& document) {
    if (!document.max_age) return usual_life;
    return std::clamp<policy::Duration>(*document.max_age, shortest_life, longest_life);
}

}  // namespace

void ClientDocuments::keep(const OAuthClient& client, policy::Time until, policy::Time now) {
    std::erase_if(kept_, [now](const auto& each) { return each.second.until <= now; });
    if (kept_.size() >= most_kept)
        kept_.erase(std::ranges::min_element(kept_, {}, [](const auto& each) { return each.second.until; }));
    kept_.insert_or_assign(client.id, Kept{client, until});
}

Async<Result<OAuthClient>> ClientDocuments::find(std::string client_id, std::string person) {
    if (const auto good = check_document_address(client_id, hosts_); !good) co_return good.error();
    const auto asked = clock_.now();
    if (const auto known = kept_.find(client_id); known != kept_.end() && known->second.until > asked)
        co_return known->second.client;
    if (!fetches_.take(person, asked))
        co_return Error{Errc::rate_limited,
                        "Too many clients were looked up within a minute. Wait a minute, then begin again in "
                        "the client."};
    auto fetching = web_.get(client_id);
    const auto document = co_await std::move(fetching);
    const auto unusable = [&client_id](Errc code, const std::string& why) {
        return Error{code, "The document by which clients of " + std::string(host_of_document(client_id)) +
                               " describe themselves cannot be used: " + why + "."};
    };
    if (!document) co_return unusable(Errc::upstream, document.error().message);
    if (document->status != 200)
        co_return unusable(Errc::upstream, "its server answered " + std::to_string(document->status));
    if (!is_json_type(document->content_type)) co_return unusable(Errc::refused, "it is no JSON");
    auto client = read_client_document(document->body, client_id, private_schemes_);
    if (!client) co_return unusable(Errc::refused, client.error().message);
    const auto now = clock_.now();
    keep(*client, now + life_of(*document), now);
    co_return std::move(*client);
}

}  // namespace tfy::oauth
