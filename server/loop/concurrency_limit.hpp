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

    /// Given back at its end. nullptr: all of its places are taken.
    using Place = std::unique_ptr<std::size_t, void (*)(std::size_t*)>;
    Place take(const std::string& whose = {}) {
        auto& taken = taken_[whose];
        const auto give_back = [](std::size_t* count) { --*count; };
        if (taken >= each_) return {nullptr, give_back};
        ++taken;
        return {&taken, give_back};
    }

private:
    std::size_t each_;
    std::map<std::string, std::size_t> taken_;  // entries stay where they are: places point to them
};

}  // namespace tfy::loop
