// A host's file is replaced whole, and only if it is still what was read.
#include "server/setup/host_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace tfy::server_tests::host_file_test {
namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "tfy-setup-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~Folder() { fs::remove_all(path_); }
    fs::path operator/(const char* name) const { return path_ / name; }

    std::size_t size() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
    }

private:
    fs::path path_;
};

void put(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

std::string got(const fs::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
}

TEST_CASE("setup: a file keeps its mode, and a link stays a link") {
    const Folder folder;
    put(folder / "real", "old");
    REQUIRE(::chmod((folder / "real").c_str(), 0640) == 0);
    fs::create_symlink("real", folder / "link");
    const auto file = setup::read_host_file(folder / "link").value();
    REQUIRE(setup::replace_host_file(file, "new").has_value());
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(got(folder / "real") == "new");
    struct stat found = {};
    REQUIRE(::stat((folder / "real").c_str(), &found) == 0);
    CHECK((found.st_mode & 07777U) == 0640);
    CHECK(folder.size() == 2);  // no draft is left
}

TEST_CASE("setup: a new file is closed to others, and so are its folders") {
    const Folder folder;
    const auto file = setup::read_host_file(folder / "a/b/c").value();
    CHECK(file.text == std::nullopt);
    REQUIRE(setup::replace_host_file(file, "new").has_value());
    struct stat found = {};
    REQUIRE(::stat((folder / "a/b/c").c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600);
    REQUIRE(::stat((folder / "a").c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0700);
}

TEST_CASE("setup: a file that another program changed in the meantime is left alone") {
    const Folder folder;
    put(folder / "f", "old");
    const auto file = setup::read_host_file(folder / "f").value();
    put(folder / "f", "theirs");
    const auto replaced = setup::replace_host_file(file, "ours");
    REQUIRE(replaced.has_error());
    CHECK(replaced.error().code == Errc::conflict);
    CHECK(replaced.error().message.find("was changed by another program in the meantime") !=
          std::string::npos);
    CHECK(got(folder / "f") == "theirs");
    const auto absent = setup::read_host_file(folder / "g").value();
    put(folder / "g", "theirs");
    CHECK(setup::replace_host_file(absent, "ours").has_error());
    CHECK(got(folder / "g") == "theirs");
    CHECK(folder.size() == 2);
}

TEST_CASE("setup: what is no file to be changed is refused with the reason") {
    const Folder folder;
    const auto refusal = [](const Result<setup::HostFile>& read) {
        return read ? std::string("read") : read.error().message;
    };
    fs::create_symlink("nowhere", folder / "link");
    CHECK(refusal(setup::read_host_file(folder / "link")).find("is a link that leads nowhere") !=
          std::string::npos);
    CHECK(refusal(setup::read_host_file(folder / ".")).find("is not a regular file") != std::string::npos);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(refusal(setup::read_host_file(folder / "pipe")).find("is not a regular file") != std::string::npos);
    put(folder / "f", "old");
    REQUIRE(::chmod((folder / "f").c_str(), 0400) == 0);
    const auto replaced = setup::replace_host_file(setup::read_host_file(folder / "f").value(), "new");
    REQUIRE(replaced.has_error());
    CHECK(replaced.error().message.find(::geteuid() == 0 ? "is read-only" : "Cannot write") !=
          std::string::npos);
    CHECK(got(folder / "f") == "old");
}

}  // namespace
}  // namespace tfy::server_tests::host_file_test
