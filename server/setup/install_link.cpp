#include "server/setup/install_link.hpp"

#include "server/setup/config_text.hpp"

namespace tfy::setup {
namespace {

using LinkJson = nlohmann::ordered_json;

std::string percent_coded(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF",
                               plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    std::string coded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos)
            coded += c;
        else
            coded += {'%', hex[byte >> 4U], hex[byte & 15U]};
    }
    return coded;
}

std::string base64_coded(std::string_view text) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string coded;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        const auto piece = text.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8U | (i < piece.size() ? static_cast<unsigned char>(piece[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            coded += i <= piece.size() ? digits[bits >> (18 - 6 * i) & 63U] : '=';
    }
    return coded;
}

LinkJson inputs_of(const LinkJson& entry) {
    auto inputs = LinkJson::array();
    if (entry.dump().find(key_answer) != std::string::npos) inputs.push_back(key_input());
    return inputs;
}

std::string in_markdown(std::string_view words, std::string_view picture, const std::string& link) {
    return "[![" + std::string(words) + "](" + std::string(picture) + ")](" + link + ")";
}

InstallLink for_vscode(const LinkJson& entry) {
    const auto inputs = inputs_of(entry);
    LinkJson named{{"name", entry_name}};
    named.update(entry);
    if (!inputs.empty()) named["inputs"] = inputs;
    InstallLink link;
    link.app = "vscode:mcp/install?" + percent_coded(named.dump());
    link.web = "https://vscode.dev/redirect/mcp/install?name=" + percent_coded(entry_name);
    if (!inputs.empty()) link.web += "&inputs=" + percent_coded(inputs.dump());
    link.web += "&config=" + percent_coded(entry.dump());
    link.badge =
        in_markdown("Install in VS Code", "https://img.shields.io/badge/VS_Code-Install-0098FF", link.web);
    return link;
}

InstallLink for_cursor(const LinkJson& entry) {
    const auto asked =
        "name=" + percent_coded(entry_name) + "&config=" + percent_coded(base64_coded(entry.dump()));
    InstallLink link;
    link.app = "cursor://anysphere.cursor-deeplink/mcp/install?" + asked;
    link.web = "https://cursor.com/en/install-mcp?" + asked;
    link.badge =
        in_markdown("Install in Cursor", "https://cursor.com/deeplink/mcp-install-dark.svg", link.web);
    return link;
}

}  // namespace

Result<InstallLink> install_link_of(const HostDefinition& host, HostConnection connection) {
    const bool vscode = host.id == "vscode";
    if (!vscode && host.id != "cursor")
        return Error{Errc::refused,
                     "There is no install link for " + std::string(host.name) +
                         ": only VS Code and Cursor have one. Run the command without --link."};
    connection.program = "tfy-pat-mcp";
    const auto entry = entry_of(host, connection);
    if (!entry) return entry.error();
    return vscode ? for_vscode(*entry) : for_cursor(*entry);
}

}  // namespace tfy::setup
