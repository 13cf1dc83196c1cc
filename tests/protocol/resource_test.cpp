// resources/*, and what fits a template.
#include "protocol/resource.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::resource_test {

TEST_CASE("a resource is read by its uri, on a retry with answers") {
    const auto plain = protocol::read_read_resource({{"uri", "tfy://approvals/1"}});
    REQUIRE(plain.has_value());
    CHECK(plain->uri == "tfy://approvals/1");
    CHECK_FALSE(plain->request_state);
    const auto retry = protocol::read_read_resource(
        Json::parse(R"({"uri":"x","requestState":"s","inputResponses":{"q":{}}})"));
    REQUIRE(retry.has_value());
    CHECK(retry->request_state == "s");
    CHECK(retry->input_responses == Json::parse(R"({"q":{}})"));
    CHECK(protocol::read_read_resource({{"uri", std::string(2000, 'a')}}).has_value());
    CHECK(*protocol::read_subscribed_uri({{"uri", "x://a"}}) == "x://a");
}

TEST_CASE("a uri that is missing, mis-typed or too long is refused") {
    const Json all[] = {
        Json::object(), {{"uri", 1}}, {{"uri", nullptr}}, {{"uri", std::string(2001, 'a')}}, nullptr};
    for (const auto& params : all) {
        CAPTURE(params.dump().substr(0, 40));
        CHECK(protocol::read_read_resource(params).error().code == protocol::Errc::invalid_params);
        CHECK(protocol::read_subscribed_uri(params).error().code == protocol::Errc::invalid_params);
        CHECK(protocol::read_subscribed_uri(params).error().message.size() < 200);
    }
    CHECK_FALSE(protocol::read_read_resource({{"uri", "x"}, {"requestState", 1}}).has_value());
    CHECK_FALSE(protocol::read_read_resource({{"uri", "x"}, {"inputResponses", 1}}).has_value());
}

TEST_CASE("a resource has the members that a version knows, a template too") {
    auto definition = Json::parse(R"({"uri":"x://a","name":"a","title":"A","description":"d","size":3,
        "mimeType":"text/plain","annotations":{"priority":1},"icons":[],"ours":1})");
    auto expected = Json::parse(R"({"uri":"x://a","name":"a","description":"d","size":3,
        "mimeType":"text/plain","annotations":{"priority":1}})");
    CHECK(protocol::write_resource(definition, protocol::Version::v2025_03_26) == expected);
    expected["title"] = "A";
    CHECK(protocol::write_resource(definition, protocol::Version::v2025_06_18) == expected);
    expected["icons"] = Json::array();
    CHECK(protocol::write_resource(definition, protocol::Version::v2025_11_25) == expected);
    CHECK(protocol::write_resource(definition, protocol::Version::v2026_07_28) == expected);
    const Json pattern = {{"uriTemplate", "x://{a}"}, {"name", "a"}};
    CHECK(protocol::write_resource(pattern, protocol::Version::v2025_03_26) == pattern);
}

TEST_CASE("what was read says how long it keeps where the version knows it") {
    const std::vector<protocol::ResourceContents> contents = {{"x://a", "text/plain", "hi"}};
    CHECK(protocol::write_read_resource(contents, protocol::Version::v2025_11_25, not_at_all) ==
          Json::parse(R"({"contents":[{"uri":"x://a","mimeType":"text/plain","text":"hi"}]})"));
    CHECK(protocol::write_read_resource(contents, protocol::Version::v2026_07_28, not_at_all)["cacheScope"] ==
          "private");
    CHECK(protocol::write_read_resource(contents, protocol::Version::v2026_07_28, for_an_hour)["ttlMs"] ==
          3'600'000);
    CHECK(protocol::write_read_resource({}, protocol::Version::v2025_11_25, not_at_all) ==
          Json::parse(R"({"contents":[]})"));
}

TEST_CASE("an unknown resource is named in the error, escaped and cut") {
    const auto error = protocol::resource_not_found("test://nonexistent-resource");
    CHECK(error.code == protocol::Errc::resource_not_found);
    CHECK(error.data == Json{{"uri", "test://nonexistent-resource"}});
    const auto wild = protocol::resource_not_found("x\n" + std::string(10'000, '\xff'));
    CHECK(wild.message.size() < 350);
    CHECK(wild.data.dump().size() < 300);
    CHECK(wild.message.find('\n') == std::string::npos);
}

TEST_CASE("a uri fits a template where one whole segment stands in its place") {
    struct Row {
        const char* pattern;
        const char* uri;
        const char* found;  // nullptr: does not fit
    };
    constexpr auto one = "tfy://approvals/{id}";
    const Row rows[] = {
        {one, "tfy://approvals/7", "7"},
        {one, "tfy://approvals/pat-a.b_c~d", "pat-a.b_c~d"},
        {one, "tfy://approvals/a%20b", "a b"},
        {one, "tfy://approvals/%C3%BC", "\xc3\xbc"},
        {one, "tfy://approvals/%c3%bc", "\xc3\xbc"},
        {one, "tfy://approvals/a%22%5C", "a\"\\"},
        {one, "tfy://approvals/a%2525", "a%25"},
        {one, "tfy://approvals/...", "..."},
        {"tfy://a/{id}/log", "tfy://a/7/log", "7"},
        {"{all}", "a", "a"},
        {one, "tfy://approvals/", nullptr},
        {one, "tfy://approvals", nullptr},
        {one, "tfy://approval/7", nullptr},
        {one, "TFY://approvals/7", nullptr},
        {one, "", nullptr},
        {one, "tfy://approvals/revoke/all", nullptr},
        {one, "tfy://approvals/a%2Fb", nullptr},
        {one, "tfy://approvals/a%2fb", nullptr},
        {one, "tfy://approvals/.", nullptr},
        {one, "tfy://approvals/..", nullptr},
        {one, "tfy://approvals/%2e%2e", nullptr},
        {one, "tfy://approvals/.%2E", nullptr},
        {one, "tfy://approvals/%", nullptr},
        {one, "tfy://approvals/a%2", nullptr},
        {one, "tfy://approvals/%zz", nullptr},
        {one, "tfy://approvals/%+1", nullptr},
        {one, "tfy://approvals/a b", nullptr},
        {one, "tfy://approvals/a?b", nullptr},
        {one, "tfy://approvals/a#b", nullptr},
        {one, "tfy://approvals/{id}", nullptr},
        {one, "tfy://approvals/a\\b", nullptr},
        {one, "tfy://approvals/\xc3\xbc", nullptr},
        {one, "tfy://approvals/%00", nullptr},
        {one, "tfy://approvals/a%0Ab", nullptr},
        {one, "tfy://approvals/%7F", nullptr},
        {one, "tfy://approvals/%FF", nullptr},
        {one, "tfy://approvals/%C3", nullptr},
        {"tfy://a/{id}/log", "tfy://a//log", nullptr},
        {"tfy://a/{id}/log", "tfy://a/log", nullptr},
        {"tfy://a/{id}/log", "tfy://a/7/logs", nullptr},
        {"tfy://a/{id}/a/", "tfy://a/", nullptr},
        {"tfy://a", "tfy://a", nullptr},
        {"tfy://{a}/{b}", "tfy://1/2", nullptr},
        {"tfy://{a", "tfy://1", nullptr},
        {"tfy://a}", "tfy://a}", nullptr},
        {"tfy://{a}}", "tfy://1}", nullptr},
    };
    for (const auto& row : rows) {
        CAPTURE(row.pattern);
        CAPTURE(row.uri);
        const auto found = protocol::match_template(row.pattern, row.uri);
        CHECK(found.has_value() == (row.found != nullptr));
        if (found && row.found != nullptr) CHECK(*found == row.found);
    }
}

}  // namespace tfy::protocol::resource_test
