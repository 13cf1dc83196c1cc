#include "server/oidc/published.hpp"

#include "server/oidc/metadata.hpp"

namespace tfy::oidc {
namespace {

constexpr std::chrono::seconds longest_read{5};
constexpr std::size_t longest_publication = std::size_t{256} * 1024;
constexpr int status_found = 200;

bool is_json(const http_client::WebResponse& answer) {
    const auto type = answer.content_type.substr(0, answer.content_type.find(';'));
    return type == "application/json" || type == "application/jwk-set+json";
}

}  // namespace

ProviderAddress ProviderAddress::of(const std::string& address) {
    const auto end = address.find_first_of("/?", address.find("://") + 3);
    auto target = end == std::string::npos ? std::string("/") : address.substr(end);
    if (!target.starts_with('/')) target.insert(0, 1, '/');
    return {address.substr(0, end), std::move(target)};
}

// An error's advice is about the control plane; its first sentence says what happened.
Error no_answer(const Error& error) {
    return {Errc::upstream, "no answer came (" + error.message.substr(0, error.message.find(". ")) + ")"};
}

Async<Result<std::string>> read_published(Connect connect, std::string address) {
    const auto [origin, target] = ProviderAddress::of(address);
    const auto client = connect(origin, {});
    http_client::WebRequest request{.method = "GET", .target = target, .timeout = longest_read};
    auto answer = co_await client->send(std::move(request));
    if (!answer) co_return no_answer(answer.error());
    if (answer->status != status_found)
        co_return Error{Errc::upstream, "it answered " + std::to_string(answer->status)};
    if (!is_json(*answer)) co_return Error{Errc::upstream, "what it answered is no JSON"};
    co_return std::move(answer->body);
}

Async<Result<std::string>> read_keys_of(Connect connect, std::string issuer) {
    auto asking = read_published(connect, metadata_address(issuer));
    auto said = co_await std::move(asking);
    if (!said) {
        auto otherwise = read_published(connect, oauth_metadata_address(issuer));
        auto other = co_await std::move(otherwise);
        if (!other) co_return said.error();
        said = std::move(other);
    }
    const auto address = read_keys_address(*said, issuer);
    if (!address) co_return address.error();
    auto getting = read_published(std::move(connect), *address);
    co_return co_await std::move(getting);
}

Connect connect_with_curl(std::string ca_file) {
    auto thread = std::make_shared<std::shared_ptr<http_client::TransferThread>>();
    return
        [thread, ca_file = std::move(ca_file)](const std::string& origin, http_client::SecretHeader secret) {
            if (!*thread) *thread = http_client::start_transfers();
            return http_client::make_client(*thread,
                                            {.base_url = origin,
                                             .ca_file = ca_file,
                                             .connect_timeout = longest_read,
                                             .body_limit = longest_publication},
                                            std::move(secret));
        };
}

}  // namespace tfy::oidc
