// JSON Schema validation by valijson: drafts up to 7. It silently ignores prefixItems, unevaluatedProperties
// and siblings of $ref, so our schemas keep inside its subset.
//
// Patterns run on std::regex, whose recursion grows with the text (2.5 MB of stack for 4 KiB): where a schema
// has a pattern or a format, texts over Schema::longest_text bytes are refused before they are matched.
#pragma once

#include <cstddef>
#include <memory>

#include "protocol/error.hpp"

namespace tfy::protocol {

class Schema {
public:
    static constexpr std::size_t longest_text = 2048;

    /// Errc::internal if `schema` cannot be compiled.
    static Result<Schema> compile(const Json& schema);
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;
    ~Schema();

    /// Errc::invalid_params with the first few violations as sentences (violation.hpp); values are not
    /// quoted, and the root is called "arguments". Safe to call from several threads at once.
    Result<void> validate(const Json& value) const;

private:
    struct Compiled;
    explicit Schema(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace tfy::protocol
