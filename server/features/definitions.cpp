#include "server/features/definitions.hpp"

#include <algorithm>

#include "manifests/embedded.hpp"
#include "protocol/member.hpp"
#include "protocol/parse.hpp"

namespace tfy::features {
namespace {

bool has(const Json& definition, std::string_view member, std::string_view value) {
    const auto* found = protocol::find_member(definition, member);
    return found != nullptr && *found == value;
}

}  // namespace

std::vector<Json> definitions_in(std::string_view folder) {
    const auto path = std::string(folder) + "/";
    std::vector<Json> definitions;
    for (const auto& file : manifests::files()) {
        if (!file.name.starts_with(path) || !file.name.ends_with(".json")) continue;
        Result<Json> definition = protocol::parse(file.text);
        if (definition && !definition->is_object())
            definition = Error{Errc::internal, "manifests/" + std::string(file.name) + " is no JSON object."};
        definitions.push_back(std::move(definition.value()));
    }
    return definitions;
}

const Json* find_definition(const std::vector<Json>& definitions, std::string_view member,
                            std::string_view value) {
    const auto found =
        std::ranges::find_if(definitions, [&](const Json& each) { return has(each, member, value); });
    return found == definitions.end() ? nullptr : &*found;
}

const Json* find_argument(const Json& definition, std::string_view name) {
    const auto* arguments = protocol::find_member(definition, "arguments");
    if (arguments == nullptr) return nullptr;
    const auto found =
        std::ranges::find_if(*arguments, [&](const Json& each) { return has(each, "name", name); });
    return found == arguments->end() ? nullptr : &*found;
}

}  // namespace tfy::features
