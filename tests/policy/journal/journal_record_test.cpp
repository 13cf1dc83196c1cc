// The journal's chain: whatever is done to it shows.
#include "policy/journal/journal_record.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "policy/canonical_json.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::journal_record_test {
namespace {

using namespace examples;
using Records = std::vector<journal::JournalRecord>;

Records chain(int length = 5) {
    Records records;
    for (int i = 0; i < length; ++i)
        records.push_back(journal::follow(
            records.empty() ? nullptr : &records.back(), noon + std::chrono::seconds{i}, "decided",
            "apr_" + std::to_string(i), {{"approved", true}, {"by", "grace"}, {"n", i}}));
    return records;
}

}  // namespace

TEST_CASE("a chain that nobody touched holds, from the first record or from a known one") {
    const auto records = chain();
    CHECK_FALSE(journal::broken(records));
    CHECK_FALSE(journal::broken({}));
    CHECK_FALSE(journal::broken(chain(1)));
    CHECK(records[0].previous == std::string(64, '0'));
    CHECK(records[0].sequence == 1);
    CHECK(records[0].hash.size() == 64);
    CHECK(records[1].previous == records[0].hash);
    CHECK_FALSE(journal::broken({records.begin() + 2, records.end()}, &records[1]));
    CHECK(journal::broken({records.begin() + 2, records.end()}, &records[0]));
    CHECK(journal::broken({records.begin() + 2, records.end()}));
}

TEST_CASE("a record's hash is what anybody can compute from its canonical text") {
    const auto record = journal::follow(nullptr, noon, "requested", "apr_1", {{"b", 1}, {"a", 1.5}});
    CHECK(
        "sha256:" + record.hash ==
        sha256(
            R"({"approval_id":"apr_1","at":"2026-11-23T12:00:00.000Z","body":{"a":1.5,"b":1},"kind":"requested","previous":")" +
            std::string(64, '0') + R"(","sequence":1})"));
}

TEST_CASE("every way to tamper with the chain is found, at its place") {
    struct Row {
        const char* name;
        std::function<void(Records&)> tamper;
        const char* found;
    };
    const auto rehash = [](Records& r, std::size_t at) {
        auto again = journal::follow(at == 0 ? nullptr : &r[at - 1], r[at].at, r[at].kind, r[at].approval_id,
                                     r[at].body);
        r[at] = again;
    };
    const Row rows[] = {
        {"the time", [](Records& r) { r[2].at += 1ms; }, "record 3 was changed"},
        {"the kind", [](Records& r) { r[2].kind = "denied"; }, "record 3 was changed"},
        {"the approval's id", [](Records& r) { r[2].approval_id.clear(); }, "record 3 was changed"},
        {"a value in the body", [](Records& r) { r[2].body["approved"] = false; }, "record 3 was changed"},
        {"a key in the body", [](Records& r) { r[2].body.erase("by"); }, "record 3 was changed"},
        {"one more in the body", [](Records& r) { r[2].body["x"] = nullptr; }, "record 3 was changed"},
        {"the sequence", [](Records& r) { r[2].sequence = 9; }, "record 9 is where record 3 should be"},
        {"the link", [](Records& r) { r[2].previous[0] ^= 1; }, "record 3 does not follow from record 2"},
        {"the hash", [](Records& r) { r[2].hash[63] ^= 1; }, "record 3 was changed"},
        {"the last hash", [](Records& r) { r[4].hash[0] ^= 1; }, "record 5 was changed"},
        {"the hash left out", [](Records& r) { r[2].hash.clear(); }, "record 3 was changed"},
        {"changed, and its hash made new",
         [&](Records& r) {
             r[2].body["approved"] = false;
             rehash(r, 2);
         },
         "record 4 does not follow from record 3"},
        {"the first changed, and its hash made new",
         [&](Records& r) {
             r[0].kind = "x";
             rehash(r, 0);
         },
         "record 2 does not follow from record 1"},
        {"one removed in the middle", [](Records& r) { r.erase(r.begin() + 2); },
         "record 4 is where record 3 should be"},
        {"one removed, the rest counted anew",
         [](Records& r) {
             r.erase(r.begin() + 2);
             r[2].sequence = 3;
             r[3].sequence = 4;
         },
         "record 3 does not follow from record 2"},
        {"the first removed", [](Records& r) { r.erase(r.begin()); }, "record 2 is where record 1 should be"},
        {"the first removed, the rest counted anew",
         [](Records& r) {
             r.erase(r.begin());
             r[0].sequence = 1;
         },
         "record 1 does not start the chain"},
        {"two exchanged", [](Records& r) { std::swap(r[1], r[2]); }, "record 3 is where record 2 should be"},
        {"one twice", [](Records& r) { r.insert(r.begin() + 2, r[1]); },
         "record 2 is where record 3 should be"},
        {"one put in", [](Records& r) { r.insert(r.begin() + 2, journal::follow(&r[1], noon, "x", "", {})); },
         "record 3 is where record 4 should be"},
        {"the first linked to something", [](Records& r) { r[0].previous.back() = '1'; },
         "record 1 does not start the chain"},
        {"the first with an empty link", [](Records& r) { r[0].previous.clear(); },
         "record 1 does not start the chain"},
        {"all in reverse", [](Records& r) { std::ranges::reverse(r); },
         "record 5 is where record 1 should be"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto records = chain();
        row.tamper(records);
        const auto found = journal::broken(records);
        REQUIRE(found);
        CAPTURE(*found);
        CHECK(found->starts_with(row.found));
    }
}

TEST_CASE("one changed character anywhere in a stored record is found, or the record is not read") {
    const auto text = chain()[2].json().dump();
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto damaged = text;
        damaged[at] = damaged[at] == '7' ? '8' : '7';
        CAPTURE(damaged);
        const auto json = Json::parse(damaged, nullptr, false);
        if (json.is_discarded()) continue;
        const auto record = journal::JournalRecord::read(json);
        if (!record) continue;
        auto records = chain();
        records[2] = *record;
        CHECK(journal::broken(records));
    }
}

TEST_CASE("a record comes back from storage as it was, and a damaged one is refused") {
    const auto record = chain()[3];
    const auto back = journal::JournalRecord::read(Json::parse(record.json().dump()));
    REQUIRE(back.has_value());
    CHECK(back->json() == record.json());

    struct Row {
        const char* key;
        Json value;
        const char* message;
    };
    const Row rows[] = {
        {"sequence", "1", "A journal record cannot be read: 'sequence' is not an integer."},
        {"sequence", 1.5, "A journal record cannot be read: 'sequence' is not an integer."},
        {"sequence", 18446744073709551615u, "A journal record cannot be read: 'sequence' is not an integer."},
        {"at", "noon", "A journal record cannot be read: 'at' is not a time as it was written."},
        {"kind", nullptr, "A journal record cannot be read: 'kind' is not a string."},
        {"body", "{}", "A journal record cannot be read: 'body' is not an object."},
        {"hash", 0, "A journal record cannot be read: 'hash' is not a string."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.key);
        auto damaged = record.json();
        damaged[row.key] = row.value;
        const auto read = journal::JournalRecord::read(damaged);
        REQUIRE(read.has_error());
        CHECK(read.error().code == Errc::storage);
        CHECK(read.error().message == row.message);
    }
    CHECK(journal::JournalRecord::read(Json::array()).error().message ==
          "A journal record cannot be read: it is not an object.");
    CHECK(journal::JournalRecord::read({{"sequence", 1}}).has_error());
}

}  // namespace tfy::policy::journal_record_test
