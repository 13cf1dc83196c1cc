// Walks over a whole list that calls share: those that wait at the same time see the pages of one walk.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "tools/async.hpp"
#include "tools/truefoundry/visitor.hpp"

namespace tfy::truefoundry {

/// Each call sees a list that was read after the call came: who comes while a walk is under way waits for
/// another one. One loop.
class SharedWalks {
public:
    /// Under way at once. While there are so many, all that come share the next one.
    static constexpr int most = 4;
    /// `longest_wait`: for one of these to end. TrueFoundry may not be answering.
    explicit SharedWalks(std::chrono::milliseconds longest_wait = std::chrono::seconds{2})
        : longest_wait_(longest_wait) {}

    using Walk = std::function<Async<Result<void>>(Visitor&)>;
    /// Shows `visitor` the whole list, by a walk of its own or by that of a call that came at the same time.
    /// Both must outlive it. If the call whose walk it is goes away, another one of those that share it
    /// begins again.
    Async<Result<void>> join(Visitor& visitor, const Walk& walk);

private:
    class Group;
    struct Visit;
    class Leading;
    Async<void> lead(std::shared_ptr<Group> group, const Walk& walk);

    std::chrono::milliseconds longest_wait_;
    std::shared_ptr<Group> gathering_;  // for the next walk; none if no call waits for one
    int under_way_ = 0;
};

}  // namespace tfy::truefoundry
