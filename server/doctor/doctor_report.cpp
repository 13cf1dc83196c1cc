#include "server/doctor/doctor_report.hpp"

#include <algorithm>

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

constexpr std::string_view word(Level level) {
    switch (level) {
        case Level::ok: return "ok";
        case Level::warning: return "warning";
        case Level::broken: break;
    }
    return "broken";
}

/// On one line, with one mark at its end.
std::string sentence(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '.')) text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    return text.ends_with('?') ? text : text + ".";
}

std::string lines_of(const CheckResult& finding) {
    constexpr std::size_t indent = 9;
    std::string text(word(finding.level));
    text.resize(indent, ' ');
    text += finding.what + (finding.cause.empty() ? "" : " (" + finding.cause + ")") + " — " +
            sentence(finding.why) + "\n";
    if (!finding.todo.empty()) text += std::string(indent, ' ') + "→ " + finding.todo + "\n";
    return text;
}

std::string counted(std::ptrdiff_t number, const char* one, const char* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

std::ptrdiff_t count(const CheckResults& findings, Level level) {
    return std::ranges::count(findings, level, &CheckResult::level);
}

std::string summary(const CheckResults& findings) {
    const auto broken = count(findings, Level::broken), warnings = count(findings, Level::warning);
    const auto warned = warnings == 0 ? std::string{} : counted(warnings, "warning", "warnings");
    if (broken == 0) return "Nothing is broken" + (warned.empty() ? "" : "; " + warned) + ".";
    return counted(broken, "thing is", "things are") + " broken" + (warned.empty() ? "" : ", " + warned) +
           ". Lines marked → say what to do.";
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

std::string report_text(const CheckResults& findings) {
    std::string text;
    for (const auto level : {Level::broken, Level::warning, Level::ok})
        for (const auto& each : findings)
            if (each.level == level) text += lines_of(each);
    return text + "\n" + summary(findings) + "\n";
}

Json report_json(const CheckResults& findings, const std::vector<config::Setting>& settings) {
    Json document = {{"findings", Json::array()},
                     {"settings", Json::array()},
                     {"broken", count(findings, Level::broken)},
                     {"warnings", count(findings, Level::warning)}};
    for (const auto& each : findings)
        document["findings"].push_back({{"level", word(each.level)},
                                        {"what", each.what},
                                        {"why", sentence(each.why)},
                                        {"todo", or_null(each.todo)},
                                        {"cause", or_null(each.cause)}});
    for (const auto& each : settings)
        document["settings"].push_back({{"name", each.name},
                                        {"variable", or_null(each.variable)},
                                        {"value", or_null(each.value)},
                                        {"from", each.from}});
    return document;
}

}  // namespace tfy::doctor
