// completion/complete, read and answered.
#include "protocol/completion.hpp"

#include <algorithm>

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr std::size_t most_values = 100;

Result<void> read_ref(const Json& params, CompleteParams& into) {
    const auto* ref = find_member(params, "ref");
    if (ref == nullptr) return mistyped("params.ref", "an object");
    const auto type = read_string(*ref, "params.ref", "type");
    if (!type) return type.error();
    if (*type != "ref/prompt" && *type != "ref/resource")
        return mistyped("params.ref.type", "ref/prompt or ref/resource");
    into.of = *type == "ref/prompt" ? CompleteParams::Of::prompt : CompleteParams::Of::resource;
    auto named = read_string(*ref, "params.ref", into.of == CompleteParams::Of::prompt ? "name" : "uri");
    if (!named) return named.error();
    into.ref = std::move(*named);
    return {};
}

Result<void> read_argument(const Json& params, CompleteParams& into) {
    const auto* argument = find_member(params, "argument");
    if (argument == nullptr) return mistyped("params.argument", "an object");
    auto name = read_string(*argument, "params.argument", "name");
    if (!name) return name.error();
    auto value = read_string(*argument, "params.argument", "value");
    if (!value) return value.error();
    into.argument = std::move(*name);
    into.value = std::move(*value);
    return {};
}

Result<void> read_context(const Json& params, CompleteParams& into) {
    const auto context = read_optional_object(params, "params", "context");
    if (!context) return context.error();
    if (*context == nullptr) return {};
    auto arguments = read_optional_strings(**context, "params.context", "arguments");
    if (!arguments) return arguments.error();
    into.context = std::move(*arguments);
    return {};
}

}  // namespace

Result<CompleteParams> read_complete(const Json& params) {
    CompleteParams read;
    if (const auto ok = read_ref(params, read); !ok) return ok.error();
    if (const auto ok = read_argument(params, read); !ok) return ok.error();
    if (const auto ok = read_context(params, read); !ok) return ok.error();
    return read;
}

Json write_completion(std::vector<std::string> values, std::size_t total) {
    total = std::max(total, values.size());
    if (values.size() > most_values) values.resize(most_values);
    const bool more = total > values.size();
    Json completion = {{"total", total}, {"hasMore", more}};
    completion["values"] = std::move(values);
    return {{"completion", std::move(completion)}};
}

}  // namespace tfy::protocol
