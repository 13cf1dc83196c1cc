#include "tools/access_tokens/resources.hpp"

namespace tfy::access_tokens {

std::string token_uri(std::string_view id) { return std::string(tokens_uri).append("/").append(id); }

std::vector<std::string> uris_of(const Json& told) {
    std::vector<std::string> uris{std::string(tokens_uri)};
    if (!told.is_object()) return uris;
    const auto id = told.find("id");
    if (id != told.end() && id->is_string()) uris.push_back(token_uri(id->get<std::string>()));
    return uris;
}

}  // namespace tfy::access_tokens
