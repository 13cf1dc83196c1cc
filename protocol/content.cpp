// Content blocks and resource contents as they travel.
#include "protocol/content.hpp"

namespace tfy::protocol {
namespace {

Json media(const char* type, Base64 data, std::string mime_type) {
    return {{"type", type}, {"data", std::move(data.text)}, {"mimeType", std::move(mime_type)}};
}

}  // namespace

Json write_contents(const ResourceContents& contents) {
    Json out = {{"uri", contents.uri}};
    if (!contents.mime_type.empty()) out["mimeType"] = contents.mime_type;
    if (const auto* text = std::get_if<std::string>(&contents.body)) out["text"] = *text;
    if (const auto* blob = std::get_if<Base64>(&contents.body)) out["blob"] = blob->text;
    return out;
}

Json text_content(std::string text) { return {{"type", "text"}, {"text", std::move(text)}}; }

Json image_content(Base64 data, std::string mime_type) {
    return media("image", std::move(data), std::move(mime_type));
}

Json audio_content(Base64 data, std::string mime_type) {
    return media("audio", std::move(data), std::move(mime_type));
}

Json embedded_resource(const ResourceContents& contents) {
    return {{"type", "resource"}, {"resource", write_contents(contents)}};
}

}  // namespace tfy::protocol
