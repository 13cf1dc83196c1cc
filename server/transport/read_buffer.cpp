#include "server/transport/read_buffer.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>

namespace tfy::transport {
namespace {

constexpr std::size_t read_size = 4096;

}  // namespace

struct ReadBuffer::Bytes : boost::beast::flat_buffer {
    using boost::beast::flat_buffer::flat_buffer;
};

ReadBuffer::ReadBuffer(Peer& peer, std::size_t most) : peer_(peer), bytes_(std::make_unique<Bytes>(most)) {}

ReadBuffer::~ReadBuffer() = default;

std::string_view ReadBuffer::text() const {
    return {static_cast<const char*>(bytes_->cdata().data()), bytes_->size()};
}

void ReadBuffer::consume(std::size_t count) { bytes_->consume(count); }

bool ReadBuffer::has_room() const { return bytes_->size() + read_size <= bytes_->max_size(); }

Async<bool> ReadBuffer::read_more() {
    const auto room = bytes_->prepare(read_size);
    const auto count = co_await peer_.read_some({static_cast<char*>(room.data()), room.size()});
    bytes_->commit(count);
    unwiped_ += count;
    co_return count > 0;
}

// It begins at its front whenever it is empty, so no byte went beyond as many as came.
void ReadBuffer::wipe_used() {
    if (bytes_->size() > 0) return;
    const auto used = bytes_->prepare(std::min(bytes_->capacity(), unwiped_));
    sodium_memzero(used.data(), used.size());
    unwiped_ = 0;
}

}  // namespace tfy::transport
