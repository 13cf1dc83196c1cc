// Which of its tools a server offers: a person may want fewer of them.
#pragma once

#include <string>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::tools {

struct Offer {
    bool read_only = false;               // only tools whose definition says so
    std::vector<std::string> names = {};  // empty: all

    bool includes(const Json& definition) const;
};

}  // namespace tfy::tools
