// What can be different about one request's world: the clock, the shape of what is listed, and what others do
// to the tokens meanwhile.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tfy::lab {

/// How a listed token is written. The documented API knows two kinds of manifest; older documents and other
/// spellings are met in the wild.
enum class Shape {
    virtual_account,  // VirtualAccountManifest, the type that the SDKs declare for these routes: the default
    full,             // the same, and every member that the SDKs know has a value
    pat,              // PersonalAccessTokenManifest of the SDKs, which they do not expect on these routes
    mixed,            // "pat" and "virtual-account" in turn, by the id
    camel,            // the same with expirationDate and tokenType
    flat,             // the name at the top level, no manifest
    required,         // only what the SDKs require, the rest absent
    nulls,            // every optional member null
};
std::optional<Shape> read_shape(std::string_view text);
std::string_view name_of(Shape shape);

/// A token of the caller's that comes or goes right before the request is answered, as if someone else were
/// at work.
struct Interference {
    bool inserts = true;    // false: deletes
    std::string name = {};  // of the token; to delete one, its id will do
};

struct Circumstances {
    std::chrono::seconds skew{0};  // how far the control plane's clock is ahead
    Shape shape = Shape::virtual_account;
    std::vector<Interference> before = {};
};

}  // namespace tfy::lab
