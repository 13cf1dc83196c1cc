// What becomes of words that cannot be written.
#include "server/cli/standard_output.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <fstream>
#include <sstream>

#include "server/storage/open_file.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::standard_output_test {

namespace {

struct Written {
    int code;
    std::string err;
};

Written say(int file, const std::string& text, int code) {
    cli::StandardOutput buffer(file);
    std::ostream out(&buffer);
    std::ostringstream err;
    out << text << 7 << '\n' << std::flush;
    const int ended = buffer.ended(code, err);
    return {ended, err.str()};
}

}  // namespace

TEST_CASE("what was written is there, and the command's own exit code stays") {
    const tfy::fakes::TempFolder folder;
    const auto file = (folder.path() / "out").string();
    const storage::OpenFile out(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    const std::string large(200'000, 'x');
    for (const int code : {0, 1, 2}) {
        const auto done = say(out.get(), large, code);
        CHECK(done.code == code);
        CHECK(done.err.empty());
    }
    CHECK(std::filesystem::file_size(file) == 3 * (large.size() + 2));
}

TEST_CASE("what could not be written is said, and no command ends well with it") {
    const storage::OpenFile full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
    for (const std::size_t size : {0, 10, 200'000}) {
        const auto done = say(full.get(), std::string(size, 'x'), 0);
        CHECK(done.code == 1);
        CHECK(done.err ==
              "tfy-pat-mcp: The output cannot be written: No space left on device. What was written so far "
              "is incomplete.\n");
    }
    CHECK(say(full.get(), "x", 2).code == 2);
    CHECK(say(-1, "x", 0).code == 1);
}

TEST_CASE("a command that wrote nothing does not mind where it would have written") {
    cli::StandardOutput buffer(-1);
    std::ostringstream err;
    CHECK(buffer.ended(0, err) == 0);
    CHECK(err.str().empty());
}

}  // namespace tfy::standard_output_test
