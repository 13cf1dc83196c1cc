#include "server/cli/compressed.hpp"

#include <array>

namespace tfy::cli {
namespace {

using namespace std::string_view_literals;

struct Magic {
    std::string_view bytes;
    std::string_view name;
};

constexpr std::array magics = {
    Magic{"\x1f\x8b\x08"sv, "gzip"},
    Magic{"\xfd"
          "7zXZ\0"sv,
          "xz"},
    Magic{"\x28\xb5\x2f\xfd"sv, "zstd"},
    Magic{"PK\x03\x04"sv, "zip"},
    Magic{"PK\x05\x06"sv, "zip"},
    Magic{"PK\x07\x08"sv, "zip"},
    Magic{"7z\xbc\xaf\x27\x1c"sv, "7z"},
    Magic{"\x04\x22\x4d\x18"sv, "lz4"},
    Magic{"LZIP\x01"sv, "lzip"},
    Magic{"\x1f\x9d"sv, "compress"},
    Magic{"Rar!\x1a\x07"sv, "rar"},
};

/// "BZh", a digit, and the first digits of pi, or of its root in an empty file: a log may begin with "BZh9".
bool is_bzip2(std::string_view bytes) {
    constexpr auto block = "\x31\x41\x59\x26\x53\x59"sv, end = "\x17\x72\x45\x38\x50\x90"sv;
    return bytes.starts_with("BZh") && bytes.size() >= compression_magic &&
           (bytes.substr(4, 6) == block || bytes.substr(4, 6) == end);
}

}  // namespace

std::string_view compression_of(std::string_view first_bytes) {
    if (is_bzip2(first_bytes)) return "bzip2";
    for (const auto& magic : magics)
        if (first_bytes.starts_with(magic.bytes)) return magic.name;
    return {};
}

}  // namespace tfy::cli
