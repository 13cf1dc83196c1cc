// What a connection has read and not used yet.
#pragma once

#include <sodium.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstring>
#include <string_view>

#include "server/transport/peer.hpp"

namespace tfy::transport {

class ReadBuffer {
public:
    /// Holds `most` bytes at the most. `peer` must outlive it.
    ReadBuffer(Peer& peer, std::size_t most) : peer_(peer), bytes_(most) {}

    std::string_view text() const { return {static_cast<const char*>(bytes_.cdata().data()), bytes_.size()}; }
    std::size_t size() const { return bytes_.size(); }
    /// They are used.
    void consume(std::size_t count) { bytes_.consume(count); }

    bool has_room() const { return bytes_.size() + read_size <= bytes_.max_size(); }
    /// False at the end, at a deadline and when cancelled.
    Async<bool> read_more() {
        const auto room = bytes_.prepare(read_size);
        const auto count = co_await peer_.read_some({static_cast<char*>(room.data()), room.size()});
        bytes_.commit(count);
        unwiped_ += count;
        co_return count > 0;
    }

    /// A connection may stay open for long: what was read and used does not stay with it.
    void wipe_used() {
        if (bytes_.size() > 0) return;
        // It begins at its front whenever it is empty, so no byte went beyond as many as came.
        const auto used = bytes_.prepare(std::min(bytes_.capacity(), unwiped_));
        sodium_memzero(used.data(), used.size());
        unwiped_ = 0;
    }

private:
    static constexpr std::size_t read_size = 4096;

    Peer& peer_;
    boost::beast::flat_buffer bytes_;
    std::size_t unwiped_ = 0;  // bytes that came since then
};

}  // namespace tfy::transport
