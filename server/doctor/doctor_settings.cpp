#include "server/doctor/doctor_settings.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <cstdlib>

#include "server/app/archive.hpp"
#include "server/app/services.hpp"
#include "server/config/serving.hpp"
#include "server/doctor/doctor_finding.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/storage/state_dir.hpp"
#include "server/transport/listener.hpp"
#include "server/upstream/key_file.hpp"

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

constexpr auto not_shown = "(not shown: it cannot be used)";

const config::Setting* find(const std::vector<config::Setting>& settings, const std::string& name) {
    const auto found = std::ranges::find(settings, name, &config::Setting::name);
    return found == settings.end() ? nullptr : &*found;
}

/// "the flag --hold"; empty if it is set nowhere.
std::string where_set(const std::vector<config::Setting>& settings, const std::string& name) {
    const auto* setting = find(settings, name);
    if (setting == nullptr) return "it in the environment or in .env";
    if (setting->from == "default") return {};
    if (setting->from == "flag") return "the flag " + name;
    if (setting->from == "config file") return name.substr(2) + " in the file of --config";
    return setting->from + " in the environment";
}

/// A value that cannot be used was written in the wrong way; all else is about the file that it names.
std::string how_to_correct(const config::WrongSetting& wrong, const std::string& where) {
    if (wrong.error.code != Errc::invalid_params)
        return "Correct that file" + (where.empty() ? "." : ", or name another by " + where + ".");
    return where.empty() ? "Correct it." : "Correct " + where + ", or leave it out.";
}

/// What is said of a setting whose name is before it already.
std::string without_name(std::string why, const std::string& name) {
    for (const auto& beginning : {name + ": ", name + " "})
        if (why.starts_with(beginning)) return why.substr(beginning.size());
    return why;
}

std::string place_of(const char* variable, bool changed) {
    const auto* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') return variable;
    return changed ? ".env" : "default";
}

std::string seconds(std::chrono::milliseconds time) {
    auto text = std::to_string(static_cast<double>(time.count()) / 1000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace

CheckResults look_at_settings(const config::ReadSettings& read, std::vector<config::Setting>& settings) {
    CheckResults findings;
    for (const auto& wrong : read.wrong) {
        const auto& [name, error] = wrong;
        if (name == "--policy" || name == "--state-dir") continue;  // they have findings of their own
        auto found = finding_of(Level::broken, "setting " + name, error.message,
                                how_to_correct(wrong, where_set(settings, name)));
        found.why = without_name(std::move(found.why), name);
        if (found.why.ends_with('.')) found.why.pop_back();
        found.why +=
            found.why.ends_with('?') ? " No server would start with it" : ". No server would start with it";
        findings.push_back(std::move(found));
        for (auto& each : settings)
            if (each.name == name && error.code == Errc::invalid_params) each.value = not_shown;
    }
    std::string given;
    for (const auto& each : settings)
        if (each.from != "default" && each.name.starts_with("--") && each.value != not_shown)
            given += (given.empty() ? "" : ", ") + each.name + " " + each.value + " (" + each.from + ")";
    const auto rest = read.wrong.empty() ? "all as by default" : "all others as by default";
    findings.push_back({Level::ok, "settings", given.empty() ? rest : given});
    return findings;
}

std::vector<config::Setting> upstream_settings(const config::Upstream& upstream,
                                               const config::UpstreamLimits& limits) {
    const auto from = [](const std::string& place) { return place.empty() ? std::string("default") : place; };
    const bool by_file = !upstream.key_file.empty();
    const std::string key = upstream.key_from.empty() || by_file ? "" : "(set, never shown)";
    const config::UpstreamLimits usual;
    auto key_file = upstream::shown_key_file(upstream.key_file);
    if (by_file && key_file.empty()) key_file = "(no file, so not shown)";
    return {{"TFY_BASE_URL", upstream.base_url, from(upstream.url_from), "TFY_BASE_URL"},
            {"TFY_API_KEY", key, from(by_file ? "" : upstream.key_from), "TFY_API_KEY"},
            {"TFY_API_KEY_FILE", key_file, from(by_file ? upstream.key_from : ""), "TFY_API_KEY_FILE"},
            {"TFY_API_CONNECT_TIMEOUT", seconds(limits.connect_timeout),
             place_of("TFY_API_CONNECT_TIMEOUT", limits.connect_timeout != usual.connect_timeout),
             "TFY_API_CONNECT_TIMEOUT"},
            {"TFY_API_MAX_TIME", seconds(limits.max_time),
             place_of("TFY_API_MAX_TIME", limits.max_time != usual.max_time), "TFY_API_MAX_TIME"}};
}

CheckResults look_at_principals(const config::Settings& settings, const std::filesystem::path& state_dir,
                                bool has_key) {
    constexpr auto what = "keys of callers";
    const auto& map = settings.key_map;
    std::error_code ignored;
    if (std::filesystem::exists(state_dir / "ledger.db", ignored))
        if (const auto archive = app::Archive::open(state_dir))
            if (const auto fits = app::check_people(map, *archive->ledger); !fits)
                return {finding_of(Level::broken, what, fits.error().message, "Correct that file.")};
    CheckResults findings;
    for (const auto& entry : map.entries) {
        if (entry.key_file.empty()) continue;
        if (const auto key = upstream::read_key_file(entry.key_file, upstream::callers_key_files); !key)
            findings.push_back({Level::warning, what, key.error().message,
                                "The callers whom --principals gives this file have no key until then."});
        else if (const auto open = upstream::open_to_others(entry.key_file); !open.empty())
            findings.push_back(finding_of(Level::warning, what, open, "Run chmod 600 on it."));
    }
    if (!findings.empty() || !settings.callers.credentials()) return findings;
    const auto count = map.entries.size();
    const auto named = count == 0 ? std::string() : "; " + std::to_string(count) + " named in --principals";
    if (map.server_key_for_others)
        return {{Level::ok, what, "callers without a key of their own use this server's" + named}};
    if (count > 0)
        return {{Level::ok, what,
                 "only callers named in --principals use this server's own key" + named +
                     "; others need a key of their own"}};
    const std::string own = "each caller needs a key that its person enters on the approvals page";
    if (!has_key) return {{Level::ok, what, own}};
    return {{Level::warning, what, "no caller uses this server's key; " + own,
             "If all callers may use this server's key, add --shared-key; if some may, name them in "
             "--principals."}};
}

CheckResult look_at_public_url(const config::Settings& settings) {
    constexpr auto what = "public URL";
    const auto& [host, port] = settings.listen;
    boost::system::error_code ignored;
    const bool here_alone = boost::asio::ip::make_address(host, ignored).is_loopback();
    const auto parts = http_client::UrlParts::read(settings.public_url);
    if (settings.public_url.empty() || !parts) {
        if (!here_alone)
            return {Level::warning, what,
                    "not set, and serve listens on " + host +
                        ": links use that address, and requests under another host name are refused (403)",
                    "Set --public-url to the address that people open."};
        if (!settings.hosts.empty())
            return {Level::warning, what,
                    "not set, though " + settings.hosts.front() +
                        " is served: links lead to this machine's loopback address",
                    "Set --public-url to the address that people open."};
        return {Level::ok, what, "not set: links use the address at which serve listens"};
    }
    const auto served = settings.public_url + "; Host " + parts->host + " is served";
    const auto stated =
        parts->port.empty() ? std::string(parts->scheme == "https" ? "443" : "80") : parts->port;
    if (parts->is_loopback() && parts->scheme == "http" && port != 0 && stated != std::to_string(port))
        return {Level::warning, what,
                served + ", but it leads to port " + stated + " and serve listens on " + std::to_string(port),
                "Give both the same port, unless a proxy listens there."};
    if (parts->scheme == "http" && !parts->is_loopback())
        return {
            Level::broken, what,
            settings.public_url + ": sign-in codes can be read on the way, because it is not https",
            "Put a proxy with TLS before serve, or give it --tls-cert and --tls-key, and write the address "
            "with https://."};
    return {Level::ok, what, served};
}

std::optional<CheckResult> look_at_listen(const config::Settings& settings) {
    const auto& [host, port] = settings.listen;
    const auto at = [port](const std::string& address) {
        return (address.find(':') == std::string::npos ? address : "[" + address + "]") + ":" +
               std::to_string(port);
    };
    const auto may = config::may_serve(settings);
    if (!may && may.error().data == Json(config::public_url_is_plain)) return std::nullopt;
    if (!may)
        return finding_of(Level::broken, "serve", may.error().message,
                          "Correct the setting; stdio does not use it.");
    boost::asio::io_context loop;
    const auto bound = transport::Listener::bind(
        loop, {.address = host, .port = port, .whole_localhost = true}, transport::HttpHandler{});
    if (bound) return CheckResult{Level::ok, "serve", "it would listen on " + at(host)};
    const auto& data = bound.error().data;
    if (data.value("in_use", false) && storage::has_servers(settings.state_dir))
        return CheckResult{Level::ok, "serve",
                           "something listens on " + at(data.value("address", host)) +
                               " already; a server runs on this state directory, probably that one"};
    if (data.value("in_use", false))
        return CheckResult{
            Level::warning, "serve", "something listens on " + at(data.value("address", host)) + " already",
            "Nothing to do if that is your own server, or if you use stdio. Otherwise use another --listen."};
    return finding_of(Level::broken, "serve", bound.error().message,
                      "Use another --listen, for example 127.0.0.1:8780.");
}

}  // namespace tfy::doctor
