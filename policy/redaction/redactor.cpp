// Walks messages, takes registered values out, serialises; and puts the one revealed value in.
#include "policy/redaction/redactor.hpp"

#include <algorithm>

#include "policy/redaction/clean_json.hpp"
#include "policy/redaction/index.hpp"
#include "policy/redaction/repaired_text.hpp"

namespace tfy::redaction {

namespace {

constexpr std::string_view withheld = "[withheld]";
constexpr std::size_t least_withheld = 16;  // a window of a token has as many characters

std::string written(const Json& value, int indent = -1) {
    return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// Serialised compactly, neighbours may together spell a value that none of them holds: "ab" and "cd" for a
/// value of ab","cd.
bool spells_across_members(std::string_view text, const Index& index) {
    if (!index.has_odd()) return false;  // no other window has a quote or a comma
    std::vector<Hit> hits;
    index.find_odd(text, hits);
    return std::ranges::any_of(hits, [&](const Hit& hit) {
        return text.substr(hit.begin, hit.end - hit.begin).find_first_of("\"{}[],:") !=
               std::string_view::npos;
    });
}

/// White space between members keeps them apart; in strings a line break is written as \n, so these are all
/// outside. Spaces, unless someone has registered a value that they spell.
std::string written_apart(const Json& value, const Index& index) {
    auto text = written(value, 0);
    std::ranges::replace(text, '\n', ' ');
    if (!spells_across_members(text, index)) return text;
    text = written(value, 0);
    std::ranges::replace(text, '\n', '\t');
    return text;
}

std::string clean_message(const Json& message, const Index& index, const protocol::MemberOrder& order = {}) {
    Scrubber scrubber(index);
    auto text = write_clean(message, scrubber, order);
    if (text && !spells_across_members(*text, index)) return std::move(*text);
    if (text) return written_apart(message, index);
    const auto scrubbed = scrubber.tree(message);
    text = written(scrubbed);
    return spells_across_members(*text, index) ? written_apart(scrubbed, index) : std::move(*text);
}

/// Without its long texts; one that holds the placeholder keeps nothing but that.
Json without_texts(Json value, std::string_view placeholder) {
    const auto kept = [placeholder](std::string_view text) -> std::string_view {
        if (text.size() < least_withheld) return text;
        return !placeholder.empty() && text.find(placeholder) != std::string_view::npos ? placeholder
                                                                                        : withheld;
    };
    if (value.is_string()) return Json(kept(value.get_ref<const std::string&>()));
    if (value.is_array())
        for (auto& item : value) item = without_texts(std::move(item), placeholder);
    if (!value.is_object()) return value;
    Json object = Json::object();
    for (auto& [key, member] : value.items())
        object[std::string(kept(key))] = without_texts(std::move(member), placeholder);
    return object;
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

/// The value as it is between the quotes of a JSON string.
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

Redactor::Redactor(FingerprintKey key, std::vector<TokenFingerprints> tokens)
    : index_(std::make_shared<const Index>(key, tokens)) {}
Redactor::Redactor(std::shared_ptr<const Index> index) : index_(std::move(index)) {}
Redactor::~Redactor() = default;
Redactor::Redactor(Redactor&&) noexcept = default;

Redactor Redactor::with(const std::vector<TokenFingerprints>& tokens) const {
    return Redactor(std::make_shared<const Index>(index_, tokens));
}
bool Redactor::knows(const TokenFingerprints& token) const { return index_->knows(token); }
Redactor Redactor::withholding() const {
    Redactor made(index_);
    made.withholds_ = true;
    return made;
}

std::string Redactor::redacted_message(const Json& message, std::string_view placeholder) const {
    if (!withholds_) return clean_message(message, *index_);
    return clean_message(without_texts(Scrubber(*index_).tree(message), placeholder), *index_);
}

Redacted Redactor::seal(const Json& message) const { return Redacted(redacted_message(message)); }

Redacted Redactor::seal(const Json& message, const protocol::MemberOrder& order) const {
    return withholds_ ? seal(message) : Redacted(clean_message(message, *index_, order));
}

std::optional<std::string> Redactor::written_clean(const Json& value) const {
    if (withholds_) return std::nullopt;
    Scrubber scrubber(*index_);
    return write_clean(value, scrubber);
}

Redacted Redactor::seal_text(std::string_view text) const {
    if (withholds_ && text.size() >= least_withheld) return Redacted(std::string(withheld));
    auto clean = Scrubber(*index_).text(text);
    return Redacted(clean ? std::move(*clean) : std::string(text));
}

std::optional<std::vector<Match>> Redactor::find(std::string_view text) const {
    return matches(text, Part::whole);
}

std::optional<std::vector<Match>> Redactor::find_in_piece(std::string_view piece) const {
    return matches(piece, Part::piece);
}

std::optional<std::vector<Match>> Redactor::matches(std::string_view text, Part part) const {
    if (withholds_) return std::nullopt;
    const RepairedText repaired(text);
    Search search(*index_);
    const auto budget = patient_budget_for(repaired.text().size());
    const auto hits =
        part == Part::piece ? search.run_piece(repaired.text(), budget) : search.run(repaired.text(), budget);
    if (!hits) return std::nullopt;
    std::vector<Match> found;
    for (const auto& hit : *hits)
        found.push_back({repaired.source(hit.begin), repaired.source(hit.end),
                         std::string(index_->name(hit.token)), technique(hit), hit.token == Hit::unfinished});
    return found;
}

Redacted Redactor::seal_reveal(const Json& message, Reveal reveal) const {
    const std::string& placeholder = reveal.placeholder_;
    auto text = redacted_message(message, placeholder);
    if (placeholder.empty()) return Redacted(std::move(text));
    auto value = json_escaped(reveal.value_.reveal());
    const bool once = count_of(text, placeholder) == 1 && (value.empty() || count_of(text, value) == 0);
    if (!once) {
        policy::wipe(value);
        replace_all(text, placeholder, withheld);
        return Redacted(std::move(text));
    }
    std::string whole;
    whole.reserve(text.size() + value.size());
    const auto at = text.find(placeholder);
    whole.append(text, 0, at).append(value).append(text, at + placeholder.size());
    policy::wipe(value);
    return Redacted(std::move(whole), true);
}

std::optional<Redacted> Redactor::answer(const Json& id, const Redacted& result) const {
    if (withholds_ || index_->has_odd()) return std::nullopt;
    constexpr std::string_view before = R"({"id":)";
    constexpr std::string_view between = R"(,"jsonrpc":"2.0","result":)";
    const auto written_id = redacted_message(id);
    std::string text;
    text.reserve(before.size() + written_id.size() + between.size() + result.text().size() +
                 2);  // a line break may follow
    text.append(before).append(written_id).append(between).append(result.text()).append(1, '}');
    return Redacted(std::move(text));
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

Json Redactor::scrub(Json message) const {
    auto clean = Scrubber(*index_).tree(std::move(message));
    return withholds_ ? without_texts(std::move(clean), {}) : clean;
}

}  // namespace tfy::redaction
