// What a lenient router could take for one of the two calls that must never be sent, and what is left alone.
#include "tools/sandbox/danger.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::danger_test {

using examples::base;

namespace {

struct Row {
    const char* method;
    std::string target;
};

constexpr std::string_view by_name = "GET /{name}";
constexpr std::string_view revoke_all = "DELETE /revoke/all";

}  // namespace

TEST_CASE("revoke-all is a danger from every method and in every spelling that some router takes for it") {
    for (const auto* method : {"DELETE", "delete", "POST", "PUT", "PATCH", "OPTIONS"})
        for (const std::string& target : {base + "/revoke/all",
                                          base + "/revoke/all/",
                                          base + "/revoke//all",
                                          base + "//revoke/all//",
                                          base + "/revoke%2Fall",
                                          base + "/revoke%2fall%2F",
                                          base + "/revoke%252Fall",
                                          base + "/revoke%25252Fall",
                                          base + "/%72evoke/%61ll",
                                          base + "/Revoke/ALL",
                                          base + "/revoke\\all",
                                          base + "/revoke%5Call",
                                          base + "/./revoke/./all",
                                          base + "/x/../revoke/all",
                                          base + "/revoke/x/%2e%2e/all",
                                          base + "/revoke;a=b/all;c",
                                          base + "/revoke/all%20",
                                          base + "/revoke/all%00",
                                          base + "/revoke/all?email=a@b.example",
                                          base + "/revoke/all#x",
                                          base + "/revoke/all%3Fx",
                                          std::string("//api/svc//v1/personal-access-tokens/revoke/all"),
                                          std::string("/API/svc/v1/Personal-Access-Tokens/revoke/all"),
                                          std::string("/api%2Fsvc/v1/personal-access-tokens/revoke/all"),
                                          "http://localhost:8790" + base + "/revoke/all"}) {
            CAPTURE(method);
            CAPTURE(target);
            CHECK(sandbox::danger_of(method, target).starts_with(revoke_all));
        }
}

TEST_CASE("a read of anything below the collection is a danger; routers serve HEAD as they serve GET") {
    for (const auto* method : {"GET", "HEAD", "get"})
        for (const std::string& target :
             {base + "/dev-local", base + "/dev-local/", base + "//dev-local", base + "/dev-local?teamName=x",
              base + "%2Fdev-local", base + "/a/b", base + "/dev-local%2Ftoken", base + "/token",
              base + "/..", base + "/.", base + "/%2e%2e", base + "/\xc3\xa4x",
              std::string("/api/svc/v1/x/../personal-access-tokens/y"),
              std::string("/API/SVC/V1/PERSONAL-ACCESS-TOKENS/x")}) {
            CAPTURE(method);
            CAPTURE(target);
            CHECK(sandbox::danger_of(method, target).starts_with(by_name));
        }
}

TEST_CASE("what may be sent, and what no router takes for either, is none") {
    const Row rows[] = {{"GET", base},
                        {"GET", base + "/"},
                        {"GET", base + "?limit=100&nameSearchQuery=revoke/all"},
                        {"GET", base + "?nameSearchQuery=%2Frevoke%2Fall"},
                        {"POST", base},
                        {"POST", base + "/dev-local"},
                        {"DELETE", base + "/jqfwg345gi25n5ju2yz5iz6m"},
                        {"DELETE", base + "/revoke"},
                        {"DELETE", base + "/all"},
                        {"DELETE", base + "/revoke/all/x"},
                        {"DELETE", base + "/.."},
                        {"DELETE", base + "%"},
                        {"GET", base + "/dev-local/token"},
                        {"GET", "/api/svc/v1/workspaces?limit=1"},
                        {"GET", base + "-x/y"},
                        {"GET", "/"},
                        {"GET", ""}};
    for (const auto& row : rows) {
        CAPTURE(row.target);
        CHECK(sandbox::danger_of(row.method, row.target).empty());
    }
}

}  // namespace tfy::danger_test
