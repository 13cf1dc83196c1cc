#include "server/storage/guessing_turn.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

namespace tfy::storage {

std::optional<GuessingTurn> GuessingTurn::take(const std::filesystem::path& state_dir) {
    if (state_dir.empty()) return GuessingTurn(OpenFile());
    OpenFile file(
        ::open((state_dir / "guessing.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return std::nullopt;
    return GuessingTurn(std::move(file));
}

}  // namespace tfy::storage
