// Reads long answers quickly: JSON as machines write it, in one pass and without a copy of any text. The
// strict parser (parse.hpp) reads what is not of this sort.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::protocol {

class PlainValue;

/// Views of the text that was read: it must outlive them.
class PlainJson {
public:
    /// Where parse() takes `text` as well and both see the same. nullopt: it may be anything; ask parse(). So
    /// it is for text that parse() refuses, and for any with a backslash, with a number that is no integer or
    /// has more than 18 digits, or with an object of more than 256 members.
    static std::optional<PlainJson> read(std::string_view text);

    /// Of a tree that parse() gave, which must outlive this.
    static PlainJson of(const Json& tree);

    PlainValue root() const;

private:
    friend class PlainValue;
    friend class PlainReader;
    enum class Kind : std::uint8_t { null, yes, no, number, other_number, text, array, object };
    /// In the order of the text: an object's members are its key and its value in turn.
    struct Node {
        Kind kind = Kind::null;
        std::uint32_t end = 0;  // the number of the next one that is not inside
        std::string_view text = {};
        std::uint64_t number = 0;
    };

    void append(const Json& tree);

    std::vector<Node> nodes_;
};

/// One value of a PlainJson, which must outlive it.
class PlainValue {
public:
    bool is_null() const { return kind() == Kind::null; }
    bool is_boolean() const { return kind() == Kind::yes || kind() == Kind::no; }
    bool is_true() const { return kind() == Kind::yes; }
    bool is_text() const { return kind() == Kind::text; }
    bool is_array() const { return kind() == Kind::array; }
    bool is_object() const { return kind() == Kind::object; }
    std::string_view text() const { return node().text; }
    /// nullopt for a negative one, one that is no integer, and what is no number.
    std::optional<std::uint64_t> number() const {
        return kind() == Kind::number ? std::optional(node().number) : std::nullopt;
    }

    /// nullopt where there is no such member, and in what is no object.
    std::optional<PlainValue> find(std::string_view key) const;
    /// Calls take(key, PlainValue) for each member of an object, in the order of the text.
    template <class Take>
    void each_member(Take&& take) const {
        if (!is_object()) return;
        for (auto at = at_ + 1; at < node().end; at = (*nodes_)[at + 1].end)
            take((*nodes_)[at].text, PlainValue(*nodes_, at + 1));
    }
    /// Calls take(PlainValue) for each item of an array.
    template <class Take>
    void each(Take&& take) const {
        if (!is_array()) return;
        for (auto at = at_ + 1; at < node().end; at = (*nodes_)[at].end) take(PlainValue(*nodes_, at));
    }

private:
    friend class PlainJson;
    using Kind = PlainJson::Kind;
    using Nodes = std::vector<PlainJson::Node>;
    PlainValue(const Nodes& nodes, std::uint32_t at) : nodes_(&nodes), at_(at) {}
    const PlainJson::Node& node() const { return (*nodes_)[at_]; }
    Kind kind() const { return node().kind; }

    const Nodes* nodes_;
    std::uint32_t at_;
};

inline PlainValue PlainJson::root() const { return {nodes_, 0}; }

}  // namespace tfy::protocol
