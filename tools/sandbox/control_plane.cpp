#include "tools/sandbox/control_plane.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>

#include "policy/canonical_json.hpp"
#include "policy/secret.hpp"
#include "tools/sandbox/answers.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::sandbox {
namespace {

constexpr std::string_view collection = "/api/svc/v1/personal-access-tokens";
constexpr std::size_t largest_page = 1000;

bool same_hash(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

// An unsigned query parameter; nullopt where it is no number.
std::optional<std::size_t> read_number(const Target& target, std::string_view name, std::size_t otherwise) {
    const auto text = target.find(name);
    if (!text) return otherwise;
    std::size_t number = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size()) return std::nullopt;
    return number;
}

Answer broken_shelf(const Error& error) { return http_error(500, error.message); }

Answer defect(std::string_view what) {
    return http_error(
        599, "Defect of the caller: " + std::string(what) + " must never be sent. Nothing was done.");
}

}  // namespace

ControlPlane::ControlPlane(std::unique_ptr<Shelf> shelf, const Clock& clock, std::string account)
    : shelf_(std::move(shelf)), clock_(clock), account_(std::move(account)) {}

Answer ControlPlane::handle(std::string_view method, std::string_view target, std::string_view bearer,
                            std::string_view body) {
    const auto accepted = accepts(bearer);
    auto answer = !accepted   ? broken_shelf(accepted.error())
                  : *accepted ? route(method, target, body)
                              : http_error(401, "Unauthorized");
    answer.request_id = random_word(32);
    return answer;
}

// Compares hashes, and all of them, so that the time taken tells nothing about a value.
Result<bool> ControlPlane::accepts(std::string_view bearer) {
    const auto now = clock_.now();
    const auto given = policy::sha256(bearer);
    bool accepted = same_hash(given, policy::sha256(sandbox_key));
    const auto tokens = shelf_->all();
    if (!tokens) return tokens.error();
    for (const auto& token : *tokens) {
        if (!same_hash(given, token.value_sha256) || (token.expires && *token.expires <= now)) continue;
        accepted = true;
        if (const auto touched = shelf_->touch(token.id, now); !touched) return touched.error();
    }
    return accepted;
}

Answer ControlPlane::route(std::string_view method, std::string_view text, std::string_view body) {
    const auto target = read_target(text);
    const std::string_view path = target.path;
    if (method == "GET" && path == "/api/svc/v1/workspaces")
        return json_answer(
            200, {{"data", Json::array()}, {"pagination", {{"total", 0}, {"offset", 0}, {"limit", 1}}}});
    if (path != collection && !path.starts_with(std::string(collection) + "/"))
        return http_error(404, "Not Found");

    const auto rest =
        path.size() > collection.size() ? path.substr(collection.size() + 1) : std::string_view{};
    if (rest.empty()) {
        if (method == "GET") return list(text);
        if (method == "POST") return create(body);
        return http_error(404, "Not Found");
    }
    if (method == "GET" && rest.ends_with("/token"))
        return http_error(403, "Retrieval after creation is off");
    if (method == "GET") return defect("GET /{name}, which creates a token,");
    if (method == "DELETE" && rest == "revoke/all") return defect("DELETE /revoke/all");
    if (method == "DELETE") return remove(std::string(rest));
    return http_error(404, "Not Found");
}

Answer ControlPlane::list(std::string_view text) {
    const auto target = read_target(text);
    const auto limit = read_number(target, "limit", 100);
    const auto offset = read_number(target, "offset", 0);
    if (!limit || !offset || *limit == 0 || *limit > largest_page)
        return http_error(400, "limit and offset must be numbers, limit 1 to 1000");
    auto tokens = shelf_->all();
    if (!tokens) return broken_shelf(tokens.error());
    const auto part = target.find("nameSearchQuery").value_or("");
    std::erase_if(*tokens,
                  [&](const StoredToken& token) { return token.name.find(part) == std::string::npos; });
    std::ranges::stable_sort(*tokens, std::ranges::greater{}, &StoredToken::created);

    Json data = Json::array();
    for (auto i = *offset; i < tokens->size() && data.size() < *limit; ++i)
        data.push_back(write_virtual_account((*tokens)[i], clock_.now()));
    const Json pagination = {{"total", tokens->size()}, {"offset", *offset}, {"limit", *limit}};
    return json_answer(200, {{"data", std::move(data)}, {"pagination", pagination}});
}

// The value stands in this answer and nowhere else: what is kept is its hash.
Answer ControlPlane::create(std::string_view body) {
    auto wanted = read_wanted(body, clock_.now());
    if (!wanted) return http_error(400, wanted.error().message);
    const auto tokens = shelf_->all();
    if (!tokens) return broken_shelf(tokens.error());
    if (std::ranges::find(*tokens, wanted->name, &StoredToken::name) != tokens->end())
        return http_error(409, "A personal access token with this name already exists");

    StoredToken token{.id = random_word(24),
                      .name = std::move(wanted->name),
                      .type = std::move(wanted->type),
                      .team = std::move(wanted->team),
                      .account = wanted->account.empty() ? account_ : std::move(wanted->account),
                      .jwt_id = {},
                      .value_sha256 = {},
                      .owner = "dana@" + account_ + ".example",
                      .created = clock_.now(),
                      .expires = wanted->expires,
                      .last_used = {}};
    if (token.type == "jwt") token.jwt_id = random_word(24);
    auto value = token.type == "jwt" ? mint_jwt(token) : mint_opaque();
    token.value_sha256 = policy::sha256(value);
    const auto kept = shelf_->insert(token);
    Answer answer;
    if (kept)
        answer.body = "{\"token\":\"" + value + "\"}";
    else
        answer = broken_shelf(kept.error());
    policy::wipe(value);
    return answer;
}

Answer ControlPlane::remove(const std::string& id) {
    const auto tokens = shelf_->all();
    if (!tokens) return broken_shelf(tokens.error());
    if (std::ranges::find(*tokens, id, &StoredToken::id) == tokens->end())
        return http_error(404, "Personal access token not found");
    if (const auto removed = shelf_->remove(id); !removed) return broken_shelf(removed.error());
    return json_answer(200, Json::object());
}

}  // namespace tfy::sandbox
