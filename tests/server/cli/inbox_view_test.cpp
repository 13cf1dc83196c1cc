// The inbox in a terminal: its lines, and what each key does.
#include "server/cli/inbox_view.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::inbox_view_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using Wish = cli::InboxView::Wish;
using Look = cli::ScreenLine::Look;

namespace {

std::vector<policy::Approval> three() {
    auto used = approval("apr_b", "prod-db");
    used.facts.warnings = {"It was used 2 hours before this was asked. Everything that uses it will break."};
    return {approval("apr_a", "one"), used, approval("apr_c", "three", "stdio:bob")};
}

cli::InboxView inbox() {
    cli::InboxView view;
    view.take(three());
    return view;
}

std::vector<cli::ScreenLine> shown(const cli::InboxView& view, cli::ScreenSize size = {24, 80},
                                   const std::string& above = {}) {
    return view.lines(size, noon + 1min, above, no_tokens());
}

std::string text_of(const std::vector<cli::ScreenLine>& lines) {
    std::string text;
    for (const auto& line : lines) text += line.text + "\n";
    return text;
}

}  // namespace

TEST_CASE(
    "each request has two lines: what and until when, who asks and what is risky; looks say nothing alone") {
    const auto lines = shown(inbox());
    CHECK(lines.size() == 24);
    CHECK(lines[0] == cli::ScreenLine{"3 requests wait for a decision.", Look::strong});
    CHECK(lines[2] == cli::ScreenLine{"> Delete one  14 minutes left", Look::danger});
    CHECK(lines[3] == cli::ScreenLine{"    stdio:alice", Look::faint});
    CHECK(lines[4] == cli::ScreenLine{"  Delete prod-db  14 minutes left", Look::danger});
    CHECK(lines[5] ==
          cli::ScreenLine{"    stdio:alice; used 2 hours before this was asked, production-like name",
                          Look::caution});
    CHECK(lines[7].text == "    stdio:bob");
    CHECK(lines.back() ==
          cli::ScreenLine{"j k choose   Enter open   a approve   d deny   / search   ? keys   q leave",
                          Look::faint});
    cli::InboxView empty;
    CHECK(shown(empty)[0].text == "Nothing waits for a decision. New requests appear here.");
    CHECK(shown(inbox(), {24, 80}, "stdio:eve is frozen, by ann\n")[1] ==
          cli::ScreenLine{"stdio:eve is frozen, by ann", Look::caution});
}

TEST_CASE(
    "the keys of the page: j and k choose, Enter opens, a and d decide, / searches, ? lists them, q leaves") {
    auto view = inbox();
    CHECK(view.chosen()->id == "apr_a");
    CHECK(view.press("j") == Wish::none);
    CHECK(view.chosen()->id == "apr_b");
    view.press("j");
    view.press("j");
    CHECK(view.chosen()->id == "apr_c");  // the last one
    view.press("k");
    CHECK(view.press("a") == Wish::approve);
    CHECK(view.press("d") == Wish::deny);
    CHECK(view.press("x") == Wish::none);

    view.press("\r");
    const auto open = text_of(shown(view, {60, 80}));
    CHECK(holds(open, "Delete access token prod-db?"));
    CHECK(holds(open, "Verified by this server:"));
    CHECK(holds(open, "Exact arguments:"));
    view.press("\x1b");
    CHECK(!holds(text_of(shown(view)), "Exact arguments:"));

    view.press("?");
    CHECK(holds(text_of(shown(view)), "a       approve: asks for your passphrase"));
    view.press("?");
    CHECK(!holds(text_of(shown(view)), "asks for your passphrase"));
    CHECK(view.press("q") == Wish::leave);
}

TEST_CASE("while one searches, keys are letters; what is found is chosen; Esc ends it") {
    auto view = inbox();
    view.press("/");
    for (const auto* key : {"b", "o", "b", "q", "\x7f"}) CHECK(view.press(key) == Wish::none);
    CHECK(view.chosen()->id == "apr_c");
    CHECK(holds(text_of(shown(view)), "Search: bob_  (1 of 3)"));
    view.press("\r");
    CHECK(view.press("a") == Wish::approve);
    view.press("/");
    view.press("z");
    CHECK(view.chosen() == nullptr);
    CHECK(view.press("\r") == Wish::none);
    CHECK(view.press("a") == Wish::none);  // nothing is chosen
    view.press("\x1b");
    CHECK(text_of(shown(view)).find("Search") == std::string::npos);
}

TEST_CASE(
    "what is chosen stays chosen while others come and go; if it is over, the next one is, and nothing is "
    "open") {
    auto view = inbox();
    view.press("j");
    view.press("\r");
    auto more = three();
    more.insert(more.begin(), approval("apr_0", "zero"));
    view.take(more);
    CHECK(view.chosen()->id == "apr_b");
    CHECK(holds(text_of(shown(view, {60, 80})), "Exact arguments:"));
    std::erase_if(more, [](const auto& each) { return each.id == "apr_b"; });
    view.take(more);
    CHECK(view.chosen()->id == "apr_c");
    CHECK(!holds(text_of(shown(view, {60, 80})), "Exact arguments:"));
    view.take({});
    CHECK(view.chosen() == nullptr);
    CHECK(view.press("d") == Wish::none);
}

TEST_CASE(
    "nothing is wider than the screen, arguments are broken, not cut, and no text acts on the terminal") {
    auto hostile = approval("apr_a", "evil\x1b[2J\u202Ename");
    hostile.call.arguments = {{"id", std::string(200, 'x') + "end"}};
    cli::InboxView view;
    view.take({hostile});
    for (const auto& line : shown(view, {20, 40})) CHECK(line.text.size() <= 40 * 4);
    const auto row = shown(view)[2].text;
    CHECK(row.find('\x1b') == std::string::npos);
    CHECK(holds(row, "\u27E8U+202E\u27E9"));
    view.press("\r");
    const auto open = shown(view, {80, 40});
    CHECK(holds(text_of(open), "end\n"));
    for (const auto& line : open) CHECK(line.text.find('\x1b') == std::string::npos);
}

}  // namespace tfy::inbox_view_test
