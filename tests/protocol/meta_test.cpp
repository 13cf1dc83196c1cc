// Who asks, and what the asking side can do.
#include "protocol/meta.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::meta_test {
namespace {

constexpr const char* version_key = "io.modelcontextprotocol/protocolVersion";
constexpr const char* client_key = "io.modelcontextprotocol/clientInfo";
constexpr const char* log_level_key = "io.modelcontextprotocol/logLevel";
constexpr const char* capabilities_key = "io.modelcontextprotocol/clientCapabilities";

protocol::Request request(Json meta) {
    return {protocol::RequestId(1), "tools/list", {{"_meta", std::move(meta)}}};
}

Json whole_meta() {
    return {{version_key, "2026-07-28"},
            {client_key, {{"name", "claude-code"}, {"version", "2.1.0"}, {"title", "Claude Code"}}},
            {capabilities_key, {{"elicitation", Json::object()}}},
            {"progressToken", 7}};
}

}  // namespace

TEST_CASE("a modern request brings its version, client, capabilities and progress token") {
    const auto context = protocol::read_modern_context(request(whole_meta()));
    REQUIRE(context.has_value());
    CHECK(context->version == protocol::Version::v2026_07_28);
    CHECK(context->client.name == "claude-code");
    CHECK(context->client.version == "2.1.0");
    CHECK(context->client.title == "Claude Code");
    CHECK(context->capabilities.elicitation_form);
    CHECK(context->progress_token == 7);
}

TEST_CASE("a client may keep its name to itself") {
    auto meta = whole_meta();
    meta.erase(client_key);
    meta.erase("progressToken");
    const auto context = protocol::read_modern_context(request(meta));
    REQUIRE(context.has_value());
    CHECK(context->client.name.empty());
    CHECK(context->progress_token.is_null());
}

TEST_CASE("null for an optional field of a modern request is as if left out") {
    auto meta = whole_meta();
    for (const auto* key : {log_level_key, client_key, "progressToken"}) meta[key] = nullptr;
    meta[capabilities_key] = {{"elicitation", nullptr},
                              {"extensions", {{"io.modelcontextprotocol/tasks", nullptr}}}};
    const auto context = protocol::read_modern_context(request(meta));
    REQUIRE(context.has_value());
    CHECK_FALSE(context->capabilities.elicitation_form);
    CHECK_FALSE(context->capabilities.tasks);
    CHECK(context->progress_token.is_null());
    CHECK(context->client.name.empty());
    CHECK(protocol::read_progress_token({{"_meta", nullptr}})->is_null());
}

TEST_CASE("a modern request without a required field, or with a mis-typed one, is refused") {
    struct Row {
        const char* key;
        Json value;  // discarded: the member is taken out
    };
    const Json out(Json::value_t::discarded);
    const Row rows[] = {
        {version_key, out},
        {version_key, 20260728},
        {version_key, nullptr},
        {capabilities_key, out},
        {capabilities_key, Json::array()},
        {capabilities_key, nullptr},
        {capabilities_key, {{"sampling", 7}}},
        {capabilities_key, {{"roots", true}}},
        {log_level_key, "verbose"},
        {log_level_key, "Debug"},
        {log_level_key, ""},
        {log_level_key, 7},
        {capabilities_key, {{"elicitation", true}}},
        {capabilities_key, {{"elicitation", {{"form", 1}}}}},
        {capabilities_key, {{"elicitation", {{"url", "yes"}}}}},
        {capabilities_key, {{"extensions", Json::array()}}},
        {capabilities_key, {{"extensions", {{"io.modelcontextprotocol/tasks", true}}}}},
        {client_key, "claude"},
        {client_key, {{"name", "x"}}},
        {client_key, {{"name", 1}, {"version", "1"}}},
        {client_key, {{"name", "x"}, {"version", "1"}, {"title", 1}}},
        {"progressToken", 1.5},
        {"progressToken", Json::object()},
    };
    for (const auto& row : rows) {
        CAPTURE(row.key);
        CAPTURE(row.value);
        auto meta = whole_meta();
        if (row.value.is_discarded())
            meta.erase(row.key);
        else
            meta[row.key] = row.value;
        const auto context = protocol::read_modern_context(request(meta));
        REQUIRE_FALSE(context.has_value());
        CHECK(context.error().code == protocol::Errc::invalid_params);
    }
    for (const auto& params : {Json::object(), Json{{"_meta", nullptr}}, Json{{"_meta", Json::array()}}}) {
        const auto context = protocol::read_modern_context({protocol::RequestId(1), "tools/list", params});
        REQUIRE_FALSE(context.has_value());
        CHECK(context.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a version that is unknown, or that wants initialize, is answered with those that are spoken") {
    for (const auto* version : {"1900-01-01", "2025-11-25", "", "2026-07-28\n"}) {
        CAPTURE(version);
        auto meta = whole_meta();
        meta[version_key] = version;
        const auto context = protocol::read_modern_context(request(meta));
        REQUIRE_FALSE(context.has_value());
        CHECK(context.error().code == protocol::Errc::unsupported_version);
        CHECK(context.error().data["supported"] ==
              Json{"2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"});
        CHECK(context.error().data["requested"] == protocol::escaped(version));
    }
}

TEST_CASE("a version of any length and make cannot get into the answer whole") {
    auto meta = whole_meta();
    meta[version_key] = std::string(1'000'000, '\n');
    const auto context = protocol::read_modern_context(request(meta));
    CHECK(context.error().message.size() < 500);
    CHECK(context.error().data.dump().size() < 500);
}

TEST_CASE("a request is modern as soon as it names a version, whatever else is wrong") {
    CHECK(protocol::has_modern_meta({{"_meta", {{version_key, "2026-07-28"}}}}));
    CHECK(protocol::has_modern_meta({{"_meta", {{version_key, 5}}}}));
    CHECK_FALSE(protocol::has_modern_meta({{"_meta", {{"progressToken", 1}}}}));
    CHECK_FALSE(protocol::has_modern_meta({{"_meta", "modern"}}));
    CHECK_FALSE(protocol::has_modern_meta(Json::object()));
    CHECK_FALSE(protocol::has_modern_meta(nullptr));
}

TEST_CASE("elicitation means forms, unless only URLs are named") {
    struct Row {
        const char* text;
        bool form;
        bool url;
    };
    const Row rows[] = {
        {R"({})", false, false},
        {R"({"elicitation":{}})", true, false},
        {R"({"elicitation":{"form":{}}})", true, false},
        {R"({"elicitation":{"url":{}}})", false, true},
        {R"({"elicitation":{"form":{},"url":{}}})", true, true},
        {R"({"elicitation":{"later":1},"later":7})", true, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto read = protocol::ClientCapabilities::read(Json::parse(row.text));
        REQUIRE(read.has_value());
        CHECK(read->elicitation_form == row.form);
        CHECK(read->elicitation_url == row.url);
        CHECK_FALSE(read->tasks);
        const auto again = protocol::ClientCapabilities::read(read->json());
        CHECK(again->elicitation_form == row.form);
        CHECK(again->elicitation_url == row.url);
    }
}

TEST_CASE("capabilities come back as they were read, each by itself and all together") {
    const char* const texts[] = {
        R"({})",
        R"({"sampling":{}})",
        R"({"roots":{}})",
        R"({"elicitation":{"form":{}}})",
        R"({"elicitation":{"url":{}}})",
        R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})",
        R"({"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{},
            "extensions":{"io.modelcontextprotocol/tasks":{}}})",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto read = protocol::ClientCapabilities::read(Json::parse(text));
        REQUIRE(read.has_value());
        CHECK(read->json() == Json::parse(text));
    }
    CHECK(protocol::ClientCapabilities::read(Json::parse(R"({"roots":{"listChanged":true}})"))->roots);
    CHECK(protocol::ClientCapabilities::read(Json::parse(R"({"sampling":{"tools":{}}})"))->sampling);
}

TEST_CASE("a modern request may name the severity from which on it wants messages") {
    CHECK_FALSE(protocol::read_modern_context(request(whole_meta()))->log_level);
    auto meta = whole_meta();
    meta[log_level_key] = "notice";
    CHECK(protocol::read_modern_context(request(meta))->log_level == protocol::LogLevel::notice);
}

TEST_CASE("a modern request brings its trace") {
    auto meta = whole_meta();
    meta["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";
    CHECK(protocol::read_modern_context(request(meta))->trace.traceparent == meta["traceparent"]);
    meta["traceparent"] = 7;
    const auto context = protocol::read_modern_context(request(meta));
    REQUIRE(context.has_value());
    CHECK(context->trace.traceparent.empty());
}

TEST_CASE("tasks are an extension") {
    const auto read = protocol::ClientCapabilities::read(
        Json::parse(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
    REQUIRE(read.has_value());
    CHECK(read->tasks);
    CHECK(read->json() == Json::parse(R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})"));
    CHECK_FALSE(
        protocol::ClientCapabilities::read(Json::parse(R"({"extensions":{"com.example/x":1}})"))->tasks);
}

TEST_CASE("a client's texts are cut at 256 bytes, between characters") {
    const auto client = protocol::Implementation::read(
        {{"name", std::string(255, 'a') + "\xc3\xbc"}, {"version", std::string(999, '1')}});
    REQUIRE(client.has_value());
    CHECK(client->name == std::string(255, 'a'));
    CHECK(client->version.size() == 256);
    CHECK(Json(client->name).dump().size() == 257);
}

TEST_CASE("a progress token is a string or an integer, as it came") {
    CHECK(*protocol::read_progress_token({{"_meta", {{"progressToken", "abc"}}}}) == "abc");
    CHECK(*protocol::read_progress_token({{"_meta", {{"progressToken", 0}}}}) == 0);
    CHECK(protocol::read_progress_token({{"_meta", Json::object()}})->is_null());
    CHECK(protocol::read_progress_token(Json::object())->is_null());
    CHECK_FALSE(protocol::read_progress_token({{"_meta", {{"progressToken", true}}}}).has_value());
    CHECK_FALSE(protocol::read_progress_token({{"_meta", 1}}).has_value());
}

}  // namespace tfy::protocol::meta_test
