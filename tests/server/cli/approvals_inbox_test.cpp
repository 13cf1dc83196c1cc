// The inbox on a terminal, as it begins.
#include "server/cli/approvals_inbox.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <sstream>

#include "tests/fakes/state.hpp"

namespace tfy::approvals_inbox_test {

namespace {

/// A terminal whose person presses Ctrl-C as soon as the other screen is there.
class Impatient : public std::stringbuf {
protected:
    std::streamsize xsputn(const char* text, std::streamsize size) override {
        const auto written = std::stringbuf::xsputn(text, size);
        if (std::string_view(text, static_cast<std::size_t>(size)).find("\x1b[?1049h") !=
            std::string_view::npos)
            ::raise(SIGINT);
        return written;
    }
};

}  // namespace

TEST_CASE("Ctrl-C on the inbox's first moment leaves it, and the terminal as it was") {
    const fakes::TempFolder folder;
    fakes::open_ledger(folder / "ledger.db");
    auto archive = app::Archive::open_or_make(folder.path());
    REQUIRE(archive.has_value());
    const cli::ApprovalsOptions options{.state_dir = folder.path(), .now = [] { return fakes::noon; }};
    std::istringstream in;
    std::ostringstream err;
    Impatient terminal;
    std::ostream out(&terminal);
    const cli::ApprovalsWindow window{{options, *archive, in, out, err}};
    CHECK(cli::show_inbox(window) == 0);
    const auto shown = terminal.str();
    CHECK(shown.find("\x1b[?1049h\x1b[?25l") != std::string::npos);
    CHECK(shown.ends_with("\x1b[?25h\x1b[?1049l"));
}

}  // namespace tfy::approvals_inbox_test
