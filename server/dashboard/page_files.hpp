// The page's own files as they were embedded, whole and compressed; taken up when one is first asked for.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/transport/http.hpp"

namespace tfy::dashboard {

class PageFiles {
public:
    /// The page itself, in the shortest form that `accepted` (Accept-Encoding) allows.
    transport::HttpResponse index(std::string_view accepted);
    /// "app.js" or "app.css": 200, or 304 where `known` (If-None-Match) names what we have. nullopt for any
    /// other name.
    std::optional<transport::HttpResponse> asset(std::string_view name, std::string_view accepted,
                                                 std::string_view known);

private:
    struct Form {
        std::string etag;
        redaction::Redacted body;
    };
    struct File {
        std::string content_type;
        std::map<std::string_view, Form> forms;  // by Content-Encoding; "": as it is
    };
    using Files = std::map<std::string, File, std::less<>>;  // by path below dist/
    const Files& files();
    static transport::HttpResponse reply(const File& file, std::string_view coding, transport::Headers more);

    Files files_;
};

}  // namespace tfy::dashboard
