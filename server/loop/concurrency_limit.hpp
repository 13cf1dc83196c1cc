// How much of one kind may be under way at the same time: of each principal, or of a server.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace tfy::loop {

/// One loop. Must outlive the places that it gave out.
class ConcurrencyLimit {
public:
    explicit ConcurrencyLimit(std::size_t each) : each_(each) {}

    using Taken = std::map<std::string, std::size_t>;
    struct GiveBack {
        Taken* all = nullptr;
        void operator()(Taken::value_type* own) const {
            if (--own->second == 0) all->erase(all->find(own->first));
        }
    };
    /// Given back at its end. nullptr: all of its places are taken.
    using Place = std::unique_ptr<Taken::value_type, GiveBack>;
    Place take(const std::string& whose = {}) {
        const auto own = taken_.try_emplace(whose, 0).first;
        if (own->second >= each_) return {nullptr, GiveBack{&taken_}};
        ++own->second;
        return {&*own, GiveBack{&taken_}};
    }

private:
    std::size_t each_;
    Taken taken_;  // of those who have some; entries stay where they are: places point to them
};

}  // namespace tfy::loop
