#include "server/config/issuer.hpp"

#include "server/http_client/url_parts.hpp"

namespace tfy::config {

Result<void> may_take_tokens(const Settings& settings) {
    const auto no = [](const char* sentence) { return Error{Errc::refused, sentence}; };
    if (!settings.callers.issuer && settings.issuer.empty()) return {};
    if (!settings.callers.issuer)
        return no(
            "--issuer is given, and --callers does not say that its tokens are taken. Add issuer to "
            "--callers, or "
            "leave --issuer out.");
    if (settings.issuer.empty())
        return no(
            "--issuer is missing: with --callers issuer, callers show access tokens of the issuer that it "
            "names. "
            "Give its address, as it names itself.");
    if (settings.callers.oauth)
        return no(
            "--callers oauth and issuer exclude each other: clients would be led to two authorization "
            "servers, "
            "and a token must have one meaning. Choose one of them; keys goes with either.");
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (!parts)
        return no(
            "--callers issuer needs --public-url: tokens are made for that address with /mcp behind it, and "
            "no "
            "others are taken. Give the address at which clients reach serve.");
    if (parts->path != "/")
        return no(
            "--public-url has a path, and with --callers issuer it must have none: clients look for the "
            "metadata "
            "at the host. Leave the path out.");
    return {};
}

}  // namespace tfy::config
