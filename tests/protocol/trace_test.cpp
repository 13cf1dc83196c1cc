// W3C trace context in `_meta`: a malformed one is as none.
#include <doctest/doctest.h>

#include "protocol/meta.hpp"

namespace tfy::protocol::trace_test {
namespace {

constexpr const char* good = "00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01";

protocol::TraceContext read(Json meta) { return protocol::TraceContext::read({{"_meta", std::move(meta)}}); }

}  // namespace

TEST_CASE("a trace is passed on as it came") {
    const auto trace = read({{"traceparent", good}, {"tracestate", "a=1,b=2"}, {"baggage", "user=ada;p=1"}});
    CHECK(trace.traceparent == good);
    CHECK(trace.tracestate == "a=1,b=2");
    CHECK(trace.baggage == "user=ada;p=1");
}

TEST_CASE("a traceparent is a version, a trace, a parent and flags, in lower case") {
    struct Row {
        const char* text;
        bool valid;
    };
    const Row rows[] = {
        {good, true},
        {"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-ff", true},
        {"01-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", true},
        {"fe-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", true},
        {"cc-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-what-the-future-brings", true},
        {"", false},
        {"ff-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", false},
        {"0x-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", false},
        {"00-0AF7651916CD43DD8448EB211C80319C-00f067aa0ba902b7-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-00F067AA0BA902B7-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-0A", false},
        {"00-00000000000000000000000000000000-00f067aa0ba902b7-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", false},
        {"00-0af7651916cd43dd8448eb211c80319g-00f067aa0ba902b7-01", false},
        {"00_0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c_00f067aa0ba902b7-01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7_01", false},
        {"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-0", false},
        {"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-", false},
        {"00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-011", false},
        {"01-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-011", false},
        {" 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01", false},
        {"01-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-01-\n", false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto trace = read({{"traceparent", row.text}, {"tracestate", "a=1"}, {"baggage", "b=2"}});
        CHECK(trace.traceparent == (row.valid ? row.text : ""));
        CHECK(trace.tracestate == (row.valid ? "a=1" : ""));
        CHECK(trace.baggage == "b=2");
    }
}

TEST_CASE("what goes with a trace is limited, and holds nothing that a header could not") {
    for (const auto& [name, longest] : {std::pair("tracestate", 512U), std::pair("baggage", 8192U)}) {
        CAPTURE(name);
        const Json refused[] = {std::string(longest + 1, 'a'),
                                "a=1\r\nX: y",
                                "a=\x7f",
                                "\xc3\xbc=1",
                                std::string("a\0b", 3),
                                7,
                                nullptr,
                                Json::array()};
        const auto value = [name = name](const Json& given) {
            const auto trace = read({{"traceparent", good}, {name, given}});
            CHECK(trace.traceparent == good);
            return std::string_view(name) == "baggage" ? trace.baggage : trace.tracestate;
        };
        CHECK(value(std::string(longest, 'a')).size() == longest);
        for (const auto& each : refused) CHECK(value(each).empty());
    }
}

TEST_CASE("where there is no _meta, or none that is an object, there is no trace") {
    for (const auto& params :
         {Json::object(), Json(nullptr), Json{{"_meta", 7}}, Json{{"_meta", {{"x", 1}}}}}) {
        CAPTURE(params);
        CHECK(protocol::TraceContext::read(params).traceparent.empty());
        CHECK(protocol::TraceContext::read(params).baggage.empty());
    }
}

}  // namespace tfy::protocol::trace_test
