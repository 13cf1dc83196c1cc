#include "tools/sandbox/control_plane.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "policy/canonical_json.hpp"
#include "policy/mac.hpp"
#include "policy/secret.hpp"
#include "tools/sandbox/answers.hpp"
#include "tools/sandbox/danger.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::sandbox {
namespace {

constexpr std::string_view collection = "/api/svc/v1/personal-access-tokens";
constexpr std::string_view workspaces = "/api/svc/v1/workspaces";
constexpr std::size_t largest_page = 1000;

// An unsigned query parameter; nullopt if it is no number.
std::optional<std::size_t> read_number(const ApiTarget& target, std::string_view name,
                                       std::size_t otherwise) {
    const auto* text = target.find(name);
    if (text == nullptr) return otherwise;
    std::size_t number = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), number);
    if (read.ec != std::errc{} || read.ptr != text->data() + text->size()) return std::nullopt;
    return number;
}

std::optional<Window> read_window(const ApiTarget& target) {
    const auto limit = read_number(target, "limit", 100);
    const auto offset = read_number(target, "offset", 0);
    if (!limit || !offset || *limit == 0 || *limit > largest_page) return std::nullopt;
    return Window{*limit, *offset};
}

SandboxResponse bad_window() { return http_error(400, "limit and offset must be numbers, limit 1 to 1000"); }

SandboxResponse listed(const std::vector<const std::string*>& rows, std::size_t total, const Window& window) {
    SandboxResponse answer;
    answer.body = write_page(rows, total, window);
    return answer;
}

SandboxResponse broken_shelf(const Error& error) { return http_error(500, error.message); }

bool is_collection(std::string_view path) {
    return path.starts_with(collection) &&
           (path.size() == collection.size() || path[collection.size()] == '/');
}

// What is behind the collection's path: "" for the collection itself, "revoke/all".
std::string_view rest_of(std::string_view path) {
    return path.size() > collection.size() ? path.substr(collection.size() + 1) : std::string_view{};
}

}  // namespace

/// No one where there is no account; `token`: the id of the one whose value was the key, else empty.
struct ControlPlane::Caller {
    const Account* account = nullptr;
    std::string token = {};
};

/// One request, and who sends it when.
struct ControlPlane::Asked {
    std::string_view method;
    const ApiTarget& target;
    std::string_view body;
    const Account& caller;
    const std::string& user;  // the caller's address
    policy::Time now;
};

ControlPlane::ControlPlane(std::unique_ptr<TokenStore> token_store, const Clock& clock,
                           std::vector<Account> more)
    : token_store_(std::move(token_store)), clock_(clock), accounts_(std::move(more)) {
    accounts_.insert(accounts_.begin(), Account{});
    for (const auto& account : accounts_) {
        users_.push_back(account.user());
        key_hashes_.push_back(policy::sha256(account.key));
    }
}

SandboxResponse ControlPlane::handle(std::string_view method, std::string_view target,
                                     std::string_view bearer, std::string_view body) {
    const auto now = clock_.now();
    auto made = answer(method, target, body, caller(bearer, now), now);
    if (made.shared) made.body = *std::exchange(made.shared, nullptr);
    made.date = http_date(now);
    return made;
}

SandboxResponse ControlPlane::handle_own(std::string_view method, std::string_view target,
                                         std::string_view body) {
    return answer(method, target, body, Caller{.account = &accounts_.front()}, clock_.now());
}

SandboxResponse ControlPlane::answer(std::string_view method, std::string_view target, std::string_view body,
                                     const Result<Caller>& found, policy::Time now) {
    SandboxResponse answer;
    if (const auto danger = danger_of(method, target); !danger.empty())
        answer = http_error(599, "Defect of the caller: " + danger + ". Nothing was done.");
    else if (!found)
        answer = broken_shelf(found.error());
    else if (found->account == nullptr)
        answer = http_error(401, "Unauthorized");
    else
        answer = serve({method, targets_.read(target), body, *found->account, user_of(*found->account), now},
                       found->token);
    if (found && found->account != nullptr) answer.account = found->account->name;
    answer.request_id = random_request_id();
    answer.answered = now;
    return answer;
}

const std::string& ControlPlane::user_of(const Account& account) const {
    return users_[static_cast<std::size_t>(&account - accounts_.data())];
}

// A use of a token is noted before anything is answered.
SandboxResponse ControlPlane::serve(const Asked& asked, const std::string& token) {
    if (!token.empty())
        if (const auto touched = token_store_->touch(token, asked.now); !touched)
            return broken_shelf(touched.error());
    return route(asked);
}

std::string ControlPlane::account_of(std::string_view bearer) {
    const auto found = caller(bearer, clock_.now());
    return found && found->account != nullptr ? found->account->name : "";
}

// Looks for hashes, so that the time taken tells nothing about a value.
Result<ControlPlane::Caller> ControlPlane::caller(std::string_view bearer, policy::Time now) {
    const auto given = policy::sha256(bearer);
    Caller found;
    for (std::size_t i = 0; i < accounts_.size(); ++i)
        if (policy::same_bytes(given, key_hashes_[i])) found.account = &accounts_[i];
    const auto known = kept_tokens();
    if (!known) return known.error();
    const auto* token = (*known)->of_hash(given);
    if (token == nullptr || (token->expires && *token->expires <= now)) return found;
    const auto owner = std::ranges::find(users_, token->owner);
    if (owner != users_.end())  // else: an account that is not there any more
        found = {&accounts_[static_cast<std::size_t>(owner - users_.begin())], token->id};
    return found;
}

Result<KeptTokens*> ControlPlane::kept_tokens() {
    auto tokens = token_store_->all();
    if (!tokens) return tokens.error();
    if (!kept_ || !kept_->are(*tokens)) kept_.emplace(std::move(*tokens));
    return &*kept_;
}

SandboxResponse ControlPlane::route(const Asked& asked) {
    const std::string_view path = asked.target.path;
    const auto& method = asked.method;
    if (method == "GET" && path == workspaces) {
        const auto window = read_window(asked.target);
        return window ? listed({}, 0, *window) : bad_window();
    }
    if (!is_collection(path)) return http_error(404, "Not Found");
    if (!asked.caller.may_manage) return http_error(403, "Forbidden");
    const auto rest = rest_of(path);
    if (rest.empty() && method == "GET") return list(asked);
    if (rest.empty() && method == "POST") return create(asked);
    if (!rest.empty() && method == "GET") return http_error(403, "Retrieval after creation is off");
    if (!rest.empty() && method == "DELETE") return remove(asked, rest);
    return http_error(404, "Not Found");
}

SandboxResponse ControlPlane::list(const Asked& asked) {
    const auto window = read_window(asked.target);
    if (!window) return bad_window();
    const auto known = kept_tokens();
    if (!known) return broken_shelf(known.error());
    const auto* name_part = asked.target.find("nameSearchQuery");
    if (name_part == nullptr || name_part->empty()) {
        SandboxResponse answer;
        answer.shared = (*known)->page(asked.user, *window, asked.now);
        return answer;
    }
    std::vector<const std::string*> items;
    std::size_t total = 0;
    for (auto& row : (*known)->of_user(asked.user)) {
        if (row.token->name.find(*name_part) == std::string::npos) continue;
        if (total >= window->offset && total - window->offset < window->limit)
            items.push_back(&row.written(asked.now));
        ++total;
    }
    return listed(items, total, *window);
}

// The value is in this answer and nowhere else: what is kept is its hash.
SandboxResponse ControlPlane::create(const Asked& asked) {
    auto wanted = read_wanted(asked.body, asked.now);
    if (!wanted) return http_error(400, wanted.error().message);
    const auto known = kept_tokens();
    if (!known) return broken_shelf(known.error());
    if ((*known)->of_name(asked.user, wanted->name) != nullptr)
        return http_error(409, "A personal access token with this name already exists");

    // An opaque token has a Jwt, too: its tokenType may say "opaque".
    StoredToken token{.id = random_word(24),
                      .name = std::move(wanted->name),
                      .type = std::move(wanted->type),
                      .team = std::move(wanted->team),
                      .account = wanted->account.empty() ? std::string(tenant) : std::move(wanted->account),
                      .jwt_id = random_word(24),
                      .value_sha256 = {},
                      .owner = asked.user,
                      .created = asked.now,
                      .expires = wanted->expires,
                      .last_used = {}};
    auto value = token.type == "jwt" ? mint_jwt(token) : mint_opaque();
    token.value_sha256 = policy::sha256(value);
    const auto kept = token_store_->insert(token);
    SandboxResponse answer;
    if (kept)
        answer.body = "{\"token\":\"" + value + "\"}";
    else
        answer = broken_shelf(kept.error());
    policy::wipe(value);
    return answer;
}

SandboxResponse ControlPlane::remove(const Asked& asked, std::string_view id) {
    const auto known = kept_tokens();
    if (!known) return broken_shelf(known.error());
    if ((*known)->of_id(asked.user, id) == nullptr) return http_error(404, "Personal access token not found");
    if (const auto removed = token_store_->remove(std::string(id)); !removed)
        return broken_shelf(removed.error());
    return json_answer(200, Json::object());
}

}  // namespace tfy::sandbox
