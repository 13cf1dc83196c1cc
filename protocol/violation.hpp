// What a JSON Schema validator complains about, said in words a model can act on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::protocol {

// Two members of our schemas are for these words. They are not shown to clients (tool.cpp):
//   advice   a sentence that says what to write, for what has a pattern: "Use …, for example ci-bot."
//   example  a value that fits

/// A complaint as valijson makes it: the way to the value ("<root>", "[payload]", "[name]") and a sentence.
struct Complaint {
    std::vector<std::string> way;
    std::string sentence;
};

/// At most three complaints about `value` in sentences, and how many more there are: "limit: must be a
/// number, not text, for example 50. payload: is missing, …". What is wanted is told by advice, examples and
/// bounds of `schema`, never as a pattern. Values are never quoted; names that came from outside are escaped.
std::string describe(const Json& schema, const Json& value, const std::vector<Complaint>& complaints);

}  // namespace tfy::protocol
