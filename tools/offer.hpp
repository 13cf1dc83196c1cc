// Which of its tools a server offers: a person may want fewer of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::tools {

struct Offer {
    bool read_only = false;               // only tools whose definition says so
    std::vector<std::string> names = {};  // empty: all

    bool includes(const Json& definition) const;
    /// Whether `names` are given and this one is not among them.
    bool leaves_out(std::string_view name) const;
};

}  // namespace tfy::tools
