// The hours of a rule: on which days of the week, from when to when, by the clocks of which place.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

class When {
public:
    /// "Mon-Fri 08:00-18:00 Europe/Berlin": days ("Mon", "Mon-Fri", "Mon,Wed,Sat-Sun"), hours, and a place
    /// of the IANA time zone database or "UTC", one space between them. The second time is not within any
    /// more; where it is the earlier one the hours last over midnight and belong to the day on which they
    /// begin. Errc::refused with what is wrong.
    static Result<When> read(std::string_view text);

    /// By the clocks of the place, summer time and all: an hour that they skip never comes, one that they
    /// show twice comes twice.
    bool covers(Time now) const;
    /// What the clocks of the place show: "Tue 2026-11-24 08:31 Europe/Berlin".
    std::string local(Time now) const;
    const std::string& text() const { return text_; }

    bool operator==(const When& other) const { return text_ == other.text_; }

private:
    struct Zone;
    using Days = std::array<bool, 7>;  // from Monday on
    When(std::string text, Days days, int from, int to, std::shared_ptr<const Zone> zone);

    std::string text_;
    Days days_;
    int from_;  // minutes since midnight, within
    int to_;    // not within any more; less than from_ if the hours last over midnight
    std::shared_ptr<const Zone> zone_;
};

}  // namespace tfy::policy
