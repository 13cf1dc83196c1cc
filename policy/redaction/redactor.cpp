// Walks messages, takes registered values out, serialises; and puts the one revealed value in.
#include "policy/redaction/redactor.hpp"

#include <algorithm>
#include <set>

#include "policy/redaction/index.hpp"
#include "policy/redaction/search.hpp"
#include "policy/redaction/unicode.hpp"

namespace tfy::policy {

namespace {

constexpr int deepest =
    256;  // nested arrays and objects: far above what is ever parsed, far below what a stack bears
constexpr std::string_view too_deep = "[redacted:too-deep]";
constexpr std::string_view withheld = "[withheld]";

/// nullopt: the text may leave as it is.
std::optional<std::string> cleaned(std::string_view text, const Index& index) {
    if (valid_utf8_prefix(text) == text.size()) return redact(text, index);
    auto repaired = repaired_utf8(text);
    auto redacted = redact(repaired, index);
    return redacted ? std::move(redacted) : std::move(repaired);
}

bool is_clean(const Json& value, const Index& index, int depth) {
    if (value.is_string()) return !cleaned(value.get_ref<const std::string&>(), index);
    if (!value.is_structured()) return true;
    if (depth == 0) return false;
    for (const auto& [key, member] : value.items()) {
        if (value.is_object() && cleaned(key, index)) return false;
        if (!is_clean(member, index, depth - 1)) return false;
    }
    return true;
}

Json scrubbed(Json value, const Index& index, int depth);

/// Keys that come out the same are told apart by a number, so that no member is lost.
std::string unused(const Json& object, const std::string& key) {
    if (!object.contains(key)) return key;
    for (int number = 2;; ++number)
        if (auto numbered = key + " " + std::to_string(number); !object.contains(numbered)) return numbered;
}

Json scrubbed_object(Json object, const Index& index, int depth) {
    Json result = Json::object();
    std::vector<std::pair<std::string, Json>> renamed;
    for (auto& [key, value] : object.get_ref<Json::object_t&>()) {
        auto name = cleaned(key, index);
        auto member = scrubbed(std::move(value), index, depth - 1);
        if (name)
            renamed.emplace_back(std::move(*name), std::move(member));
        else
            result[key] = std::move(member);
    }
    for (auto& [key, value] : renamed) result[unused(result, key)] = std::move(value);
    return result;
}

Json scrubbed(Json value, const Index& index, int depth) {
    if (value.is_string()) {
        auto text = cleaned(value.get_ref<const std::string&>(), index);
        return text ? Json(std::move(*text)) : value;
    }
    if (!value.is_structured()) return value;
    if (depth == 0) return too_deep;
    if (value.is_object()) return scrubbed_object(std::move(value), index, depth);
    for (auto& item : value) item = scrubbed(std::move(item), index, depth - 1);
    return value;
}

std::string written(const Json& value, int indent = -1) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// Serialised compactly, neighbours may together spell a value that none of them holds: "ab" and "cd" for a
/// value of ab","cd.
bool spells_across_members(std::string_view text, const Index& index) {
    std::vector<Hit> hits;
    index.find(text, hits);
    return std::ranges::any_of(hits, [&](const Hit& hit) {
        return text.substr(hit.begin, hit.end - hit.begin).find_first_of("\"{}[],:") !=
               std::string_view::npos;
    });
}

std::string serialised(const Json& value, const Index& index) {
    auto text = written(value);
    if (!spells_across_members(text, index)) return text;
    // White space between members keeps them apart; in strings a line break is written as \n, so these are
    // all outside.
    text = written(value, 0);
    std::ranges::replace(text, '\n', ' ');
    return text;
}

std::string redacted_message(const Json& message, const Index& index) {
    if (is_clean(message, index, deepest)) return serialised(message, index);
    return serialised(scrubbed(message, index, deepest), index);
}

std::size_t count_of(std::string_view text, std::string_view part) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

void replace_all(std::string& text, std::string_view part, std::string_view by) {
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + by.size()))
        text.replace(at, part.size(), by);
}

/// The value as it stands between the quotes of a JSON string.
std::string json_escaped(std::string_view value) {
    std::string text;
    text.reserve(value.size() * 6 + 2);  // never moved, so no copy of it stays behind
    constexpr std::string_view hex = "0123456789abcdef";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            text += '\\';
            text += c;
        } else if (byte < 0x20) {
            text.append("\\u00");
            text += hex[byte >> 4U];
            text += hex[byte & 15U];
        } else {
            text += c;
        }
    }
    return text;
}

}  // namespace

Redacted& Redacted::operator=(const Redacted& other) {
    if (this == &other) return *this;
    wipe(text_);
    text_ = other.text_;
    reveals_ = other.reveals_;
    return *this;
}

Redacted& Redacted::operator=(Redacted&& other) noexcept {
    if (this == &other) return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    reveals_ = other.reveals_;
    return *this;
}

Redactor::Redactor(FingerprintKey key, std::vector<TokenPrints> tokens)
    : index_(std::make_unique<const Index>(key, tokens)) {}
Redactor::~Redactor() = default;
Redactor::Redactor(Redactor&&) noexcept = default;

Redacted Redactor::seal(const Json& message) const { return Redacted(redacted_message(message, *index_)); }

Redacted Redactor::seal_text(std::string_view text) const {
    auto clean = cleaned(text, *index_);
    return Redacted(clean ? std::move(*clean) : std::string(text));
}

Redacted Redactor::seal_reveal(const Json& message, Reveal reveal) const {
    auto text = redacted_message(message, *index_);
    const std::string& placeholder = reveal.placeholder_;
    if (placeholder.empty()) return Redacted(std::move(text));
    auto value = json_escaped(reveal.value_.reveal());
    const bool once = count_of(text, placeholder) == 1 && (value.empty() || count_of(text, value) == 0);
    if (!once) {
        wipe(value);
        replace_all(text, placeholder, withheld);
        return Redacted(std::move(text));
    }
    std::string whole;
    whole.reserve(text.size() + value.size());
    const auto at = text.find(placeholder);
    whole.append(text, 0, at).append(value).append(text, at + placeholder.size());
    wipe(value);
    return Redacted(std::move(whole), true);
}

Redacted Redactor::batch(const std::vector<Redacted>& messages) {
    std::size_t size = 2;
    bool reveals = false;
    for (const auto& message : messages) {
        size += message.text().size() + 1;
        reveals |= message.reveals();
    }
    std::string all;
    all.reserve(size);  // so that no copy of a value stays behind in a buffer that was outgrown
    for (const auto& message : messages) all.append(all.empty() ? "[" : ",").append(message.text());
    all.append(messages.empty() ? "[]" : "]");
    return Redacted(std::move(all), reveals);
}

Json Redactor::scrub(Json message) const { return scrubbed(std::move(message), *index_, deepest); }

}  // namespace tfy::policy
