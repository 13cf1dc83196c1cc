// Reads arrays of numbers as the bytes that they are.
#include "policy/redaction/byte_array.hpp"

namespace tfy::redaction {

namespace {

bool add_byte(const Json& item, std::string& bytes) {
    if (!item.is_number_integer()) return false;
    const auto value = item.get<std::int64_t>();
    if (value < -128 || value > 255) return false;
    bytes += static_cast<char>(static_cast<unsigned char>(value & 0xff));
    return true;
}

}  // namespace

std::optional<std::string> spelled_bytes(const Json& value, std::size_t least) {
    std::string bytes;
    if (!may_be_bytes(value) || value.size() < least) return std::nullopt;
    if (value.is_array()) {
        for (const auto& item : value)
            if (!add_byte(item, bytes)) return std::nullopt;
        return bytes;
    }
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto item = value.find(std::to_string(i));
        if (item == value.end() || !add_byte(*item, bytes)) return std::nullopt;
    }
    return bytes;
}

}  // namespace tfy::redaction
