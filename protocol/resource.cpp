// resources/*, and the uris that fit a template.
#include "protocol/resource.hpp"

#include <algorithm>

#include "protocol/definition.hpp"
#include "protocol/elicitation.hpp"
#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr std::size_t longest_uri = 2000;

/// Of a Resource and of a ResourceTemplate: a definition has what it is.
constexpr VersionedMember resource_members[] = {
    {"uri", Version::v2025_03_26},         {"uriTemplate", Version::v2025_03_26},
    {"name", Version::v2025_03_26},        {"description", Version::v2025_03_26},
    {"mimeType", Version::v2025_03_26},    {"size", Version::v2025_03_26},
    {"annotations", Version::v2025_03_26}, {"title", Version::v2025_06_18},
    {"icons", Version::v2025_11_25},
};

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// What may stand for itself in one segment of a path: pchar of RFC 3986 without percent.
bool is_segment_char(char c) {
    return is_alphanumeric(c) || std::string_view("-._~!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return std::nullopt;
}

std::optional<std::string> decode_segment(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            if (!is_segment_char(text[i])) return std::nullopt;
            out += text[i];
            continue;
        }
        if (text.size() - i < 3) return std::nullopt;
        const auto high = hex_digit(text[i + 1]);
        const auto low = hex_digit(text[i + 2]);
        if (!high || !low) return std::nullopt;
        out += static_cast<char>(*high << 4U | *low);
        i += 2;
    }
    return out;
}

/// UTF-8 without control characters: asked of the JSON parser, which knows.
bool is_text(std::string text) {
    if (text.find('\x7f') != text.npos) return false;
    std::ranges::replace_if(text, [](char c) { return c == '"' || c == '\\'; }, '_');
    return Json::accept('"' + text + '"');
}

bool is_name(const std::string& segment) {
    return !segment.empty() && segment != "." && segment != ".." && segment.find('/') == segment.npos &&
           is_text(segment);
}

}  // namespace

Result<std::string> read_subscribed_uri(const Json& params) {
    auto uri = read_string(params, "params", "uri");
    if (uri && uri->size() > longest_uri) return mistyped("params.uri", "of at most 2,000 bytes");
    return uri;
}

Result<ReadResourceParams> read_read_resource(const Json& params) {
    auto uri = read_subscribed_uri(params);
    if (!uri) return uri.error();
    auto retry = read_retry(params);
    if (!retry) return retry.error();
    return ReadResourceParams{std::move(*uri), std::move(retry->request_state),
                              std::move(retry->input_responses)};
}

Json write_resource(const Json& definition, Version version) {
    return members_of(definition, resource_members, version);
}

Json write_read_resource(const std::vector<ResourceContents>& contents, Version version, Caching caching) {
    Json result = {{"contents", Json::array()}};
    for (const auto& each : contents) result["contents"].push_back(write_contents(each));
    return is_modern(version) ? cacheable(std::move(result), caching) : std::move(result);
}

Error resource_not_found(std::string_view uri) {
    return {Errc::resource_not_found,
            "There is no resource " + protocol::quoted(uri) + ", or it is not yours to read.",
            {{"uri", escaped(uri)}}};
}

std::optional<std::string> match_template(std::string_view uri_template, std::string_view uri) {
    const auto opening = uri_template.find('{');
    if (opening == uri_template.npos) return std::nullopt;
    const auto closing = uri_template.find('}', opening);
    if (closing == uri_template.npos) return std::nullopt;
    const auto before = uri_template.substr(0, opening);
    const auto after = uri_template.substr(closing + 1);
    if (after.find_first_of("{}") != after.npos || uri.size() < before.size() + after.size() ||
        !uri.starts_with(before) || !uri.ends_with(after))
        return std::nullopt;
    uri.remove_prefix(before.size());
    uri.remove_suffix(after.size());
    auto segment = decode_segment(uri);
    return segment && is_name(*segment) ? segment : std::nullopt;
}

}  // namespace tfy::protocol
