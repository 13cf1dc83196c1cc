// valijson behind our own error words; no other file includes it.
#include "protocol/schema.hpp"

// Without it valijson ends the process where it should throw.
#define VALIJSON_USE_EXCEPTIONS 1

#include <optional>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "protocol/violation.hpp"

namespace tfy::protocol {
namespace {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

/// Whether texts are matched against regular expressions.
bool has_patterns(const Json& schema) {
    if (!schema.is_structured()) return false;
    for (const auto& [name, value] : schema.items())
        if (name == "pattern" || name == "patternProperties" || name == "format" || has_patterns(value))
            return true;
    return false;
}

/// Where the first text that is too long is, "payload.name"; "arguments" if it is a name itself.
std::optional<std::string> long_text(const Json& value, const std::string& path = {}) {
    auto here = path.empty() ? std::string("arguments") : path;
    if (value.is_string() && value.get_ref<const std::string&>().size() > Schema::longest_text) return here;
    if (!value.is_structured()) return std::nullopt;
    for (const auto& [name, member] : value.items()) {
        if (name.size() > Schema::longest_text) return here;
        if (auto found = long_text(member, path.empty() ? name : path + "." + name)) return found;
    }
    return std::nullopt;
}

std::vector<Complaint> complaints_of(const valijson::ValidationResults& results) {
    std::vector<Complaint> out;
    for (const auto& each : results) out.push_back({each.context, each.description});
    return out;
}

}  // namespace

struct Schema::Compiled {
    Json source;
    bool matches_patterns = false;
    valijson::Schema schema;
};

Schema::Schema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

Result<Schema> Schema::compile(const Json& schema) try {
    auto compiled = std::make_unique<Compiled>();
    compiled->source = schema;
    compiled->matches_patterns = has_patterns(schema);
    valijson::SchemaParser().populateSchema(Adapter(compiled->source), compiled->schema);
    return Schema(std::move(compiled));
} catch (const std::exception& failure) {
    return Error{Errc::internal, std::string("A JSON Schema cannot be compiled: ") + failure.what()};
}

Result<void> Schema::validate(const Json& value) const try {
    if (const auto where = compiled_->matches_patterns ? long_text(value) : std::nullopt)
        return Error{Errc::invalid_params,
                     escaped(*where) + ": Use at most " + std::to_string(longest_text) + " bytes."};
    valijson::ValidationResults results;
    thread_local valijson::Validator validator;  // keeps compiled patterns, those of all schemas
    if (validator.validate(compiled_->schema, Adapter(value), &results)) return {};
    return Error{Errc::invalid_params, describe(compiled_->source, value, complaints_of(results))};
} catch (const std::exception&) {
    return Error{Errc::internal,
                 "The arguments could not be checked against their schema. Nothing was done."};
}

}  // namespace tfy::protocol
