// What a connection has read and not used yet.
#pragma once

#include <memory>
#include <string_view>

#include "server/transport/peer.hpp"

namespace tfy::transport {

class ReadBuffer {
public:
    /// Holds `most` bytes at the most. `peer` must outlive it.
    ReadBuffer(Peer& peer, std::size_t most);
    ~ReadBuffer();
    ReadBuffer(const ReadBuffer&) = delete;
    ReadBuffer& operator=(const ReadBuffer&) = delete;

    std::string_view text() const;
    std::size_t size() const { return text().size(); }
    /// They are used.
    void consume(std::size_t count);

    bool has_room() const;
    /// False at the end, at a deadline and when cancelled.
    Async<bool> read_more();

    /// A connection may stay open for long: what was read and used does not stay with it.
    void wipe_used();

private:
    struct Bytes;

    Peer& peer_;
    std::unique_ptr<Bytes> bytes_;
    std::size_t unwiped_ = 0;  // bytes that came since it was wiped
};

}  // namespace tfy::transport
