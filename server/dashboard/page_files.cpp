#include "server/dashboard/page_files.hpp"

#include <algorithm>
#include <array>

#include "manifests/embedded.hpp"
#include "policy/canonical_json.hpp"
#include "server/transport/text.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::string_view folder = "page/";

struct Coding {
    std::string_view name;
    std::string_view ending;
};
constexpr std::array codings = {Coding{"br", ".br"}, Coding{"gzip", ".gz"}};

std::string content_type_of(std::string_view name) {
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    return "text/html; charset=utf-8";
}

std::string etag_of(std::string_view bytes) { return '"' + policy::sha256(bytes).substr(7, 32) + '"'; }

/// Whether an Accept-Encoding header names `coding`, and not with q=0.
bool accepts(std::string_view header, std::string_view coding) {
    for (const auto item : transport::comma_separated(header)) {
        if (transport::trimmed(item.substr(0, item.find(';'))) != coding) continue;
        const auto weight = item.find("q=");
        return weight == std::string_view::npos ||
               item.find_first_of("123456789", weight) != std::string_view::npos;
    }
    return false;
}

/// The shortest form that an Accept-Encoding header allows.
std::string_view best_coding(std::string_view accepted) {
    for (const auto& coding : codings)
        if (accepts(accepted, coding.name)) return coding.name;
    return "";
}

}  // namespace

// A start hashes nothing of it.
const PageFiles::Files& PageFiles::files() {
    if (!files_.empty()) return files_;
    for (const auto& file : manifests::files()) {
        if (!file.name.starts_with(folder)) continue;
        auto name = file.name.substr(folder.size());
        std::string_view coding;
        for (const auto& each : codings)
            if (name.ends_with(each.ending)) {
                coding = each.name;
                name.remove_suffix(each.ending.size());
            }
        auto& served = files_.try_emplace(std::string(name), File{content_type_of(name), {}}).first->second;
        served.forms.emplace(coding, Form{etag_of(file.text), redaction::Redacted::embedded(file.bytes)});
    }
    return files_;
}

transport::HttpResponse PageFiles::reply(const File& file, std::string_view coding, transport::Headers more) {
    more.emplace_back("Vary", "Accept-Encoding");
    if (!coding.empty()) more.emplace_back("Content-Encoding", coding);
    return {200, file.content_type, file.forms.at(coding).body, std::move(more)};
}

transport::HttpResponse PageFiles::index(std::string_view accepted) {
    return reply(files().at("index.html"), best_coding(accepted), {{"Cache-Control", "no-store"}});
}

// The names never change, so browsers ask again each time: an upgraded server is never met by an old script.
std::optional<transport::HttpResponse> PageFiles::asset(std::string_view name, std::string_view accepted,
                                                        std::string_view known) {
    const auto found = files().find("assets/" + std::string(name));
    if (found == files_.end()) return std::nullopt;
    const auto coding = best_coding(accepted);
    const auto& etag = found->second.forms.at(coding).etag;
    auto whole = reply(found->second, coding, {{"ETag", etag}, {"Cache-Control", "no-cache"}});
    if (known.find(etag) == std::string_view::npos) return whole;
    std::erase_if(whole.headers, [](const auto& header) { return header.first == "Content-Encoding"; });
    return transport::HttpResponse{304, {}, {}, std::move(whole.headers)};
}

}  // namespace tfy::dashboard
