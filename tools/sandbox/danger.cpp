#include "tools/sandbox/danger.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "protocol/lower.hpp"
#include "tools/sandbox/api_target.hpp"

namespace tfy::sandbox {
namespace {

using Segments = std::vector<std::string>;

constexpr std::string_view list_path = "/api/svc/v1/personal-access-tokens";

constexpr int most_decodings = 3;

// As a router would compare it: small letters, no matrix parameters, nothing that cannot be seen.
std::string plain(std::string_view segment) {
    std::string made;
    for (const char c : segment.substr(0, segment.find(';')))
        if (c > ' ' && c < 0x7f) made += protocol::lower(c);
    return made;
}

Segments segments_of(std::string_view path, bool dots_resolved) {
    Segments found;
    for (path = path.substr(0, path.find_first_of("?#")); !path.empty();) {
        const auto segment = plain(path.substr(0, path.find_first_of("/\\")));
        path.remove_prefix(std::min(path.size(), path.substr(0, path.find_first_of("/\\")).size() + 1));
        if (segment.empty() || (dots_resolved && segment == ".")) continue;
        if (dots_resolved && segment == "..") {
            if (!found.empty()) found.pop_back();
        } else {
            found.push_back(segment);
        }
    }
    return found;
}

// One reading of the path, already in segments.
std::string danger_in(const Segments& path, bool reads) {
    static constexpr std::array<std::string_view, 4> collection{"api", "svc", "v1", "personal-access-tokens"};
    if (path.size() <= collection.size() || !std::equal(collection.begin(), collection.end(), path.begin()))
        return {};
    const Segments rest(path.begin() + collection.size(), path.end());
    if (rest == Segments{"revoke", "all"})
        return "DELETE /revoke/all, which would have revoked every token of a user";
    if (!reads || (rest.size() == 2 && rest.back() == "token")) return {};
    return "GET /{name}, which would have created a token if none had that name, and returned its value";
}

}  // namespace

std::string danger_of(std::string_view method, std::string_view target) {
    const auto written = origin_form(target);
    const auto as_sent = written.substr(0, std::min(written.find('?'), written.find('#')));
    if (as_sent == list_path) return {};  // what is asked for most, in every reading
    const auto verb = plain(method);
    const bool reads = verb == "get" || verb == "head";
    std::string path(as_sent);
    for (int decodings = 0; decodings <= most_decodings; ++decodings) {
        for (const bool dots_resolved : {false, true})
            if (auto danger = danger_in(segments_of(path, dots_resolved), reads); !danger.empty())
                return danger;
        auto decoded = percent_decoded(path);
        if (decoded == path) break;
        path = std::move(decoded);
    }
    return {};
}

}  // namespace tfy::sandbox
