// `policy explain` tells what holds for the transport by which the caller comes.
#include <doctest/doctest.h>

#include <sstream>

#include "protocol/parse.hpp"
#include "server/cli/policy_explain.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::policy_explain_callers_test {
namespace {

std::string explained(const std::string& principal, bool json) {
    const fakes::TempFolder folder;
    config::Options options;
    options.state_dir = (folder / "state").string();
    cli::ExplainOptions explain;
    explain.tool = "tfy_access_tokens_delete";
    explain.principal = principal;
    explain.json = json;
    std::ostringstream out, err;
    REQUIRE_MESSAGE(cli::run_policy_explain(options, explain, out, err) == 0, err.str());
    return out.str();
}

Json terms(const std::string& principal) {
    return protocol::parse(explained(principal, true)).value().at("terms");
}

bool tells(const std::string& principal, std::string_view part) {
    return explained(principal, false).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("callers over HTTP, however they are known, are told of HTTP alone") {
    for (const auto* caller :
         {"http:loopback", "key:K7Q29FXM", "oauth:ada/cursor", "issuer:ada/cursor", "tfy:bob"}) {
        CAPTURE(caller);
        CHECK(terms(caller).at("stdio").is_null());
        CHECK(terms(caller).at("http").at("min_assurance") == "signed_in");
        CHECK(tells(caller, "  Over HTTP it takes a decision of level signed_in"));
        CHECK_FALSE(tells(caller, "On stdio"));
    }
}

TEST_CASE("a caller of stdio is told of stdio alone, and without a caller both are told") {
    CHECK(terms("stdio:alice").at("stdio").at("min_assurance") == "client");
    CHECK(terms("stdio:alice").at("http").is_null());
    CHECK_FALSE(tells("stdio:alice", "Over HTTP"));
    CHECK(terms("").at("stdio").at("min_assurance") == "client");
    CHECK(terms("").at("http").at("min_assurance") == "signed_in");
    CHECK((tells("", "  On stdio it takes") && tells("", "  Over HTTP it takes")));
}

}  // namespace tfy::policy_explain_callers_test
