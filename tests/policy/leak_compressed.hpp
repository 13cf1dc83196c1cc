// What gzip, zlib and zstd make of a value, in base64 and hex. Each with its reader.
#pragma once

#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "tests/policy/leak_families.hpp"

namespace tfy::leaks {

inline constexpr int zlib_header = 15;  // of zlib's windowBits
inline constexpr int gzip_header = 31;

inline std::string deflated(const std::string& text, int header, int level = 6) {
    z_stream z{};
    deflateInit2(&z, level, Z_DEFLATED, header, 8, Z_DEFAULT_STRATEGY);
    std::string in = text;
    std::string out(deflateBound(&z, text.size()) + 32, '\0');
    z.next_in = reinterpret_cast<Bytef*>(in.data());
    z.avail_in = static_cast<uInt>(in.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    deflate(&z, Z_FINISH);
    out.resize(out.size() - z.avail_out);
    deflateEnd(&z);
    return out;
}
inline std::string uninflated(const std::string& bytes) {
    z_stream z{};
    inflateInit2(&z, 15 + 32);
    std::string in = bytes;
    std::string out(1 << 20, '\0');
    z.next_in = reinterpret_cast<Bytef*>(in.data());
    z.avail_in = static_cast<uInt>(in.size());
    z.next_out = reinterpret_cast<Bytef*>(out.data());
    z.avail_out = static_cast<uInt>(out.size());
    inflate(&z, Z_FINISH);
    out.resize(out.size() - z.avail_out);
    inflateEnd(&z);
    return out;
}
inline std::string zstd_compressed(const std::string& text, int level = 3) {
    std::string out(ZSTD_compressBound(text.size()), '\0');
    out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), level));
    return out;
}
/// What is behind the frame does not matter.
inline std::string unzstd(const std::string& bytes) {
    std::string held(1 << 20, '\0');
    ZSTD_DCtx* const context = ZSTD_createDCtx();
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{held.data(), held.size(), 0};
    ZSTD_decompressStream(context, &out, &in);
    ZSTD_freeDCtx(context);
    return held.substr(0, out.pos);
}

/// Each takes two of the three encodings.
inline std::vector<Written> compressed_family() {
    using S = const std::string&;
    const auto un = [](S t) { return uninflated(unbase64(t)); };
    return {
        {"base64 of gzip", [](S t) { return base64(deflated(amid(t), gzip_header)); }, un},
        {"base64 of zlib", [](S t) { return base64(deflated(amid(t), zlib_header)); }, un},
        {"base64 of zlib, level 1", [](S t) { return base64(deflated(t, zlib_header, 1)); }, un},
        {"base64 of zlib, level 9", [](S t) { return base64url(deflated(t, zlib_header, 9)); }, un},
        {"base64 of zlib, stored", [](S t) { return base64(deflated(t, zlib_header, 0)); }, un},
        {"base64 of gzip, in lines",
         [](S t) { return between(base64(deflated(amid(amid(t)), gzip_header)), "\n", 64); },
         [](S t) { return uninflated(unbase64(unblank(t))); }},
        {"hex of gzip", [](S t) { return hex(deflated(amid(t), gzip_header)); },
         [](S t) { return uninflated(unhex(t)); }},
        {"base64 of zstd", [](S t) { return base64(zstd_compressed(amid(t))); },
         [](S t) { return unzstd(unbase64(t)); }},
        {"hex of zstd", [](S t) { return hex(zstd_compressed(t, 19)); },
         [](S t) { return unzstd(unhex(t)); }},
        {"base32 of gzip", [](S t) { return base32(deflated(t, gzip_header)); },
         [](S t) { return uninflated(unbase32(t)); }},
    };
}

}  // namespace tfy::leaks
