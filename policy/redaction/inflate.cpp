// Finds the magic numbers of gzip, zlib and zstd, and lets their libraries inflate what follows.
#include "policy/redaction/inflate.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "policy/redaction/byte_masks.hpp"

namespace tfy::redaction {

namespace {

constexpr ByteClasses magic_bytes = {characters("\x1f\x28\x78"),  // the first ones and the second ones
                                     characters("\x8b\xb5\x01\x5e\x9c\xda")};
constexpr std::size_t cost_of_a_try = 256;
constexpr int largest_window = 23;  // of zstd, as a power of two: as its levels up to 19 have it

bool is_zstd(std::string_view bytes) { return bytes.starts_with("\x28\xb5\x2f\xfd"); }
bool is_compressed(std::string_view bytes) {
    return is_zstd(bytes) || bytes.starts_with("\x1f\x8b\x08") || bytes.starts_with('x');
}

/// Calls `visit(begin)` for each place where something compressed may begin.
template <class Visit>
void for_each_magic(std::string_view bytes, Visit visit) {
    for_each_mask(bytes, magic_bytes, [&](std::size_t at, const std::uint64_t* masks, std::size_t stride) {
        auto bits = masks[0] & static_cast<std::uint64_t>(pair_at(masks + stride) >> 1U);
        for (; bits != 0; bits &= bits - 1) {
            const auto begin = at + static_cast<std::size_t>(std::countr_zero(bits));
            if (is_compressed(bytes.substr(begin))) visit(begin);
        }
    });
}

/// What was read of a stream and what it gave.
struct Inflated {
    std::size_t read = 0;
    bool over_budget = false;
    bool goes_on = false;  // it asked for more
    std::string held;
};

/// Lets `step(read, out)` fill one piece after the other. It returns how many bytes it wrote, and sets `read`
/// to what it has read in all; 0: no more.
template <class Step>
Inflated inflated(std::size_t budget, Step step) {
    Inflated result;
    std::array<char, 16 * 1024> out;  // not initialised: what is read has been written
    while (const auto size = step(result.read, out)) {
        result.held.append(out.data(), size);
        result.over_budget = result.held.size() + result.read > budget;
        if (result.over_budget) break;
    }
    return result;
}

}  // namespace

class Inflater::Streams {
public:
    Streams() : zstd_(ZSTD_createDCtx()) {
        constexpr int gzip_or_zlib = 15 + 32;
        zlib_ready_ = inflateInit2(&zlib_, gzip_or_zlib) == Z_OK;
        if (zstd_ != nullptr) ZSTD_DCtx_setParameter(zstd_, ZSTD_d_windowLogMax, largest_window);
    }
    ~Streams() {
        if (zlib_ready_) inflateEnd(&zlib_);
        ZSTD_freeDCtx(zstd_);
    }
    Streams(const Streams&) = delete;
    Streams& operator=(const Streams&) = delete;

    Inflated inflate_zlib(std::string_view bytes, std::size_t budget) {
        if (!zlib_ready_ || inflateReset(&zlib_) != Z_OK) return {};
        bytes = bytes.substr(0, std::numeric_limits<uInt>::max());
        // zlib reads only; its interface is older than const.
        zlib_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // NOLINT
        zlib_.avail_in = static_cast<uInt>(bytes.size());
        int status = Z_OK;
        auto result = inflated(budget, [&](std::size_t& read, auto& out) -> std::size_t {
            if (status != Z_OK) return 0;
            zlib_.next_out = reinterpret_cast<Bytef*>(out.data());
            zlib_.avail_out = static_cast<uInt>(out.size());
            status = ::inflate(&zlib_, Z_NO_FLUSH);
            read = bytes.size() - zlib_.avail_in;
            return out.size() - zlib_.avail_out;
        });
        result.goes_on = zlib_.avail_in == 0 && (status == Z_OK || status == Z_BUF_ERROR);
        return result;
    }
    Inflated inflate_zstd(std::string_view bytes, std::size_t budget) {
        if (zstd_ == nullptr) return {};
        ZSTD_DCtx_reset(zstd_, ZSTD_reset_session_only);
        ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
        std::size_t status = 1;  // 0: the end of a frame
        auto result = inflated(budget, [&](std::size_t& read, auto& out) -> std::size_t {
            if (status == 0 || ZSTD_isError(status) != 0) return 0;
            ZSTD_outBuffer to{out.data(), out.size(), 0};
            status = ZSTD_decompressStream(zstd_, &to, &in);
            read = in.pos;
            return to.pos;
        });
        result.goes_on = in.pos == in.size && status != 0 && ZSTD_isError(status) == 0;
        return result;
    }

private:
    z_stream zlib_{};
    bool zlib_ready_ = false;
    ZSTD_DCtx* zstd_;
};

Inflater::Inflater() = default;
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;

bool may_hold_compressed(std::string_view bytes) {
    bool found = false;
    for_each_magic(bytes, [&](std::size_t) { found = true; });
    return found;
}

bool Inflater::for_each(std::string_view bytes, std::size_t& budget, const Visit& visit) {
    std::size_t done = 0;
    bool enough = true;
    for_each_magic(bytes, [&](std::size_t begin) {
        if (!enough || begin < done || bytes.substr(0, begin).ends_with("IDAT")) return;
        if (!streams_) streams_ = std::make_unique<Streams>();
        const auto rest = bytes.substr(begin);
        const auto found =
            is_zstd(rest) ? streams_->inflate_zstd(rest, budget) : streams_->inflate_zlib(rest, budget);
        const auto cost = cost_of_a_try + found.read + found.held.size();
        enough = !found.over_budget && cost <= budget;
        budget -= std::min(budget, cost);
        if (found.held.empty()) return;
        done = begin + found.read;
        visit({begin, done, found.held, found.goes_on});
    });
    return enough;
}

}  // namespace tfy::redaction
