// The page's own files as they were embedded, sealed once.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "server/sealing/sealer.hpp"
#include "server/transport/http.hpp"

namespace tfy::dashboard {

class PageFiles {
public:
    explicit PageFiles(const sealing::Sealer& redaction);

    /// The page itself, with the headers that keep everything foreign out of it.
    transport::HttpResponse index() const;
    /// "app.js" or "app.css": 200, or 304 where `known` (If-None-Match) is what we have. nullopt for any
    /// other name.
    std::optional<transport::HttpResponse> asset(std::string_view name, std::string_view known) const;

private:
    struct File {
        std::string content_type;
        std::string etag;
        redaction::Redacted body;
    };
    std::map<std::string, File, std::less<>> files_;  // by path below dist/
};

}  // namespace tfy::dashboard
