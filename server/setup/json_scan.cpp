#include "server/setup/json_scan.hpp"

#include <algorithm>
#include <cctype>

#include "server/setup/config_text.hpp"

namespace tfy::setup {
namespace {

constexpr int deepest = 200;

class JsonScan {
public:
    JsonScan(std::string_view text, std::size_t at) : text_(text), at_(at) {}

    std::size_t at() const { return at_; }
    bool ended() const { return at_ == text_.size(); }

    /// White space and comments. False for a comment that does not end.
    bool skip() {
        behind_line_comment_ = false;
        content_end_ = at_;
        while (!ended()) {
            const auto rest = text_.substr(at_);
            if (std::isspace(static_cast<unsigned char>(rest.front())) != 0) {
                ++at_;
                continue;
            }
            const bool line = rest.starts_with("//");
            if (!line && !rest.starts_with("/*")) return true;
            const auto end = line ? std::min(rest.find_first_of("\r\n"), rest.size()) : rest.find("*/", 2);
            if (end == std::string_view::npos) return false;
            at_ += end + (line ? 0 : 2);
            content_end_ = at_;
            behind_line_comment_ = line;
        }
        return true;
    }

    bool value(int depth) {
        if (ended() || depth > deepest) return false;
        switch (text_[at_]) {
            case '{': return object(nullptr, depth);
            case '[': return list(nullptr, depth);
            case '"': return string();
            default: return word();
        }
    }

    bool object(JsonObject* found, int depth) { return body('{', '}', found, depth); }
    bool list(JsonObject* found, int depth) { return body('[', ']', found, depth); }

private:
    bool body(char first, char last, JsonObject* found, int depth) {
        const auto open = at_;
        if (!next_is(first) || !skip()) return false;
        std::vector<JsonMember> members;
        auto content_end = content_end_;
        while (!ended() && text_[at_] != last) {
            JsonMember member{.before = content_end_, .behind_line_comment = behind_line_comment_};
            member.begin = at_;
            if (first == '{' && !read_name(member)) return false;
            if (!read_value(member, depth)) return false;
            content_end = content_end_;
            const bool more = member.comma != std::string_view::npos;
            members.push_back(std::move(member));
            if (!more) break;
        }
        if (found != nullptr)
            *found = {.open = open, .close = at_, .members = std::move(members), .content_end = content_end};
        return next_is(last);
    }

    bool next_is(char c) {
        if (ended() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool read_name(JsonMember& member) {
        if (!string()) return false;
        const auto name = Json::parse(text_.substr(member.begin, at_ - member.begin), nullptr, false);
        if (!name.is_string() || !skip() || !next_is(':') || !skip()) return false;
        member.name = name.get<std::string>();
        return true;
    }

    /// The value, the comma behind it, and what may be skipped behind both.
    bool read_value(JsonMember& member, int depth) {
        member.value = at_;
        if (!value(depth + 1)) return false;
        member.end = at_;
        if (!skip()) return false;
        const auto comma = at_;
        if (!next_is(',')) return true;
        member.comma = comma;
        return skip();
    }

    bool string() {
        if (!next_is('"')) return false;
        while (!ended()) {
            const auto c = text_[at_++];
            if (c == '"') return true;
            if (c == '\\' && !ended()) ++at_;
            if (static_cast<unsigned char>(c) < 0x20) return false;
        }
        return false;
    }

    bool word() {
        const auto begin = at_;
        while (!ended() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                            std::string_view("+-.").find(text_[at_]) != std::string_view::npos))
            ++at_;
        const auto read = text_.substr(begin, at_ - begin);
        return !read.empty() && Json::accept(read);
    }

    std::string_view text_;
    std::size_t at_;
    std::size_t content_end_ = 0;
    bool behind_line_comment_ = false;
};

Error not_json(std::string_view text, std::size_t at) {
    return {Errc::refused, "is not JSON: " + line_of(text, at) + " cannot be read"};
}

}  // namespace

const JsonMember* JsonObject::find(std::string_view name) const {
    const auto found = std::ranges::find(members, name, &JsonMember::name);
    return found == members.end() ? nullptr : &*found;
}

Result<JsonObject> scan_document(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    JsonScan scan(text, text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0);
    JsonObject found;
    if (!scan.skip()) return not_json(text, scan.at());
    if (!scan.ended() && text[scan.at()] != '{')
        return Error{Errc::refused, "does not begin with {: it is not a file of settings in JSON"};
    if (!scan.object(&found, 0) || !scan.skip() || !scan.ended()) return not_json(text, scan.at());
    return found;
}

Result<JsonObject> scan_object(std::string_view text, std::size_t at) {
    JsonObject found;
    if (JsonScan(text, at).object(&found, 0)) return found;
    return Error{Errc::refused, "has something other than an object in " + line_of(text, at)};
}

Result<JsonObject> scan_list(std::string_view text, std::size_t at) {
    JsonObject found;
    if (JsonScan(text, at).list(&found, 0)) return found;
    return Error{Errc::refused, "has something other than a list in " + line_of(text, at)};
}

}  // namespace tfy::setup
