#include "server/dashboard/page_files.hpp"

#include "manifests/embedded.hpp"
#include "policy/canonical_json.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::string_view folder = "page/";
constexpr const char* content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

std::string content_type_of(std::string_view name) {
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    return "text/html; charset=utf-8";
}

}  // namespace

PageFiles::PageFiles(const sealing::Sealer& redaction) {
    for (const auto& file : manifests::files()) {
        if (!file.name.starts_with(folder)) continue;
        const auto name = file.name.substr(folder.size());
        const auto etag = '"' + policy::sha256(file.text).substr(7, 32) + '"';
        files_.emplace(std::string(name), File{content_type_of(name), etag, redaction.seal_text(file.text)});
    }
}

transport::HttpResponse PageFiles::index() const {
    const auto& file = files_.at("index.html");
    return {200,
            file.content_type,
            file.body,
            {{"Content-Security-Policy", content_policy},
             {"Cross-Origin-Opener-Policy", "same-origin"},
             {"Cache-Control", "no-store"},
             {"Referrer-Policy", "no-referrer"},
             {"X-Content-Type-Options", "nosniff"}}};
}

// The names never change, so browsers ask again each time: an upgraded server is never met by an old script.
std::optional<transport::HttpResponse> PageFiles::asset(std::string_view name, std::string_view known) const {
    const auto found = files_.find("assets/" + std::string(name));
    if (found == files_.end()) return std::nullopt;
    const auto& file = found->second;
    transport::Headers headers = {{"ETag", file.etag},
                                  {"Cache-Control", "no-cache"},
                                  {"Cross-Origin-Resource-Policy", "same-origin"},
                                  {"X-Content-Type-Options", "nosniff"}};
    if (known == file.etag) return transport::HttpResponse{304, {}, {}, std::move(headers)};
    return transport::HttpResponse{200, file.content_type, file.body, std::move(headers)};
}

}  // namespace tfy::dashboard
