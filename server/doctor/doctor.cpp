#include "server/doctor/doctor.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <sstream>

#include "server/app/console.hpp"
#include "server/app/display.hpp"
#include "server/app/services.hpp"
#include "server/doctor/doctor_approvals.hpp"
#include "server/doctor/doctor_certificate.hpp"
#include "server/doctor/doctor_channels.hpp"
#include "server/doctor/doctor_issuer.hpp"
#include "server/doctor/doctor_provider.hpp"
#include "server/doctor/doctor_report.hpp"
#include "server/doctor/doctor_settings.hpp"
#include "server/doctor/doctor_state.hpp"
#include "server/doctor/doctor_upstream.hpp"
#include "server/system/browser.hpp"

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

void add(CheckResults& all, CheckResults more) { std::ranges::move(more, std::back_inserter(all)); }

/// Address, key and what TrueFoundry answers.
void upstream(DoctorOptions& options, const config::Settings& settings, const policy::Seals& seal,
              CheckResults& all) {
    if (options.server.sandbox) {
        all.push_back(
            {Level::ok, "TrueFoundry", "sandbox mode: test tokens only; TrueFoundry is not contacted"});
        return add(all, look_at_agents(options.home, options.folder, {}));
    }
    if (options.offline) {
        all.push_back({Level::ok, "TrueFoundry", "left out (--offline), and the key to it"});
        return add(all, look_at_agents(options.home, options.folder, {}));
    }
    auto known = config::read_upstream();
    auto key = std::make_shared<upstream::OwnKey>();
    app::fill(*key, known);
    std::unique_ptr<truefoundry::Exchange> exchange;
    if (!known.base_url.empty())
        exchange = app::exchange_to(known.base_url, settings.ca_file, settings.limits, key);
    std::optional<policy::Time> date;
    const auto now = app::SystemClock().now();
    auto findings = look_at_upstream(known, *key, exchange.get(), now, date, seal, settings.limits);
    for (auto& each : findings)
        if (each.cause == "key_not_set" && settings.callers.credentials()) {
            each.level = Level::warning;
            each.why += " Only callers with keys of their own can call tools.";
        }
    add(all, std::move(findings));
    all.push_back(look_at_clock(date, now));
    add(all, look_at_agents(options.home, options.folder, known));
    for (auto& each : upstream_settings(known, settings.limits)) options.settings.push_back(std::move(each));
}

/// For calls of callers who may use it.
bool has_key(const DoctorOptions& options) {
    return !options.server.sandbox && !options.offline && !config::read_upstream().key_from.empty();
}

std::string page_of(const config::Settings& settings) {
    const auto& url = settings.public_url;
    if (url.empty()) return settings.tls.given() ? "https://localhost" : "http://localhost";
    return url.substr(0, url.find('/', url.find("://") + 3));
}

/// Whether the state directory can be used: what needs one is not looked at, nor advised, if it cannot.
bool state(const DoctorOptions& options, const config::ReadSettings& read, const policy::Seals& seal,
           CheckResults& all) {
    const auto rules = look_at_rules(read, options.server.policy);
    all.push_back(rules);
    const auto& root = read.settings.state_dir;
    if (root.empty()) {
        const auto wrong = std::ranges::find(read.wrong, "--state-dir", &config::WrongSetting::name);
        all.push_back({Level::broken, "state directory", wrong->error.message, "Give --state-dir."});
        return false;
    }
    auto directory = look_at_state(root, read.settings.rules, options.server.sandbox);
    const bool usable = directory.front().level != Level::broken;
    add(all, std::move(directory));
    all.push_back(look_at_journal(root, usable));
    if (usable && read.settings.callers.keys)
        all.push_back(look_at_caller_keys(root, app::SystemClock().now()));
    add(all, look_at_permissions(root, app::SystemClock().now()));
    if (rules.level == Level::broken) return usable;
    const FindsHost taken_for_granted = [](const std::string&) { return true; };
    add(all, look_at_channels(read.settings.channels, options.offline ? taken_for_granted : finds_host));
    add(all, look_at_links(read.settings.channels, read.settings.public_url));
    add(all, look_at_approvals(read.settings.rules, root, config::os_user(), app::SystemClock().now(), seal,
                               {.sandbox = options.server.sandbox,
                                .page = page_of(read.settings),
                                .by = read.settings.callers,
                                .rules_file = options.server.policy,
                                .usable_state = usable}));
    return usable;
}

}  // namespace

int run_doctor(const DoctorOptions& given, std::ostream& out) {
    const app::Console console(given.server.state_dir);
    auto options = given;
    const auto read = config::read_settings(options.server);
    CheckResults all = look_at_settings(read, options.settings);
    upstream(options, read.settings, console.seals(), all);
    const bool usable = state(options, read, console.seals(), all);
    if (!options.asked_by_serve && !read.settings.callers.credentials())  // those are callers of serve
        all.push_back(look_at_page(app::has_display(), options.server.open_browser,
                                   system::has_browser_opener(), usable));
    if (!read.settings.listen.host.empty()) {
        if (!options.asked_by_serve)
            if (auto listen = look_at_listen(read.settings)) all.push_back(std::move(*listen));
        all.push_back(look_at_public_url(read.settings));
        if (std::ranges::find(read.wrong, "--principals", &config::WrongSetting::name) == read.wrong.end())
            add(all, look_at_principals(read.settings, read.settings.state_dir, has_key(options)));
    }
    if (auto certificate = look_at_certificate(read.settings, app::SystemClock().now()))
        all.push_back(std::move(*certificate));
    if (auto issuer = look_at_issuer(read.settings, options.offline)) all.push_back(std::move(*issuer));
    if (auto provider = look_at_provider(read.settings, app::SystemClock(), options.offline))
        all.push_back(std::move(*provider));
    if (options.json)
        console.print(out, report_json(all, options.settings));
    else
        console.say(out, report_text(all));
    return std::ranges::count(all, Level::broken, &CheckResult::level) == 0 ? 0 : 1;
}

}  // namespace tfy::doctor
