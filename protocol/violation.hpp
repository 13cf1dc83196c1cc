// What a JSON Schema validator complains about, said in words a model can act on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// A complaint as valijson makes it: the way to the value ("<root>", "[payload]", "[name]") and a sentence.
struct Complaint {
    std::vector<std::string> way;
    std::string sentence;
};

/// At most three complaints as "payload.name: must match …; id: is missing", and how many more there are.
/// Expectations are quoted from `schema`, which is ours; values never; names that came from outside are
/// escaped.
std::string describe(const Json& schema, const std::vector<Complaint>& complaints);

}  // namespace tfy::protocol
