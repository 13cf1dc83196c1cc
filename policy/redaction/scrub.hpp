// Takes what may not leave out of texts and of JSON trees.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/redaction/search.hpp"
#include "protocol/error.hpp"

namespace tfy::redaction {

inline constexpr int deepest =
    256;  // nested arrays and objects: far above what is ever parsed, far below what a stack bears

/// For one message or many: it keeps its buffers. Not for several threads at once.
class Scrubber {
public:
    explicit Scrubber(const Index& index) : index_(index), search_(index) {}

    /// nullopt: the text may leave as it is. Bytes that are no UTF-8 may not.
    std::optional<std::string> text(std::string_view text);
    /// An array of numbers of which some spell what may not leave, with a mark in their place; an object of
    /// these is a mark as a whole. nullopt: it may leave as it is.
    std::optional<Json> byte_array(const Json& value);
    /// Keys included. What is nested deeper than `depth` is cut.
    Json tree(Json value, int depth = deepest);

private:
    std::optional<std::string> anew(std::string_view text);
    Json object(Json object, int depth);

    const Index& index_;
    Search search_;
};

}  // namespace tfy::redaction
