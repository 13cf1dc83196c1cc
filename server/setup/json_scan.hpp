// JSON with comments and commas at the end, read for its places: where a member is, not what it means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::setup {

/// Of an object, or an item of a list, which has no name.
struct JsonMember {
    std::string name;
    std::size_t before = 0;            // behind the brace, comma or comment that comes before it
    bool behind_line_comment = false;  // `before` is the end of one
    std::size_t begin = 0;             // of its name, or of an item
    std::size_t value = 0;
    std::size_t end = 0;
    std::size_t comma = std::string_view::npos;  // behind it, if there is one
};

/// Or a list.
struct JsonObject {
    std::size_t open = 0, close = 0;  // its braces, or brackets
    std::vector<JsonMember> members = {};
    std::size_t content_end = 0;  // behind the last member, comma or comment; `open` + 1 if there is none

    const JsonMember* find(std::string_view name) const;
};

/// The object of the whole text. Errc::refused with the end of a sentence: "is not JSON: …".
Result<JsonObject> scan_document(std::string_view text);

/// The object at `at`, in a text that was scanned before. Errc::refused if something else is there.
Result<JsonObject> scan_object(std::string_view text, std::size_t at);
/// The same of a list.
Result<JsonObject> scan_list(std::string_view text, std::size_t at);

}  // namespace tfy::setup
