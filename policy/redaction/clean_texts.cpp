#include "policy/redaction/clean_texts.hpp"

#include <functional>
#include <string>
#include <vector>

#include "policy/secret.hpp"

namespace tfy::redaction {
namespace {

constexpr std::size_t shortest = 16;  // a shorter one is soon looked through
constexpr std::size_t longest = 64 * 1024;
// Places are powers of two. Long texts have few of their own: those of 100 rows, asked for again.
constexpr std::size_t places = 1024;
constexpr std::size_t longest_of_many = 2048;
constexpr std::size_t places_of_long = 16;

struct Remembered {
    IndexIdentity index = {};
    std::string text = {};
};

bool can_be_remembered(std::string_view text) { return text.size() >= shortest && text.size() <= longest; }

/// Each text has one place, which the next one with the same place takes over.
Remembered& place_of(std::string_view text) {
    thread_local std::vector<Remembered> all(places);
    thread_local std::vector<Remembered> of_long(places_of_long);
    const auto hash = std::hash<std::string_view>{}(text);
    return text.size() > longest_of_many ? of_long[hash & (places_of_long - 1)] : all[hash & (places - 1)];
}

}  // namespace

bool is_remembered_clean(const IndexIdentity& index, std::string_view text) {
    if (!can_be_remembered(text)) return false;
    const auto& place = place_of(text);
    return place.index == index && place.text == text;
}

void remember_clean(const IndexIdentity& index, std::string_view text) {
    if (!can_be_remembered(text)) return;
    auto& place = place_of(text);
    place.index = index;
    place.text.assign(text);
}

void forget_clean(std::string_view text) {
    auto& place = place_of(text);
    if (place.text != text) return;
    place.index = nullptr;
    policy::wipe(place.text);
}

}  // namespace tfy::redaction
