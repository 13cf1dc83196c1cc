// A text, a picture, one that can be watched, and as many as someone likes.
#include <algorithm>

#include "tests/conformance_server/features.hpp"
#include "tests/conformance_server/samples.hpp"

namespace tfy::conformance {
namespace {

using protocol::ResourceContents;

constexpr auto any_data = "test://template/{id}/data";
constexpr std::size_t page_size = 50;

Json define_resource(std::string uri, std::string name, std::string mime_type) {
    return {{"uri", std::move(uri)},
            {"name", name},
            {"description", "A fixture: " + name},
            {"mimeType", std::move(mime_type)}};
}

std::vector<Json> fixed() {
    return {define_resource("test://static-text", "static text", "text/plain"),
            define_resource("test://static-binary", "static picture", "image/png"),
            define_resource("test://watched-resource", "watched text", "text/plain")};
}

std::optional<ResourceContents> contents_of(const std::string& uri) {
    if (uri == "test://static-text")
        return ResourceContents{uri, "text/plain", "This is the content of the static text resource."};
    if (uri == "test://static-binary") return ResourceContents{uri, "image/png", pixel()};
    if (uri == "test://watched-resource") return ResourceContents{uri, "text/plain", "Watched."};
    const auto id = protocol::match_template(any_data, uri);
    if (!id) return std::nullopt;
    const Json data = {{"id", *id}, {"templateTest", true}, {"data", "Data for ID: " + *id}};
    return ResourceContents{uri, "application/json", data.dump()};
}

}  // namespace

Async<Result<protocol::Page>> Resources::list(Requester&, std::optional<std::string> cursor) {
    co_return protocol::page_of(fixed(), cursor, page_size);
}

const std::vector<Json>& Resources::templates() const {
    static const std::vector<Json> all = {{{"uriTemplate", any_data},
                                           {"name", "any data"},
                                           {"description", "A fixture: data of an id"},
                                           {"mimeType", "application/json"}}};
    return all;
}

Async<Result<MethodResult>> Resources::read(Requester& requester, protocol::ReadResourceParams params) {
    const auto contents = contents_of(params.uri);
    if (!contents) co_return protocol::resource_not_found(params.uri);
    co_return MethodResult{.result = protocol::write_read_resource({*contents}, requester.context.version,
                                                                   protocol::for_an_hour)};
}

Async<bool> Resources::may_watch(Requester&, std::string uri) { co_return contents_of(uri).has_value(); }

}  // namespace tfy::conformance
