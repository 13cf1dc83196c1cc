// Reading a fault script: whatever is not known is an error that says where it is and what would be
// right.
#include <algorithm>
#include <functional>
#include <utility>

#include "protocol/parse.hpp"
#include "tests/lab/faults.hpp"

namespace tfy::lab {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::uint32_t most = 1'000'000;
constexpr int our_own_status = 599;  // how the sandbox tells a defect of its caller
// Those that the sandbox lets in, and only as they are sent: in capitals.
const Words methods{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
constexpr std::string_view proxy_page =
    "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center>"
    "<hr><center>nginx</center></body></html>";

Error wrong(const std::string& where, std::string_view what) {
    return {Errc::refused, where + " " + std::string(what) + ". No fault was added."};
}

std::string listed(const Words& words) {
    std::string text;
    for (const auto word : words) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
}

/// One object of the script, its place in it ("[0].do"), and the first thing that is wrong with it.
class Members {
public:
    Members(const Json& object, std::string where, const Words& known)
        : object_(object), where_(std::move(where)) {
        if (!object.is_object()) {
            complain(where_, "must be an object");
            return;
        }
        for (const auto& [key, value] : object.items())
            if (std::ranges::find(known, key) == known.end())
                complain(where_ + "." + key, "is not known; known are " + listed(known));
    }

    bool has(const char* key) const { return object_.is_object() && object_.contains(key); }

    std::string text(const char* key) {
        if (!has(key)) return {};
        if (object_[key].is_string()) return object_[key].get<std::string>();
        complain(where_ + "." + key, "must be a string");
        return {};
    }
    /// What can be a header's value: printable, on one line.
    std::string header(const char* key) {
        auto value = text(key);
        if (!std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7f; }))
            complain(where_ + "." + key, "must be printable ASCII on one line: it becomes a header");
        return value;
    }
    bool flag(const char* key) {
        if (!has(key)) return false;
        if (object_[key].is_boolean()) return object_[key].get<bool>();
        complain(where_ + "." + key, "must be true or false");
        return false;
    }
    std::int64_t number(const char* key, std::int64_t otherwise, std::int64_t least, std::int64_t largest) {
        if (!has(key)) return otherwise;
        const auto& value = object_[key];
        const bool fits = value.is_number_unsigned()
                              ? std::cmp_less_equal(value.get<std::uint64_t>(), largest)
                              : value.is_number_integer();
        const auto read = fits ? value.get<std::int64_t>() : least - 1;
        if (read >= least && read <= largest) return read;
        complain(where_ + "." + key,
                 "must be a whole number from " + std::to_string(least) + " to " + std::to_string(largest));
        return otherwise;
    }
    std::string one_of(const char* key, const Words& words) {
        auto word = text(key);
        if (std::ranges::find(words, word) == words.end())
            complain(where_ + "." + key, "must be one of " + listed(words));
        return word;
    }
    void complain(const std::string& where, std::string_view what) {
        if (!error_) error_ = wrong(where, what);
    }
    const std::string& where() const { return where_; }
    const std::optional<Error>& error() const { return error_; }

private:
    const Json& object_;
    std::string where_;
    std::optional<Error> error_;
};

FaultMatch read_match(Members& members) {
    FaultMatch match{
        .method = members.text("method"), .path = members.text("path"), .query = members.text("query")};
    if (!match.method.empty() && std::ranges::find(methods, match.method) == methods.end())
        members.complain(members.where() + ".method", "must be one of " + listed(methods));
    if (!match.path.empty() && !match.path.starts_with('/') && match.path != "*")
        members.complain(members.where() + ".path",
                         "must start with '/'; a '*' at its end is all that begins so");
    const auto star = std::min(match.path.find('*'), match.path.size());
    if (match.path.find('?') != std::string::npos || star + 1 < match.path.size())
        members.complain(members.where() + ".path",
                         "is without the query, which is a member of its own, and has a '*' at its end only");
    match.nth = static_cast<std::uint32_t>(members.number("nth", 1, 1, most));
    match.count = static_cast<std::uint32_t>(members.number("count", 1, 1, most));
    return match;
}

Action read_status(Members& members) {
    Instead instead{.status = static_cast<int>(members.number("status", 500, 200, our_own_status - 1)),
                    .content_type = members.header("content_type"),
                    .body = members.text("body"),
                    .retry_after = members.header("retry_after"),
                    .after_work = members.flag("after_work")};
    if (instead.content_type.empty()) instead.content_type = "application/json";
    if (!members.has("body"))
        instead.body = Json{{"statusCode", instead.status}, {"message", "By the fault script"}}.dump();
    return instead;
}

Action read_html(Members& members) {
    return Instead{.status = static_cast<int>(members.number("html", 502, 200, our_own_status - 1)),
                   .content_type = "text/html",
                   .body = std::string(proxy_page),
                   .after_work = members.flag("after_work")};
}

Action read_half(Members& members) {
    if (!members.flag("half_body")) members.complain(members.where() + ".half_body", "must be true");
    return HalfBody{};
}

Action read_change(Members& members, const char* key, bool inserts) {
    Interference change{.inserts = inserts, .name = members.text(key)};
    if (change.name.empty()) members.complain(members.where() + "." + key, "must be the name of a token");
    return change;
}

Action read_as_shape(Members& members) {
    const auto shape = read_shape(members.text("shape"));
    if (!shape)
        members.complain(members.where() + ".shape",
                         "must be one of virtual-account, full, pat, mixed, camel, flat, required, nulls");
    return shape.value_or(Shape::virtual_account);
}

/// What may be in a "do": its one telling member, those that may be beside it, and how it is read.
struct Kind {
    const char* key;
    Words members;
    std::function<Action(Members&)> read;
};

const std::vector<Kind>& kinds() {
    static const std::vector<Kind> all = {
        {"delay_ms",
         {"delay_ms"},
         [](Members& m) { return Delay{milliseconds{m.number("delay_ms", 0, 0, 600'000)}}; }},
        {"status", {"status", "retry_after", "content_type", "body", "after_work"}, read_status},
        {"html", {"html", "after_work"}, read_html},
        {"half_body", {"half_body"}, read_half},
        {"reset",
         {"reset"},
         [](Members& m) { return Reset{m.one_of("reset", {"before_work", "after_work"}) == "after_work"}; }},
        {"drip_ms",
         {"drip_ms"},
         [](Members& m) { return Drip{milliseconds{m.number("drip_ms", 0, 1, 60'000)}}; }},
        {"clock_skew_s",
         {"clock_skew_s"},
         [](Members& m) {
             constexpr std::int64_t ten_years = 315'360'000;
             return Skew{std::chrono::seconds{m.number("clock_skew_s", 0, -ten_years, ten_years)}};
         }},
        {"insert", {"insert"}, [](Members& m) { return read_change(m, "insert", true); }},
        {"delete", {"delete"}, [](Members& m) { return read_change(m, "delete", false); }},
        {"shape", {"shape"}, read_as_shape},
    };
    return all;
}

Result<Action> read_action(const Json& written, const std::string& where) {
    std::vector<const Kind*> found;
    Words keys;
    for (const auto& kind : kinds()) {
        if (!written.is_object() || !written.contains(kind.key)) continue;
        found.push_back(&kind);
        keys.emplace_back(kind.key);
    }
    if (found.empty())
        return wrong(where,
                     "must be an object with one of delay_ms, status, html, half_body, reset, drip_ms, "
                     "clock_skew_s, insert, delete, shape");
    if (found.size() > 1)
        return wrong(where, "has more than one fault (" + listed(keys) +
                                "); several that strike one request are several elements of the array");
    Members members(written, where, found.front()->members);
    auto action = found.front()->read(members);
    if (members.error()) return *members.error();
    return action;
}

Result<Fault> read_fault(const Json& written, const std::string& where) {
    const Members outer(written, where, {"match", "do"});
    if (outer.error()) return *outer.error();
    static const Json nothing = Json::object();
    const Json& match = outer.has("match") ? written["match"] : nothing;
    Members members(match, where + ".match", {"method", "path", "query", "nth", "count"});
    Fault fault{.match = read_match(members), .action = {}, .written = written};
    if (members.error()) return *members.error();
    const Json& act = outer.has("do") ? written["do"] : nothing;
    auto action = read_action(act, where + ".do");
    if (!action) return action.error();
    fault.action = std::move(*action);
    return fault;
}

}  // namespace

Result<std::vector<Fault>> read_faults(std::string_view json) {
    const auto script = protocol::parse(json);
    if (!script) return wrong("The body", "must be JSON: one fault, or an array of faults");
    const Json list = script->is_array() ? *script : Json::array({*script});
    std::vector<Fault> faults;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto fault = read_fault(list[i], "faults[" + std::to_string(i) + "]");
        if (!fault) return fault.error();
        faults.push_back(std::move(*fault));
    }
    return faults;
}

}  // namespace tfy::lab
