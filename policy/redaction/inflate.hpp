// What gzip, zlib and zstd have made of something, among bytes: undone under a budget.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace tfy::redaction {

/// A compressed value of 24 characters takes at least a window and so many bytes.
inline constexpr std::size_t least_beyond_window = 8;

/// True if something compressed may begin in it.
bool may_hold_compressed(std::string_view bytes);

class Inflater {
public:
    Inflater();
    ~Inflater();
    Inflater(Inflater&&) noexcept;

    /// A part of the bytes that was compressed, and what it holds; of a stream that is cut short or damaged
    /// what came before.
    struct Stream {
        std::size_t begin = 0;
        std::size_t end = 0;
        std::string_view held;
        bool goes_on = false;  // the bytes end before it does
    };
    using Visit = std::function<void(const Stream&)>;

    /// From left to right. Takes from `budget` what is read and written. False: it was not enough.
    ///
    /// The pixels of a PNG are left alone: they hold no text, and far more bytes than they take.
    bool for_each(std::string_view bytes, std::size_t& budget, const Visit& visit);

private:
    class Streams;
    std::unique_ptr<Streams> streams_;  // made for the first that is found: mostly there is none
};

}  // namespace tfy::redaction
