// Reads a request's body, of which the guard has read the head.
#pragma once

#include <optional>
#include <string>

#include "server/transport/guard.hpp"
#include "server/transport/listener.hpp"
#include "server/transport/read_buffer.hpp"

namespace tfy::transport {

/// Beside a head: how much of chunk lines and trailers is read.
inline constexpr std::size_t chunk_room = std::size_t{64} * 1024;

/// A step that gave what was wanted, or a refusal to send, or neither: then the peer is gone.
template <class T>
struct ReadStep {
    std::optional<T> got = {};
    std::optional<guard::Rejection> refusal = {};
};

/// Of a request whose head is the first `head` bytes of `read`.
struct Body {
    Peer& peer;
    ReadBuffer& read;
    const ListenerOptions& limits;
    std::size_t head;
    guard::Framing framing;
    std::size_t limit;
    bool waits = true;  // for what has not come yet; else the peer is as good as gone

    Async<ReadStep<std::string>> whole();

private:
    Async<ReadStep<std::string>> plain();
    Async<ReadStep<std::string>> in_chunks();
    ReadStep<std::string> late() const;
};

}  // namespace tfy::transport
