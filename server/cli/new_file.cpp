#include "server/cli/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tfy::cli {

Result<void> write_new(const std::string& file, std::string_view text, const std::string& undone) {
    const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const auto why = [] { return std::generic_category().message(errno); };
    const auto failed = [&](const std::string& how, const std::string& cause) {
        return Error{Errc::storage,
                     "--out: the file " + file + " cannot be " + how + " (" + cause + "). " + undone};
    };
    if (opened < 0 && errno == EEXIST)
        return Error{Errc::storage,
                     "--out: the file " + file + " is there already. " + undone + " Name another one."};
    if (opened < 0) return failed("made", why());
    const bool whole = ::write(opened, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       ::fsync(opened) == 0;
    const auto cause = whole ? std::string{} : why();
    ::close(opened);
    if (whole) return {};
    ::unlink(file.c_str());
    return failed("written", cause);
}

}  // namespace tfy::cli
