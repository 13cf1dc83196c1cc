#include "tools/offer.hpp"

#include <algorithm>

namespace tfy::tools {

bool Offer::includes(const Json& definition) const {
    if (read_only && !definition.at("annotations").at("readOnlyHint").get<bool>()) return false;
    const auto& name = definition.at("name").get_ref<const std::string&>();
    return !leaves_out(name);
}

bool Offer::leaves_out(std::string_view name) const {
    return !names.empty() && std::ranges::find(names, name) == names.end();
}

}  // namespace tfy::tools
