#include "tools/registry/outcomes.hpp"

#include "tools/access_tokens/create_words.hpp"

namespace tfy::registry {

std::string what_to_do(const Json& structured, policy::Time now) {
    return access_tokens::what_to_do(structured, now);
}

}  // namespace tfy::registry
