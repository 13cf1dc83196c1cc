#include "server/config/config.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <span>

#include "server/config/dotenv.hpp"
#include "server/config/folder_settings.hpp"
#include "server/config/kept_login.hpp"
#include "server/config/path_text.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/storage/regular_file.hpp"
#include "server/upstream/base_url.hpp"
#include "server/upstream/key_file.hpp"
#include "server/upstream/placeholder.hpp"
#include "tools/own_command.hpp"

namespace tfy::config {
namespace {

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

/// What holds nothing but white space says nothing.
std::string environment(const char* name) {
    const auto* value = std::getenv(name);
    return value != nullptr && !trimmed(value).empty() ? value : "";
}

constexpr std::array url_names = {"TFY_BASE_URL", "TFY_HOST", "TFY_API_HOST"};
constexpr std::array key_names = {"TFY_API_KEY", "TFY_API_KEY_FILE"};

bool is_set(std::span<const char* const> names) {
    return std::ranges::any_of(names, [](const char* name) { return !environment(name).empty(); });
}

// What is in the environment comes first; a .env only fills gaps.
std::string setting(const std::vector<std::pair<std::string, std::string>>& dotenv, const char* name) {
    if (auto value = environment(name); !value.empty()) return value;
    for (const auto& [key, value] : dotenv)
        if (key == name) return value;
    return {};
}

/// A folder can bring any file under this name: a device, a pipe, gigabytes.
Result<std::string> read_dotenv_file() {
    auto text = storage::read_regular_file(".env", std::size_t{64} * 1024);
    if (!text && text.error().code == Errc::not_found) return std::string{};
    return text;
}

using Place = upstream::Placeholder::Place;

Place kind_of(const std::string& place) {
    return place.ends_with(" in .env") ? Place::file : Place::environment;
}

/// If it is named with nothing behind it.
std::optional<Place> empty_at(const std::vector<std::pair<std::string, std::string>>& dotenv,
                              const char* name) {
    if (std::getenv(name) != nullptr) return Place::environment;
    const auto empty = std::ranges::any_of(
        dotenv, [name](const auto& pair) { return pair.first == name && pair.second.empty(); });
    return empty ? std::optional(Place::file) : std::nullopt;
}

std::string place_of(const char* name) {
    return std::string(name) + (environment(name).empty() ? " in .env" : " in the environment");
}

void take_url(const std::vector<std::pair<std::string, std::string>>& dotenv, Upstream& upstream) {
    for (const auto* name : url_names) {
        const auto text = trimmed(setting(dotenv, name));
        if (text.empty()) continue;
        upstream.url_from = place_of(name);
        if (const auto placeholder = upstream::read_url_placeholder(text)) {
            upstream.url_problem =
                upstream.url_from + " " + placeholder->says("address", kind_of(upstream.url_from));
            upstream.url_cause = "base_url_placeholder";
            return;
        }
        auto read = upstream::read_base_url(text);
        if (read) {
            upstream.base_url = *read;
        } else {
            const auto parts = http_client::UrlParts::read(text);
            upstream.url_problem = std::string(name) + ": The base URL " + read.error().message +
                                   ". Set TFY_BASE_URL to the address of your control plane, for example "
                                   "https://acme.truefoundry.cloud.";
            upstream.url_cause = parts && parts->scheme == "http" && !parts->is_loopback()
                                     ? "base_url_not_https"
                                     : "base_url_unusable";
        }
        return;
    }
}

Error no_key(const std::string& place, const upstream::Placeholder& placeholder) {
    return {
        Errc::storage, place + " " + placeholder.says("key", kind_of(place)), {{"cause", "key_placeholder"}}};
}

Result<policy::Secret> read_key_at(const std::string& place, std::string text) {
    if (const auto placeholder = upstream::read_placeholder(text)) return no_key(place, *placeholder);
    auto read = upstream::read_key(std::move(text));
    if (!read) return Error{Errc::storage, place + " " + read.error().message, read.error().data};
    return read;
}

Result<std::string> read_key_file_name(const std::string& place, const std::string& text) {
    if (const auto path = expand_path(text, place)) return std::filesystem::absolute(*path).string();
    if (const auto placeholder = upstream::read_placeholder(text))
        return Error{Errc::storage,
                     place + " " + placeholder->says("file's name", kind_of(place)),
                     {{"cause", "key_placeholder"}}};
    return Error{Errc::storage, expand_path(text, place).error().message, {{"cause", "key_file_unreadable"}}};
}

void take_key_file(const std::string& text, Upstream& upstream) {
    upstream.key_from = place_of("TFY_API_KEY_FILE");
    auto file = read_key_file_name(upstream.key_from, text);
    if (!file) {
        upstream.key_problem = file.error();
        return;
    }
    upstream.key_file = std::move(*file);
    upstream.key_warning = upstream::open_to_others(upstream.key_file);
    auto read = upstream::read_key_file(upstream.key_file);
    if (read)
        upstream.api_key = std::move(*read);
    else
        upstream.key_problem = read.error();
}

void take_key(const std::vector<std::pair<std::string, std::string>>& dotenv, Upstream& upstream) {
    auto key = setting(dotenv, "TFY_API_KEY");
    const auto file = trimmed(setting(dotenv, "TFY_API_KEY_FILE"));
    if (!key.empty()) {
        upstream.key_from = place_of("TFY_API_KEY");
        if (!file.empty())
            upstream.key_warning = place_of("TFY_API_KEY_FILE") + " is not read: " + upstream.key_from +
                                   " comes first. Set one of them only.";
        auto read = read_key_at(upstream.key_from, std::move(key));
        if (read)
            upstream.api_key = std::move(*read);
        else
            upstream.key_problem = read.error();
        return;
    }
    if (!file.empty()) return take_key_file(file, upstream);
    for (const auto* name : key_names)
        if (const auto where = empty_at(dotenv, name))
            upstream.key_problem = Error{Errc::storage,
                                         name + std::string(*where == Place::file ? " in .env " : " ") +
                                             upstream::Placeholder::says_empty(*where),
                                         {{"cause", "key_not_set"}}};
}

/// A file that is named comes first, also if it is not there: another user's key might be in the login.
void tell_of_login(const std::filesystem::path& file, Upstream& upstream) {
    std::error_code ignored;
    if (upstream.key_file.empty() || std::filesystem::exists(upstream.key_file, ignored)) return;
    const auto login = read_kept_login(file);
    if (!login || !*login) return;
    const auto& url = (*login)->base_url;
    if (upstream.base_url.empty() || upstream.base_url == url)
        upstream.key_problem->message +=
            " Or use the login that is kept for " + url + ": unset TFY_API_KEY_FILE.";
}

/// Where no key is set. Its key goes to its own address only.
void take_login(const std::filesystem::path& file, Upstream& upstream) {
    auto login = read_kept_login(file);
    if (login && !*login) {
        upstream.login_file = file.string();
        return;
    }
    upstream.key_from = from_login;
    upstream.key_file = file.string();
    if (!login) {
        upstream.key_problem = login.error();
        return;
    }
    if (upstream.url_from.empty()) {
        upstream.url_from = from_login;
        upstream.base_url = (*login)->base_url;
    }
    if (upstream.base_url == (*login)->base_url)
        upstream.api_key = std::move((*login)->key);
    else
        upstream.key_problem = Error{Errc::storage,
                                     "The kept login is for another address than " + upstream.url_from +
                                         " names, and its key goes to its own address only. Use the address "
                                         "of the login, or log in at "
                                         "the other one with " +
                                         tools::own_program() + " login.",
                                     {{"cause", "key_not_set"}}};
}

/// Seconds, whole or with up to three decimals.
std::optional<std::chrono::milliseconds> read_seconds(std::string_view text) {
    constexpr std::size_t most_characters = std::string_view("600.000").size();
    const auto digits = text.find_first_not_of("0123456789.");
    const bool plain = !text.empty() && text.size() <= most_characters && digits == std::string_view::npos;
    double seconds = 0;
    const auto* end = text.data() + text.size();
    if (!plain || std::from_chars(text.data(), end, seconds).ptr != end) return std::nullopt;
    constexpr double least = 0.1, most = 600;
    if (seconds < least || seconds > most) return std::nullopt;
    return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

Upstream find_upstream() {
    const bool own_key = is_set(key_names);
    const auto text = read_dotenv_file();
    auto folder =
        read_folder_settings(text ? *text : std::string{}, {.address = is_set(url_names), .key = own_key});
    auto& dotenv = folder.pairs;
    Upstream upstream;
    take_url(dotenv, upstream);
    take_key(dotenv, upstream);
    if (!own_key && upstream.url_from.empty()) {
        upstream.url_problem = folder.address_refused;
        if (!upstream.url_problem.empty()) upstream.url_cause = "base_url_not_set";
    }
    const auto kept_login = kept_login_file();
    if (upstream.key_problem) tell_of_login(kept_login, upstream);
    if (upstream.key_from.empty() && !upstream.key_problem) take_login(kept_login, upstream);
    if (upstream.key_from.empty() && !folder.file_refused.empty())
        upstream.key_problem = Error{Errc::storage, folder.file_refused, {{"cause", "key_not_set"}}};
    if (upstream.key_problem) upstream.login_file.clear();
    upstream.refused = std::move(folder.refused);
    if (!text) upstream.refused.push_back("The file .env is not read: " + text.error().message + ".");
    for (auto& [name, value] : dotenv) policy::wipe(value);
    return upstream;
}

}  // namespace

Upstream read_upstream() {
    auto upstream = find_upstream();
    if (auto* in_environment = std::getenv("TFY_API_KEY")) {
        std::fill_n(in_environment, std::char_traits<char>::length(in_environment), '\0');
        unsetenv("TFY_API_KEY");
    }
    return upstream;
}

policy::Secret configured_key() { return std::move(find_upstream().api_key); }

Result<std::chrono::milliseconds> read_time_limit(const char* name, std::chrono::milliseconds usual) {
    const auto file = read_dotenv_file();
    auto dotenv = read_dotenv(file ? *file : std::string{});
    const auto text = trimmed(setting(dotenv, name));
    for (auto& [each, value] : dotenv) policy::wipe(value);
    const auto seconds = text.empty() ? std::optional(usual) : read_seconds(text);
    if (seconds) return *seconds;
    return Error{Errc::invalid_params,
                 name + std::string(" must be a number of seconds from 0.1 to 600, for example 10 or 2.5. "
                                    "Correct it, or unset it for the default.")};
}

Result<Address> read_address(std::string_view text) {
    const auto colon = text.rfind(':');
    Error wrong{Errc::invalid_params,
                "--listen must be an IP address and a port, for example 127.0.0.1:8780 or [::1]:8780."};
    if (colon == std::string_view::npos) return wrong;
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    Address address{.host = std::string(host)};
    const auto port = text.substr(colon + 1);
    const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    boost::system::error_code no_address;
    boost::asio::ip::make_address(host, no_address);
    if (failure != std::errc{} || end != port.data() + port.size() || no_address) return wrong;
    return address;
}

Result<std::string> read_public_url(const std::string& text) {
    if (text.empty()) return text;
    const bool odd = std::ranges::any_of(text, [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\' || c == '?' || c == '#';
    });
    const auto parts = odd ? std::nullopt : http_client::UrlParts::read(text);
    if (text.find("://") == std::string::npos)
        return Error{
            Errc::invalid_params,
            "--public-url must begin with https:// or http://, for example https://tfy.example.com."};
    if (!parts || parts->has_more || parts->host.empty() ||
        (parts->scheme != "https" && parts->scheme != "http"))
        return Error{Errc::invalid_params,
                     "--public-url must be an http or https address without user, query or spaces, for "
                     "example https://tfy.example.com."};
    auto url =
        parts->scheme + "://" + parts->host + (parts->port.empty() ? "" : ":" + parts->port) + parts->path;
    while (url.ends_with('/')) url.pop_back();
    return url;
}

Result<std::filesystem::path> state_dir(const std::string& text) {
    const auto path = expand_path(text, "--state-dir");
    if (!path) return path.error();
    if (!path->empty()) return std::filesystem::absolute(*path);
    // A relative one is to be ignored, says the XDG Base Directory Specification.
    if (const std::filesystem::path xdg = environment("XDG_STATE_HOME"); xdg.is_absolute())
        return xdg / "tfy-pat-mcp";
    const auto home = home_folder();
    if (home.empty())
        return Error{Errc::refused, "There is no home folder for the state directory. Give --state-dir."};
    return home / ".local/state/tfy-pat-mcp";
}

std::filesystem::path sandbox_state_dir(const std::filesystem::path& usual) {
    return usual.string() + "-sandbox";
}

std::string os_user() {
    const auto* user = getpwuid(getuid());
    return user != nullptr && user->pw_name != nullptr ? user->pw_name : "uid-" + std::to_string(getuid());
}

}  // namespace tfy::config
