#include "tools/sandbox/answers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "protocol/parse.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::sandbox {
namespace {

Error bad(std::string message) { return {Errc::refused, std::move(message)}; }

// An optional string; null counts as absent.
Result<std::string> read_text(const Json& body, const char* key) {
    const auto found = body.find(key);
    if (found == body.end() || found->is_null()) return std::string{};
    if (!found->is_string()) return bad(std::string(key) + " must be a string");
    return found->get<std::string>();
}

}  // namespace

std::string http_date(policy::Time time) {
    const auto seconds = std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                  days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                  months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    return text.data();
}

SandboxResponse json_answer(int status, const Json& body) {
    SandboxResponse answer;
    answer.status = status;
    answer.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return answer;
}

SandboxResponse http_error(int status, std::string message) {
    return json_answer(status, {{"statusCode", status}, {"message", std::move(message)}});
}

Result<Wanted> read_wanted(std::string_view text, policy::Time now) {
    const auto body = protocol::parse(text);
    if (!body || !body->is_object()) return bad("The body must be a JSON object");
    auto name = read_text(*body, "name");
    auto type = read_text(*body, "tokenType");
    auto team = read_text(*body, "teamName");
    auto account = read_text(*body, "accountName");
    auto expiration = read_text(*body, "expirationDate");
    for (const auto* member : {&name, &type, &team, &account, &expiration})
        if (!*member) return member->error();
    if (!truefoundry::TokenName::read(*name))
        return bad(
            "name must be 3-36 characters, lowercase letters, digits and hyphens, and start with a letter");
    if (!type->empty() && *type != "jwt" && *type != "opaque")
        return bad("tokenType must be one of jwt, opaque");
    const auto expires = truefoundry::read_time(*expiration);
    if (!expiration->empty() && !expires) return bad("expirationDate must be an ISO 8601 date");
    if (expires && *expires <= now) return bad("expirationDate must be in the future");
    return Wanted{std::move(*name), type->empty() ? "jwt" : std::move(*type), std::move(*team),
                  std::move(*account), expires};
}

}  // namespace tfy::sandbox
