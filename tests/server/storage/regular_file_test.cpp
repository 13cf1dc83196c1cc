// What is read of a file that someone else may have put there.
#include "server/storage/regular_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/fakes/state.hpp"

namespace tfy::regular_file_test {

TEST_CASE("a regular file is read whole; nothing else is, and nothing is waited for") {
    const fakes::TempFolder folder;
    const auto file = folder / "file";
    CHECK(storage::read_regular_file(file, 10).error().code == Errc::not_found);
    std::ofstream(file) << "ten bytes.";
    CHECK(storage::read_regular_file(file, 10).value() == "ten bytes.");
    CHECK(storage::read_regular_file(file, 9).error().code == Errc::refused);
    CHECK(storage::read_regular_file(folder / "", 10).error().message == "it is not a regular file");
    const auto pipe = folder / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK(storage::read_regular_file(pipe, 10).error().code == Errc::refused);
    CHECK(storage::read_regular_file("/dev/zero", 10).error().code == Errc::refused);
    std::filesystem::create_symlink(file, folder / "link");
    CHECK(storage::read_regular_file(folder / "link", 10).value() == "ten bytes.");
}

}  // namespace tfy::regular_file_test
