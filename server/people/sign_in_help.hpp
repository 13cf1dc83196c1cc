// Where a person gets a code for the approvals page, in the situation of this process.
#pragma once

#include <string>

namespace tfy::people {

struct SignInHelp {
    std::string words = {};    // "… For another code, run in a terminal on its machine:"
    std::string command = {};  // what follows them
};

}  // namespace tfy::people
