// Undoes base32.
#include <array>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/digits.hpp"

namespace tfy::redaction {

namespace {

constexpr auto base32_values =
    values_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz234567");
// In one case or the other: with both, too much other text would have long runs of them.
constexpr std::array<ByteClasses, 2> base32_classes = {
    {{characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}, {characters("abcdefghijklmnopqrstuvwxyz234567")}}};

}  // namespace

void find_base32(std::string_view text, std::size_t shortest, std::vector<Origin>& runs) {
    for (const auto& digits : base32_classes) add_runs(text, digits, least_base32(shortest), runs);
}

void decode_base32(std::string_view text, const std::vector<Origin>& runs, std::size_t phase, View& view) {
    DigitBits bits(5, view);
    for (const auto& run : runs) {
        bits.restart(phase, run.begin);
        for (auto at = run.begin; at < run.end; ++at)
            bits.add(base32_values[static_cast<unsigned char>(text[at])], at);
    }
}

}  // namespace tfy::redaction
