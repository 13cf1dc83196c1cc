#include "server/doctor/doctor_finding.hpp"

#include <string_view>
#include <utility>

namespace tfy::doctor {

namespace {

constexpr std::string_view full_stop = ". ";

/// Of the full stop before it; npos if the text has no such sentence.
std::size_t place_of_undone(const std::string& message) { return message.find(". Nothing was "); }

}  // namespace

std::string reason_of(const std::string& message) { return message.substr(0, place_of_undone(message)); }

CheckResult finding_of(CheckResult::Level level, std::string what, const std::string& message,
                       std::string otherwise) {
    const auto undone = place_of_undone(message);
    const auto todo =
        undone == std::string::npos ? undone : message.find(full_stop, undone + full_stop.size());
    if (todo != std::string::npos) otherwise = message.substr(todo + full_stop.size());
    auto why = message.substr(0, undone);
    if (why.ends_with(" " + otherwise)) why.resize(why.size() - otherwise.size() - 1);
    return {level, std::move(what), std::move(why), std::move(otherwise)};
}

}  // namespace tfy::doctor
