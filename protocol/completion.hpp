// completion/complete: what an argument of a prompt or a resource template could be.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::protocol {

struct CompleteParams {
    enum class Of { prompt, resource } of = Of::prompt;
    std::string ref;                                  // the prompt's name, or the template's uri
    std::string argument;                             // its name
    std::string value;                                // what was typed so far
    std::map<std::string, std::string> context = {};  // arguments that are settled already
};

/// Errc::invalid_params for an unknown ref type and for missing or mis-typed members.
Result<CompleteParams> read_complete(const Json& params);

/// A CompleteResult: at most 100 values, how many there are in all, and whether there are more.
Json write_completion(std::vector<std::string> values, std::size_t total);

}  // namespace tfy::protocol
