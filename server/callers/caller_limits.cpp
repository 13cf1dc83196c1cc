#include "server/callers/caller_limits.hpp"

namespace tfy::callers {
namespace {

constexpr std::chrono::minutes counted_for{1};
constexpr std::size_t most_principals = 4096;

}  // namespace

CallerLimits::Turn::~Turn() {
    if (limits_ != nullptr && --place_->second == 0) limits_->open_.erase(place_);
}

std::optional<std::chrono::seconds> CallerLimits::note(const std::string& principal, policy::Time now,
                                                       std::size_t count) {
    // A clock that was set back begins anew, too.
    const auto over = [now](const Minute& minute) {
        return now - minute.begun >= counted_for || now < minute.begun;
    };
    if (minutes_.size() >= most_principals && !minutes_.contains(principal))
        std::erase_if(minutes_, [&](const auto& each) { return over(each.second); });
    auto& minute = minutes_.try_emplace(principal, Minute{.begun = now}).first->second;
    if (over(minute)) minute = {.begun = now};
    minute.count += count;
    if (minute.count <= most_.a_minute) return std::nullopt;
    return std::chrono::ceil<std::chrono::seconds>(minute.begun + counted_for - now);
}

std::optional<CallerLimits::Turn> CallerLimits::begin(const std::string& principal) {
    const auto place = open_.try_emplace(principal).first;
    if (place->second >= most_.at_once) return std::nullopt;
    ++place->second;
    return Turn(*this, place);
}

}  // namespace tfy::callers
