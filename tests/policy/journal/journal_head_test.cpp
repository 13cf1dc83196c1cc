// Where the journal ends: nothing can be taken from it, added to it or written anew without the key.
#include "policy/journal/journal_head.hpp"

#include <doctest/doctest.h>

#include "tests/policy/examples.hpp"

namespace tfy::policy::journal_head_test {
namespace {

using namespace examples;

const journal::JournalKey key{{1, 2, 3}};

journal::JournalRecord record(std::int64_t sequence, const std::string& hash) {
    return {.sequence = sequence, .at = noon, .kind = "decided", .hash = hash};
}

bool holds(const std::optional<std::string>& text, const std::string& words) {
    return text && text->find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("a journal that ends where its head says is whole") {
    const auto last = record(7, "aa");
    CHECK_FALSE(journal::wrong_end(journal::head_at(last, 1, key), &last, key));
    CHECK(journal::head_at(last, 1, key).mac.size() == 64);
}

TEST_CASE("what is wrong with an end is told apart") {
    const auto head = journal::head_at(record(7, "aa"), 1, key);
    struct Row {
        const char* name;
        std::optional<journal::JournalRecord> last;
        const char* words;
    };
    const Row rows[] = {
        {"one is missing", record(6, "bb"), "1 record missing at the end"},
        {"three are missing", record(4, "bb"), "3 records missing at the end"},
        {"all are missing", std::nullopt, "7 records missing at the end"},
        {"two were added", record(9, "bb"), "2 records added at the end without the key"},
        {"as many, but others", record(7, "ab"), "rewritten without the key"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(holds(journal::wrong_end(head, row.last ? &*row.last : nullptr, key), row.words));
    }
}

TEST_CASE("no part of a head can be exchanged without the key") {
    const auto last = record(7, "aa");
    const auto whole = journal::head_at(last, 1, key);
    std::vector<journal::JournalHead> exchanged(4, whole);
    exchanged[0].sequence = 6;
    exchanged[1].hash = "bb";
    exchanged[2].since = 2;
    exchanged[3] = journal::head_at(last, 1, journal::JournalKey{{9}});
    for (const auto& head : exchanged) CHECK(holds(journal::wrong_end(head, &last, key), "key"));
    CHECK(holds(journal::wrong_end({}, nullptr, key), "key"));
}

}  // namespace tfy::policy::journal_head_test
