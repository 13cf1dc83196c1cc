#include "tools/truefoundry/wire.hpp"

#include <algorithm>
#include <initializer_list>
#include <new>

#include "protocol/parse.hpp"
#include "protocol/percent_encoded.hpp"

namespace tfy::truefoundry::wire {
namespace {

constexpr std::string_view collection = "/api/svc/v1/personal-access-tokens";
constexpr std::size_t value_limit = 16 * 1024;

using Keys = std::initializer_list<const char*>;

using protocol::PlainJson;
using protocol::PlainValue;
using Found = std::optional<PlainValue>;

// The member of the first of these keys that is there and not null.
Found member(const Found& object, Keys keys) {
    if (!object) return std::nullopt;
    for (const auto* key : keys)
        if (const auto found = object->find(key); found && !found->is_null()) return found;
    return std::nullopt;
}

std::string_view text(const Found& object, Keys keys) {
    const auto found = member(object, keys);
    return found && found->is_text() ? found->text() : std::string_view{};
}

/// Not later than last_moment: what ends after it ends nevertheless.
std::optional<policy::Time> time(const Found& object, Keys keys) {
    const auto written = text(object, keys);
    if (is_beyond_calendar(written)) return last_moment;
    const auto read = read_time(written);
    return read ? std::optional(std::min(*read, last_moment)) : std::nullopt;
}

std::string first_of(std::string_view a, std::string_view b) { return std::string(a.empty() ? b : a); }

void read_jwts(const Found& jwts, AccessToken& token) {
    if (!jwts) return;
    jwts->each([&token](const PlainValue& jwt) {
        if (const auto id = text(jwt, {"id"}); !id.empty()) token.jwt_ids.emplace_back(id);
        if (token.type.empty()) token.type = text(jwt, {"tokenType", "token_type"});
        const auto expiry = time(jwt, {"expiry"});
        if (expiry && (!token.expires || *expiry > *token.expires)) token.expires = expiry;
    });
}

Result<TokenPage> page_of(const PlainJson& answer) {
    const auto data = member(answer.root(), {"data"});
    if (!data || !data->is_array())
        return Error{Errc::upstream,
                     "TrueFoundry's answer is not a list of access tokens. Nothing was done. Check that "
                     "TFY_BASE_URL is the "
                     "control plane's address, and that no proxy answers in its place."};
    TokenPage page;
    data->each([&page](const PlainValue& item) {
        ++page.items;
        if (auto token = read_token(item); !token.id.empty()) page.tokens.push_back(std::move(token));
    });
    if (const auto total = member(member(answer.root(), {"pagination"}), {"total"}))
        page.total = total->number();
    return page;
}

// The value out of {"token":"…"} and nothing else, which is what the API documents. Taken from the body
// itself, because a parser leaves copies behind that no one wipes. Empty for every other body, and for a
// value with escapes.
std::string_view plain_value(std::string_view body) {
    constexpr std::string_view space = " \t\r\n";
    for (const std::string_view expected : {"{", "\"token\"", ":", "\""}) {
        body.remove_prefix(std::min(body.size(), body.find_first_not_of(space)));
        if (!body.starts_with(expected)) return {};
        body.remove_prefix(expected.size());
    }
    const auto value = body.substr(0, body.find_first_of("\"\\"));
    body.remove_prefix(value.size());
    for (const std::string_view expected : {"\"", "}"}) {
        body.remove_prefix(std::min(body.size(), body.find_first_not_of(space)));
        if (!body.starts_with(expected)) return {};
        body.remove_prefix(expected.size());
    }
    return body.find_first_not_of(space) == std::string_view::npos ? value : std::string_view{};
}

// The value out of any other JSON object that has one; the parsed copy is wiped.
std::string parsed_value(std::string_view body) {
    auto parsed = protocol::parse(body);
    if (!parsed || !parsed->is_object()) return {};
    const auto found = parsed->find("token");
    if (found == parsed->end() || !found->is_string()) return {};
    auto& value = found->get_ref<std::string&>();
    std::string copy(value);
    policy::wipe(value);
    return copy;
}

bool can_be_kept(std::string_view value) {
    return !value.empty() && value.size() <= value_limit &&
           std::ranges::all_of(value, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

bool is_beyond_calendar(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    text.remove_prefix(std::min(text.size(), text.find_first_not_of('0')));
    const auto digits = std::min(text.size(), text.find_first_not_of("0123456789"));
    return digits > 4 && text.substr(digits).starts_with('-');
}

std::string collection_target() { return std::string(collection); }

std::string list_target(std::size_t offset, std::size_t limit, std::string_view name_contains) {
    std::string target;
    target.reserve(collection.size() + 48);
    target.append(collection).append("?limit=").append(std::to_string(limit));
    target.append("&offset=").append(std::to_string(offset));
    if (!name_contains.empty())
        target += "&nameSearchQuery=" + protocol::percent_encoded(name_contains, "-_");
    return target;
}

std::string token_target(const TokenId& id) { return collection_target() + "/" + id.text(); }

std::string write_create(const CreateRequest& request) {
    Json body = {{"name", request.name.text()}};
    if (!request.expiration_date.empty()) body["expirationDate"] = request.expiration_date;
    if (!request.token_type.empty()) body["tokenType"] = request.token_type;
    if (!request.team_name.empty()) body["teamName"] = request.team_name;
    if (!request.account_name.empty()) body["accountName"] = request.account_name;
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

AccessToken read_token(const PlainValue& item) {
    const auto manifest = member(item, {"manifest"});
    const auto owner = member(manifest, {"ownedBy", "owned_by"});
    const auto maker = member(item, {"createdBySubject"});
    const auto expired = member(item, {"isExpired", "is_expired"});
    AccessToken token{
        .id = std::string(text(item, {"id"})),
        .name = first_of(text(manifest, {"name"}), text(item, {"name"})),
        .type = std::string(text(manifest, {"token_type", "tokenType"})),
        .owner = first_of(text(owner, {"team"}), text(owner, {"account"})),
        .team = std::string(text(owner, {"team"})),
        .created_by = first_of(text(maker, {"subjectSlug"}), text(maker, {"subjectDisplayName"})),
        .created = time(item, {"createdAt", "created_at"}),
        .expires = {},
        .last_used = time(item, {"lastAccessedAt", "last_accessed_at"}),
        .expired = expired && expired->is_true(),
        .jwt_ids = {}};
    if (const auto id = text(item, {"jwtId", "jwt_id"}); !id.empty()) token.jwt_ids.emplace_back(id);
    read_jwts(member(item, {"jwts"}), token);
    if (!token.expires) token.expires = time(manifest, {"expiration_date", "expirationDate"});
    return token;
}

Result<TokenPage> read_page(std::string_view body) {
    if (const auto plain = PlainJson::read(body)) return page_of(*plain);
    const auto parsed = protocol::parse(body);
    const Json answer = parsed ? *parsed : Json(nullptr);
    return page_of(PlainJson::of(answer));
}

Result<policy::Secret> take_value(std::string& body) {
    std::string value(plain_value(body));
    if (value.empty()) value = parsed_value(body);
    policy::wipe(body);
    if (!can_be_kept(value)) {
        policy::wipe(value);
        return Error{Errc::ambiguous,
                     "TrueFoundry confirmed the creation, but its answer holds no value that can be read."};
    }
    try {
        return policy::Secret(std::move(value));  // wipes it
    } catch (const std::bad_alloc&) {
        policy::wipe(value);
        return Error{Errc::ambiguous,
                     "The token was created, but this machine gave no locked memory to keep its value in."};
    }
}

bool confirms_deletion(const ApiResponse& answer) {
    constexpr int accepted = 202;
    if (answer.status == accepted) return false;
    return answer.text().empty() || Json::parse(answer.text(), nullptr, false).is_object();
}

}  // namespace tfy::truefoundry::wire
