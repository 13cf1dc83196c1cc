// Content blocks of tool results and prompt messages, and the contents of resources.
#pragma once

#include <string>
#include <variant>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// Bytes that are Base64 already, as they travel.
struct Base64 {
    std::string text;
};

struct ResourceContents {
    std::string uri;
    std::string mime_type;
    std::variant<std::string, Base64> body;  // text, or a blob
};

Json write_contents(const ResourceContents& contents);

Json text_content(std::string text);
Json image_content(Base64 data, std::string mime_type);
Json audio_content(Base64 data, std::string mime_type);
Json embedded_resource(const ResourceContents& contents);

}  // namespace tfy::protocol
