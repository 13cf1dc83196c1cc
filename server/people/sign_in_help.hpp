// Where a person gets a code for the approvals page, in the situation of this process.
#pragma once

#include <string>

namespace tfy::people {

struct SignInHelp {
    std::string words = {};    // "… For another code, run in a terminal on its machine:"
    std::string command = {};  // what follows them
    bool has_code = false;     // this process printed one: there is a way in though no one is enrolled
};

}  // namespace tfy::people
