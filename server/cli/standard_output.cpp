#include "server/cli/standard_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ostream>

#include "policy/secret.hpp"
#include "server/cli/plain_bytes.hpp"

namespace tfy::cli {
namespace {

constexpr std::size_t most_waiting = 64 * 1024;

}  // namespace

void hold_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
            // Takes the lowest that is free: this one. Only what is not done with it is open to it.
            ::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

StandardOutput::~StandardOutput() { policy::wipe(waiting_); }

StandardOutput::int_type StandardOutput::overflow(int_type character) {
    if (traits_type::eq_int_type(character, traits_type::eof())) return traits_type::not_eof(character);
    const char one = traits_type::to_char_type(character);
    return xsputn(&one, 1) == 1 ? character : traits_type::eof();
}

std::streamsize StandardOutput::xsputn(const char* text, std::streamsize size) {
    if (failure_) return 0;
    waiting_.append(text, static_cast<std::size_t>(size));
    return waiting_.size() < most_waiting || sync() == 0 ? size : 0;
}

int StandardOutput::sync() {
    if (!failure_ && !waiting_.empty())
        if (auto written = write_all(file_, waiting_); !written) failure_ = written.error();
    policy::wipe(waiting_);
    waiting_.clear();
    return failure_ ? -1 : 0;
}

int StandardOutput::ended(int code, std::ostream& err) {
    if (sync() == 0) return code;
    err << "tfy-pat-mcp: The output cannot be written: " << failure_->message
        << ". What was written so far is incomplete.\n"
        << std::flush;
    return code == 0 ? 1 : code;
}

}  // namespace tfy::cli
