#include "server/config/provider.hpp"

#include <algorithm>

#include "server/config/path_text.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::config {
namespace {

constexpr std::size_t longest_word = 256;
constexpr std::size_t longest_client_secret = 4096;

/// Visible characters without a space.
bool is_word(const std::string& text) {
    return !text.empty() && text.size() <= longest_word &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

/// Group names may have spaces, and letters of any language.
bool is_group(const std::string& text) {
    return !text.empty() && text.size() <= longest_word && std::ranges::none_of(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

Error not_words(const std::string& name) {
    return {Errc::invalid_params,
            name + " must be 1 to 256 characters without a space or a control character."};
}

bool is_given(const Options::Oidc& options) {
    const Options::Oidc usual;
    const bool differs = options.groups_claim != usual.groups_claim || options.name_claim != usual.name_claim;
    return differs || !options.issuer.empty() || !options.client_id.empty() ||
           !options.client_secret_file.empty() || !options.groups.empty() || !options.amr.empty() ||
           !options.scopes.empty();
}

Result<std::shared_ptr<const policy::Secret>> read_client_secret(const std::string& written) {
    const std::string name = "--oidc-client-secret-file";
    const auto file = expand_path(written, name);
    if (!file) return file.error();
    if (file->empty()) return std::shared_ptr<const policy::Secret>{};
    auto text = storage::read_private_file(*file, longest_client_secret);
    if (!text) return Error{Errc::refused, name + ": " + text.error().message + "."};
    while (!text->empty() && std::string_view(" \t\r\n").find(text->back()) != std::string_view::npos)
        text->pop_back();
    if (text->empty()) return Error{Errc::refused, name + ": the file holds nothing."};
    return std::make_shared<const policy::Secret>(std::move(*text));
}

}  // namespace

void read_provider(const Options::Oidc& options, ReadSettings& all) {
    if (!is_given(options)) return;
    const auto wrong_before = all.wrong.size();
    const auto wrong = [&all](const char* name, const Error& error) { all.wrong.push_back({name, error}); };
    if (!options.issuer.empty())
        if (auto fits = oidc::check_issuer(options.issuer); !fits) wrong("--oidc-issuer", fits.error());
    auto secret = read_client_secret(options.client_secret_file);
    if (!secret) wrong("--oidc-client-secret-file", secret.error());
    const auto check = [&](const char* name, const std::vector<std::string>& texts, auto fits) {
        if (!std::ranges::all_of(texts, fits)) wrong(name, not_words(name));
    };
    if (!options.client_id.empty()) check("--oidc-client-id", {options.client_id}, is_word);
    check("--oidc-groups-claim", {options.groups_claim}, is_word);
    check("--oidc-name-claim", {options.name_claim}, is_word);
    check("--oidc-amr", options.amr, is_word);
    check("--oidc-scope", options.scopes, is_word);
    if (!std::ranges::all_of(options.groups, is_group))
        wrong("--oidc-group", {Errc::invalid_params,
                               "--oidc-group must be 1 to 256 characters without a control character."});
    if (all.wrong.size() > wrong_before) return;
    all.settings.provider = oidc::ProviderSettings{.issuer = options.issuer,
                                                   .client_id = options.client_id,
                                                   .client_secret = *secret,
                                                   .groups_claim = options.groups_claim,
                                                   .groups = options.groups,
                                                   .name_claim = options.name_claim,
                                                   .amr = options.amr,
                                                   .scopes = options.scopes};
}

Result<void> may_sign_in_there(const Settings& settings) {
    if (!settings.provider) return {};
    const auto& provider = *settings.provider;
    const auto refused = [](const std::string& sentence) { return Error{Errc::refused, sentence}; };
    for (const auto& [name, is_missing] : {std::pair{"--oidc-issuer", provider.issuer.empty()},
                                           std::pair{"--oidc-client-id", provider.client_id.empty()},
                                           std::pair{"--oidc-client-secret-file", !provider.client_secret},
                                           std::pair{"--oidc-group", provider.groups.empty()}})
        if (is_missing)
            return refused(
                std::string(name) +
                " is missing: signing in at an identity provider needs --oidc-issuer, "
                "--oidc-client-id, --oidc-client-secret-file and --oidc-group. Who can log in there "
                "is not let in here without a group that you name.");
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (!parts)
        return refused(
            "--oidc-issuer needs --public-url: the identity provider sends browsers back to that address. "
            "Give "
            "the one that is registered there, without /approvals/oidc.");
    if (parts->path != "/")
        return refused(
            "--public-url has a path, and with --oidc-issuer it must have none: the page's addresses below a "
            "path could be another site's. Leave the path out.");
    return {};
}

}  // namespace tfy::config
