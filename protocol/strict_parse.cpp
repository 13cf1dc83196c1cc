// A builder behind nlohmann's SAX parser: keeps the tree, and ends the parse at what the parser lets through.
#include "protocol/strict_parse.hpp"

#include <iterator>
#include <vector>

namespace tfy::protocol {
namespace {

constexpr std::string_view not_json = "The text is not JSON in UTF-8";

Error refusal(std::string_view complaint, std::size_t offset, Errc code = Errc::parse_error) {
    return {code, std::string(complaint) + " (byte " + std::to_string(offset) +
                      "). Nothing in the message was done."};
}

// JSON's grammar has no largest number; nlohmann's parser calls one that a double cannot hold a syntax error.
bool is_overflow(const nlohmann::detail::exception& thrown) {
    constexpr int number_overflow = 406;
    return thrown.id == number_overflow;
}

/// An iterator that counts what was read: the SAX interface names an offset only in syntax errors.
class Cursor {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Cursor(const char* at, std::size_t& count) : at_(at), count_(&count) {}

    reference operator*() const { return *at_; }
    Cursor& operator++() {
        ++at_;
        ++*count_;
        return *this;
    }
    friend bool operator==(const Cursor& a, const Cursor& b) { return a.at_ == b.at_; }

private:
    const char* at_;
    std::size_t* count_;
};

class Builder final : public nlohmann::json_sax<Json> {
public:
    /// `count`: how many bytes were read so far.
    Builder(std::size_t depth, const std::size_t& count) : depth_(depth), count_(count) {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return false; }  // no such thing in text
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        const auto [member, added] = open_.back()->get_ref<Json::object_t&>().try_emplace(std::move(name));
        if (!added) return refuse("An object has the same key twice");
        slot_ = &member->second;
        return true;
    }

    /// The exception's text quotes the input: not ours to pass on.
    bool parse_error(std::size_t count, const std::string&,
                     const nlohmann::detail::exception& thrown) override {
        error_ = is_overflow(thrown)
                     ? refusal("A number is too large: this server reads numbers up to 1.7e308", count - 1,
                               Errc::invalid_request)
                     : refusal(not_json, count - 1);
        return false;
    }

    Json take_value() { return std::move(root_); }
    Error take_error() { return std::move(error_); }

private:
    bool add(Json value) {
        if (!open_.empty() && open_.back()->is_array()) slot_ = &open_.back()->emplace_back();
        *slot_ = std::move(value);
        return true;
    }

    bool open(Json container) {
        if (open_.size() == depth_) return refuse("Arrays and objects are nested too deep");
        add(std::move(container));
        open_.push_back(slot_);
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    bool refuse(std::string_view complaint) {
        error_ = refusal(complaint, count_ - 1);
        return false;
    }

    std::size_t depth_;
    const std::size_t& count_;
    Error error_;
    Json root_;
    Json* slot_ = &root_;      // where the next value goes
    std::vector<Json*> open_;  // not closed yet; a parent does not grow while its child is open
};

}  // namespace

Result<Json> parse_strictly(std::string_view text, ParseLimits limits) {
    if (text.size() > limits.bytes)
        return Error{Errc::too_large, "The message is longer than " + std::to_string(limits.bytes) +
                                          " bytes. Nothing in it was done. Send a smaller one."};
    // nlohmann skips a byte order mark, and takes a zero byte for the end of the text.
    if (text.starts_with("\xEF\xBB\xBF")) return refusal("The text starts with a byte order mark", 0);
    if (const auto zero = text.find('\0'); zero != text.npos) return refusal(not_json, zero);

    std::size_t count = 0;
    Builder builder(limits.depth, count);
    const bool whole =
        Json::sax_parse(Cursor(text.data(), count), Cursor(text.data() + text.size(), count), &builder);
    if (!whole) return builder.take_error();
    return builder.take_value();
}

}  // namespace tfy::protocol
