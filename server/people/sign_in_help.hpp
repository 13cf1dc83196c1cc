// Where a person gets a code for the approvals page, in the situation of this process.
#pragma once

#include <string>

namespace tfy::people {

struct SignInHelp {
    std::string words = {};    // "To get a code, run in a terminal on this machine:"
    std::string command = {};  // what follows them
    /// Where this process printed a code, and how to be enrolled; empty: it printed none. A printed code
    /// counts as long as no one is enrolled.
    std::string printed = {};
};

}  // namespace tfy::people
