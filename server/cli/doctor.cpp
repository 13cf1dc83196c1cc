#include "server/cli/doctor.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <sstream>

#include "policy/redaction/redactor.hpp"
#include "server/cli/doctor_checks.hpp"
#include "server/parts.hpp"
#include "server/upstream/curl_exchange.hpp"
#include "server/upstream/key_file.hpp"

namespace tfy::server {
namespace {

using Level = Finding::Level;

constexpr std::string_view word(Level level) {
    switch (level) {
        case Level::ok: return "ok";
        case Level::warning: return "warning";
        case Level::broken: break;
    }
    return "broken";
}

void add(Findings& all, Findings more) { std::ranges::move(more, std::back_inserter(all)); }

/// What was not left as it is by default; the others stand in the JSON.
Finding settings(const std::vector<Setting>& all) {
    std::string given;
    for (const auto& each : all)
        if (each.from != "default")
            given += (given.empty() ? "" : ", ") + each.name + " " + each.value + " (" + each.from + ")";
    return {Level::ok, "settings", given.empty() ? "all as by default" : given};
}

bool has_opener() {
    const auto* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((std::filesystem::path(folder) / "xdg-open").c_str(), X_OK) == 0) return true;
    return false;
}

bool has_display() { return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr; }

/// Address, key and what TrueFoundry answers; the key is made known to `prints` before anything is said.
void upstream(const DoctorOptions& options, Findings& all, std::vector<policy::TokenPrints>& prints) {
    if (options.server.sandbox) {
        all.push_back(
            {Level::ok, "TrueFoundry", "the built-in sandbox stands in for it: make-believe tokens"});
        return add(all, look_at_agents(options.home, options.folder, {}));
    }
    auto known = read_upstream();
    auto key = std::make_shared<OwnKey>();
    if (known.key_problem) key->report(*known.key_problem);
    if (!known.api_key.empty()) {
        prints.push_back(prints_of(known.api_key, {}));
        key->replace(std::move(known.api_key));
    }
    if (!known.key_file.empty() && !known.key_problem) key->warn(open_to_others(known.key_file));
    const auto limits = read_upstream_limits();
    if (!limits) all.push_back({Level::broken, "settings", limits.error().message});
    std::unique_ptr<truefoundry::Exchange> exchange;
    if (!known.base_url.empty() && limits)
        exchange = make_curl_exchange({.base_url = known.base_url,
                                       .ca_file = options.server.ca_file,
                                       .connect_timeout = limits->connect_timeout},
                                      key);
    std::string date;
    const auto now = SystemClock().now();
    add(all, look_at_upstream(known, *key, exchange.get(), now, date, limits ? *limits : UpstreamLimits{}));
    all.push_back(look_at_clock(date, now));
    add(all, look_at_agents(options.home, options.folder, known));
}

void state(const DoctorOptions& options, Findings& all) {
    std::optional<policy::Rules> rules;
    all.push_back(look_at_rules(options.server.policy, rules));
    const auto root = state_dir(options.server.state_dir);
    if (!root) {
        all.push_back({Level::broken, "state directory", root.error().message});
        return;
    }
    add(all, look_at_state(*root));
    all.push_back(look_at_journal(*root));
    if (rules) add(all, look_at_approvals(*rules, *root, os_user()));
}

std::string line_of(const Finding& finding) {
    auto why = finding.why;
    while (!why.empty() && (why.back() == '\n' || why.back() == '.')) why.pop_back();
    std::ranges::replace(why, '\n', ' ');
    std::string line(word(finding.level));
    line.resize(9, ' ');
    return line + finding.what + " — " + why + "." + (finding.todo.empty() ? "" : " " + finding.todo) + "\n";
}

Json as_json(const Findings& findings, const std::vector<Setting>& settings, std::ptrdiff_t broken) {
    Json document = {{"findings", Json::array()}, {"settings", Json::array()}, {"broken", broken}};
    for (const auto& each : findings)
        document["findings"].push_back(
            {{"level", word(each.level)}, {"what", each.what}, {"why", each.why}, {"todo", each.todo}});
    for (const auto& each : settings)
        document["settings"].push_back({{"name", each.name}, {"value", each.value}, {"from", each.from}});
    return document;
}

}  // namespace

int run_doctor(const DoctorOptions& options, std::ostream& out) {
    Findings all = {settings(options.settings)};
    std::vector<policy::TokenPrints> prints;
    upstream(options, all, prints);
    state(options, all);
    all.push_back(look_at_page(has_display(), options.server.open_browser, has_opener()));
    const auto broken = std::ranges::count(all, Level::broken, &Finding::level);
    const policy::Redactor redactor({}, std::move(prints));
    if (options.json) {
        out << redactor.seal(as_json(all, options.settings, broken)).text() << "\n" << std::flush;
        return broken == 0 ? 0 : 1;
    }
    std::string text;
    for (const auto& each : all) text += line_of(each);
    text += broken == 0 ? "\nNothing is broken.\n" : "\n" + std::to_string(broken) + " broken.\n";
    out << redactor.seal_text(text).text() << std::flush;
    return broken == 0 ? 0 : 1;
}

}  // namespace tfy::server
