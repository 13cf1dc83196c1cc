// The file of --principals, read strictly.
#include "server/config/principals.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/fakes/state.hpp"

namespace tfy::principals_test {

namespace {

std::string why_not(std::string_view text) {
    const auto read = config::read_principals(text, "principals.toml");
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Errc::refused);
    return read.error().message;
}

}  // namespace

TEST_CASE("an entry says for whom it is, and by which key their calls go") {
    const auto read = config::read_principals(
        "[[principal]]\nprincipal = \"key:K7Q29FXM\"\nupstream = \"shared\"\n\n"
        "[[principal]]\nperson = \"ada\"\nprincipal = \"oauth:*\"\nupstream = \"/etc/tfy/ada.key\"\n",
        "principals.toml");
    REQUIRE(read.has_value());
    REQUIRE(read->size() == 2);
    CHECK(read->at(0).principal == "key:K7Q29FXM");
    CHECK(read->at(0).person == "*");
    CHECK(read->at(0).key_file.empty());
    CHECK(read->at(1).person == "ada");
    CHECK(read->at(1).key_file == "/etc/tfy/ada.key");
    CHECK(config::read_principals("", "principals.toml").value().empty());
}

TEST_CASE("what is not as it must be is refused with its line") {
    const std::pair<const char*, const char*> rows[] = {
        {"[[principals]]\n", "principals.toml line 1: unknown key 'principals'; did you mean 'principal'?"},
        {"[[principal]]\nprinciple = 'a'\nupstream = 'shared'\n",
         "principals.toml line 2: unknown key 'principle'; did you mean 'principal'?"},
        {"principal = 'a'\n", "principals.toml line 1: 'principal' must be a list of tables: [[principal]]"},
        {"[[principal]]\nupstream = 'shared'\n",
         "principals.toml line 1: an entry needs 'principal' or 'person'"},
        {"[[principal]]\nperson = 'ada'\n",
         "principals.toml line 1: an entry needs 'upstream': \"shared\", or a key file"},
        {"[[principal]]\nperson = 'ada'\nupstream = 'ada.key'\n",
         "principals.toml line 3: 'upstream' must be \"shared\", or the absolute path of a key file"},
        {"[[principal]]\nperson = 7\nupstream = 'shared'\n",
         "principals.toml line 2: 'person' must be a string, in quotes"},
        {"[[principal]]\nprincipal = 'bogus'\nupstream = 'shared'\n",
         "principals.toml line 2: 'principal': 'bogus' matches no caller: they are stdio:USER, "
         "http:loopback, key:ID, oauth:PERSON/CLIENT, issuer:SUBJECT/CLIENT or tfy:USER"},
    };
    for (const auto& [text, why] : rows) {
        CAPTURE(text);
        CHECK(why_not(text) == why);
    }
    CHECK(why_not("[[principal]\n").starts_with("principals.toml line 1: "));
}

TEST_CASE("a file that other users may write is refused, and so is one that is not there") {
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "principals.toml").string();
    CHECK(config::load_principals(file).error().message.starts_with("The file of --principals, " + file +
                                                                    ", cannot be read: "));
    std::ofstream(file) << "[[principal]]\nperson = 'ada'\nupstream = 'shared'\n";
    ::chmod(file.c_str(), 0644);
    CHECK(config::load_principals(file).value().size() == 1);
    for (const mode_t mode : {0664U, 0646U}) {
        ::chmod(file.c_str(), mode);
        CHECK(config::load_principals(file).error().message ==
              "Other users may write the file of --principals, " + file +
                  ", and could give themselves another's key. Nothing was taken from it. Run chmod go-w on "
                  "it.");
    }
    CHECK(config::load_principals("").value().empty());
}

TEST_CASE("a person who is not enrolled is a mistake; a pattern may fit no one yet") {
    const std::vector<std::string> enrolled{"ada", "bob"};
    CHECK(config::check_people({{.person = "ada"}, {.person = "*"}, {.principal = "key:A"}}, enrolled)
              .has_value());
    const auto wrong = config::check_people({{.person = "adda"}}, enrolled);
    REQUIRE_FALSE(wrong.has_value());
    CHECK(wrong.error().message.starts_with(
        "The file of --principals names the person 'adda', who is not enrolled (did you mean 'ada'?). "
        "Nothing was taken from it. Correct the name, or invite them first: "));
    CHECK(config::check_people({{.person = "stranger"}}, enrolled)
              .error()
              .message.find("not enrolled. Nothing was taken from it. Correct") != std::string::npos);
}

}  // namespace tfy::principals_test
