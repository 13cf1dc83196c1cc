// Texts and trees without what may not leave; keys that become alike are told apart.
#include "policy/redaction/scrub.hpp"

#include "policy/redaction/byte_array.hpp"
#include "policy/redaction/clean_texts.hpp"
#include "policy/redaction/marks.hpp"
#include "policy/redaction/unicode.hpp"

namespace tfy::redaction {

namespace {

constexpr std::string_view too_deep = "[redacted:too-deep]";

/// Keys that come out the same are told apart by a number, so that no member is lost.
std::string unused(const Json& object, const std::string& key) {
    if (!object.contains(key)) return key;
    for (int number = 2;; ++number)
        if (auto numbered = key + " " + std::to_string(number); !object.contains(numbered)) return numbered;
}

}  // namespace

std::optional<std::string> Scrubber::text(std::string_view text) {
    if (is_remembered_clean(index_.identity(), text)) return std::nullopt;
    auto other = anew(text);
    if (!other) remember_clean(index_.identity(), text);
    return other;
}

std::optional<std::string> Scrubber::anew(std::string_view text) {
    if (valid_utf8_prefix(text) == text.size()) return redact(text, search_, index_);
    auto repaired = repaired_utf8(text);
    auto redacted = redact(repaired, search_, index_);
    return redacted ? std::move(redacted) : std::move(repaired);
}

std::optional<Json> Scrubber::byte_array(const Json& value) {
    const auto bytes = spelled_bytes(value, index_.shortest());
    if (!bytes) return std::nullopt;
    const auto hits = search_.run_bytes(*bytes);
    if (!hits) return Json(over_budget_mark);
    if (hits->empty()) return std::nullopt;
    if (value.is_object()) return Json(index_.mark(hits->front().token));
    Json rest = Json::array();
    std::size_t at = 0;
    for (const auto& hit : *hits) {
        for (; at < hit.begin; ++at) rest.push_back(value[at]);
        rest.push_back(index_.mark(hit.token));
        at = hit.end;
    }
    for (; at < value.size(); ++at) rest.push_back(value[at]);
    return rest;
}

Json Scrubber::tree(Json value, int depth) {
    if (value.is_string()) {
        auto redacted = text(value.get_ref<const std::string&>());
        return redacted ? Json(std::move(*redacted)) : value;
    }
    if (!value.is_structured()) return value;
    if (depth == 0) return too_deep;
    if (auto redacted = byte_array(value)) return std::move(*redacted);
    if (value.is_object()) return object(std::move(value), depth);
    for (auto& item : value) item = tree(std::move(item), depth - 1);
    return value;
}

Json Scrubber::object(Json object, int depth) {
    Json result = Json::object();
    std::vector<std::pair<std::string, Json>> renamed;
    for (auto& [key, value] : object.get_ref<Json::object_t&>()) {
        auto name = text(key);
        auto member = tree(std::move(value), depth - 1);
        if (name)
            renamed.emplace_back(std::move(*name), std::move(member));
        else
            result[key] = std::move(member);
    }
    for (auto& [key, value] : renamed) result[unused(result, key)] = std::move(value);
    return result;
}

}  // namespace tfy::redaction
