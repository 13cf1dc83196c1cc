// The canonical form, against the RFC's own examples.
#include "policy/canonical_json.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace tfy::policy::canonical_json_test {

TEST_CASE("numbers are written as ECMAScript writes them (RFC 8785, appendix B)") {
    struct Row {
        std::uint64_t bits;
        const char* text;
    };
    const Row rows[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(canonical_json(std::bit_cast<double>(row.bits)) == row.text);
    }
    CHECK(canonical_json(std::nan("")) == "null");
    CHECK(canonical_json(std::numeric_limits<double>::infinity()) == "null");
}

TEST_CASE("one number has one spelling, and two big integers never share theirs") {
    CHECK(canonical_json(Json::parse(
              "[1.0, 1e0, 1, 10e-1, 4.50, 2e-3, 0.000000000000000000000000001, 1E30, -0.0, 1e21, 100]")) ==
          "[1,1,1,1,4.5,0.002,1e-27,1e+30,0,1e+21,100]");
    CHECK(canonical_json(Json::parse("9007199254740993")) == "9007199254740993");
    CHECK(canonical_json(Json::parse("-9223372036854775808")) == "-9223372036854775808");
    CHECK(canonical_json(Json::parse("18446744073709551615")) == "18446744073709551615");
    CHECK(canonical_json(Json::parse("9007199254740992")) != canonical_json(Json::parse("9007199254740993")));
}

TEST_CASE("members are sorted by UTF-16 code units (RFC 8785, 3.2.3)") {
    const auto value = Json::parse(
        R"({"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
                                       "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
                                       "\u00f6": "Latin Small Letter O With Diaeresis"})");
    CHECK(canonical_json(value) ==
          "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter "
          "O With Diaeresis\","
          "\"\u20ac\":\"Euro Sign\",\"\U0001f600\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet "
          "With Dagesh\"}");
    CHECK(canonical_json(
              Json::parse(R"({"\uffff":1,"\ud7ff":2,"\udbff\udfff":3,"\ud800\udc00":4,"\ue000":5})")) ==
          "{\"\ud7ff\":2,\"\U00010000\":4,\"\U0010ffff\":3,\"\ue000\":5,\"\uffff\":1}");
    CHECK(canonical_json(Json::parse(R"({"b":1,"":2,"ab":3,"a":4,"a\u0000":5,"B":6})")) ==
          "{\"\":2,\"B\":6,\"a\":4,\"a\\u0000\":5,\"ab\":3,\"b\":1}");
}

TEST_CASE("the RFC's sample comes out byte for byte (RFC 8785, 3.2.2 to 3.2.4)") {
    const auto value = Json::parse(R"({
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]})");
    CHECK(canonical_json(value) ==
          "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
          "\"string\":\"\u20ac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST_CASE("strings have the shortest escapes, and everything else as it is") {
    CHECK(canonical_json("\b\t\n\f\r\"\\/") == R"("\b\t\n\f\r\"\\/")");
    CHECK(canonical_json(std::string("\0\x01\x1f\x7f", 4)) == "\"\\u0000\\u0001\\u001f\x7f\"");
    CHECK(canonical_json("\u2028é\u200d😀") == "\"\u2028é\u200d😀\"");
    CHECK(canonical_json("e\u0301") !=
          canonical_json("\u00e9"));  // no normalisation: other bytes are another value
}

TEST_CASE("structure is kept, empty or nested") {
    CHECK(canonical_json(Json::parse(
              " [ { } , [ ] , \"\" , { \"b\" : [ 1 ] , \"a\" : { \"d\" : 1 , \"c\" : null } } ] ")) ==
          R"([{},[],"",{"a":{"c":null,"d":1},"b":[1]}])");
    CHECK(canonical_json(nullptr) == "null");
}

TEST_CASE("sha256 of a text is that of FIPS 180-4") {
    CHECK(sha256("") == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256("abc") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

}  // namespace tfy::policy::canonical_json_test
