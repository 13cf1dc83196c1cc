#include "server/tls/session.hpp"

#include <new>

#include "server/tls/tls_library.hpp"

namespace tfy::tls {

Session::Session(const TlsLibrary& library, SSL_CTX* context)
    : ssl_(library),
      incoming_(library.bio_new(library.bio_s_mem())),
      outgoing_(library.bio_new(library.bio_s_mem())),
      session_(library.ssl_new(context), library.ssl_free) {
    if (incoming_ == nullptr || outgoing_ == nullptr || !session_) {
        library.bio_free(incoming_);
        library.bio_free(outgoing_);
        throw std::bad_alloc();
    }
    ssl_.ssl_set_bio(session_.get(), incoming_, outgoing_);
    ssl_.ssl_set_accept_state(session_.get());
}

Session::~Session() = default;

void Session::take(std::span<const char> sealed) {
    if (ssl_.bio_write(incoming_, sealed.data(), static_cast<int>(sealed.size())) !=
        static_cast<int>(sealed.size()))
        throw std::bad_alloc();
}

Session::State Session::state_after(int outcome) {
    if (outcome > 0) return State::good;
    const auto error = ssl_.ssl_get_error(session_.get(), outcome);
    ssl_.clear_errors();
    if (error == SSL_ERROR_WANT_READ) return State::wants_input;
    if (error == SSL_ERROR_ZERO_RETURN) return State::ended;
    failed_ = true;
    return State::failed;
}

Session::State Session::shake_hands() {
    if (failed_) return State::failed;
    ssl_.clear_errors();
    return state_after(ssl_.ssl_do_handshake(session_.get()));
}

Session::Progress Session::read(std::span<char> room) {
    if (failed_) return {};
    ssl_.clear_errors();
    const auto outcome = ssl_.ssl_read(session_.get(), room.data(), static_cast<int>(room.size()));
    return {state_after(outcome), outcome > 0 ? static_cast<std::size_t>(outcome) : 0};
}

bool Session::write(std::string_view plain) {
    if (failed_ || ended_) return false;
    ssl_.clear_errors();
    const auto outcome = ssl_.ssl_write(session_.get(), plain.data(), static_cast<int>(plain.size()));
    return state_after(outcome) == State::good;
}

void Session::end() {
    if (failed_ || ended_) return;
    ended_ = true;
    ssl_.ssl_shutdown(session_.get());
    ssl_.clear_errors();
}

std::string Session::output() {
    std::string bytes(ssl_.bio_ctrl_pending(outgoing_), '\0');
    if (!bytes.empty()) ssl_.bio_read(outgoing_, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
}

}  // namespace tfy::tls
