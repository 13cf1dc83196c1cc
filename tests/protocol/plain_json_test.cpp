// The quick reader sees what the strict one sees, or nothing.
#include "protocol/plain_json.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "protocol/plain_tree.hpp"
#include "protocol/strict_parse.hpp"

namespace tfy::protocol::plain_json_test {
namespace {

/// Whether both are the same value, as far as a PlainValue tells it.
bool same(const PlainValue& plain, const Json& tree) {
    if (tree.is_null()) return plain.is_null();
    if (tree.is_boolean()) return plain.is_boolean() && plain.is_true() == tree.get<bool>();
    if (tree.is_string()) return plain.is_text() && plain.text() == tree.get<std::string>();
    if (tree.is_number_unsigned()) return plain.number() == tree.get<std::uint64_t>();
    if (tree.is_number()) return !plain.number() && !plain.is_null() && !plain.is_text();
    if (tree.is_array()) {
        std::size_t at = 0;
        bool good = plain.is_array();
        plain.each(
            [&](const PlainValue& item) { good = good && at < tree.size() && same(item, tree[at++]); });
        return good && at == tree.size();
    }
    bool good = plain.is_object();
    for (const auto& [key, member] : tree.items()) {
        const auto found = plain.find(key);
        good = good && found && same(*found, member);
    }
    return good;
}

/// The same kinds of numbers, too: Json compares 1 and 1.0 as equal.
bool same_tree(const Json& one, const Json& other) {
    if (one.type() != other.type() || one.size() != other.size()) return false;
    if (one.is_array())
        for (std::size_t i = 0; i < one.size(); ++i)
            if (!same_tree(one[i], other[i])) return false;
    if (one.is_object())
        for (const auto& [key, member] : one.items())
            if (!other.contains(key) || !same_tree(member, other.at(key))) return false;
    return one.is_structured() || one == other;
}

/// False where the quick reader took what the strict one refuses or reads otherwise.
bool agrees(const std::string& text) {
    const auto plain = PlainJson::read(text);
    const auto tree = read_plain_tree(text);
    if (!plain) return !tree;
    const auto strict = parse_strictly(text);
    return strict && same(plain->root(), *strict) && same(PlainJson::of(*strict).root(), *strict) && tree &&
           same_tree(*tree, *strict);
}

const std::string page =
    R"({"data":[{"id":"jqfwg345gi25n5ju2yz5iz6m","manifest":{"name":"ci","tags":null,"ownedBy":{"team":"a"}},)"
    R"("jwts":[{"id":"j","expiry":"2027-02-20T00:00:00.000Z"}],"isExpired":false,"n":-7,"who":"Zo\u00eb"},)"
    "{\"id\":\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x98\x80\",\"isExpired\" : true, "
    "\"e\":[],\"o\":{}}\t],\n"
    R"("pagination":{"total":1000,"offset":0,"limit":100}})";

std::string without_escapes(std::string text) {
    const auto at = text.find("\\u00eb");
    return text.replace(at, 6, "\xc3\xab");
}

}  // namespace

TEST_CASE("plain JSON is read as the strict parser reads it") {
    const auto text = without_escapes(page);
    const auto read = PlainJson::read(text);
    REQUIRE(read);
    CHECK(same(read->root(), *parse_strictly(text)));
    CHECK(read->root().find("pagination")->find("total")->number() == 1000);
    CHECK_FALSE(read->root().find("nothing"));
    CHECK_FALSE(read->root().find("data")->find("id"));
    for (const auto* each : {"null", "true", "0", "-1", "\"\"", "[]", "{}", " [ 1 , {\"a\" : 2 } ] "}) {
        CAPTURE(each);
        REQUIRE(PlainJson::read(each));
        CHECK(agrees(each));
    }
}

TEST_CASE("what is not plain, or no JSON at all, is left to the strict parser") {
    using namespace std::string_literals;
    const std::string deep(65, '[');
    const auto texts = {page,
                        ""s,
                        " "s,
                        "hello"s,
                        "{"s,
                        "[1,]"s,
                        "{,}"s,
                        "{\"a\"}"s,
                        "{\"a\":}"s,
                        "{} {}"s,
                        "01"s,
                        "-"s,
                        "1.5"s,
                        "1e3"s,
                        "1234567890123456789"s,
                        "nul"s,
                        "nulll"s,
                        "\"a\0b\""s,
                        "{}\0"s,
                        "\"a\nb\""s,
                        "\"a"s,
                        "\"\xff\""s,
                        "\"\xc0\x80\""s,
                        "\"\xed\xa0\x80\""s,
                        "\"\xf4\x90\x80\x80\""s,
                        "\"\xe2\x82\""s,
                        "\xEF\xBB\xBF{}"s,
                        R"({"a":1,"b":2,"a":3})"s,
                        R"({"a":{"":1,"":2}})"s,
                        deep + std::string(65, ']'),
                        "{'a':1}"s,
                        "[1 2]"s,
                        "{\"a\" 1}"s};
    for (const auto& text : texts) {
        CAPTURE(text);
        CHECK_FALSE(PlainJson::read(text));
    }
    CHECK(PlainJson::read(std::string(64, '[') + std::string(64, ']')));
}

TEST_CASE("many keys: each may be there once") {
    std::string members;
    for (int i = 0; i < 200; ++i) members += ",\"key-" + std::to_string(i) + "\":" + std::to_string(i);
    const auto once = "{" + members.substr(1) + "}";
    REQUIRE(PlainJson::read(once));
    CHECK(agrees(once));
    for (int i = 0; i < 200; i += 7)
        CHECK_FALSE(PlainJson::read("{" + members.substr(1) + ",\"key-" + std::to_string(i) + "\":0}"));
}

TEST_CASE("no change of a few bytes makes the two readers differ") {
    std::mt19937 random(7);
    const std::string_view bytes("{}[]\",:\\ \n0123456789.eE+-truefalsn\xc3\xbc\xed\xa0\xf4\x00", 41);
    const auto whole = without_escapes(page);
    int read = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto text = whole;
        for (auto changes = random() % 3 + 1; changes > 0; --changes) {
            const auto at = random() % text.size();
            const char byte = bytes[random() % bytes.size()];
            if (random() % 3 == 0)
                text.erase(at, random() % 4 + 1);
            else if (random() % 2 == 0)
                text.insert(at, 1, byte);
            else
                text[at] = byte;
        }
        if (PlainJson::read(text)) ++read;
        if (agrees(text)) continue;
        CAPTURE(text);
        FAIL("the readers differ");
    }
    CHECK(read > 1000);
}

}  // namespace tfy::protocol::plain_json_test
