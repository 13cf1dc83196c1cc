// application/x-www-form-urlencoded as OAuth reads it: strictly, and nothing twice.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::oauth {

using Form = std::map<std::string, std::string, std::less<>>;

/// The fields of a query or a body, decoded; those without a value are left out (RFC 6749, section 3.1).
/// Errc::invalid_request for a name that comes twice, a % without two hexadecimal digits, control characters,
/// and what is no UTF-8; the message quotes nothing.
Result<Form> read_form(std::string_view text);

/// A field's value; empty if it is absent.
const std::string& field(const Form& form, std::string_view name);

}  // namespace tfy::oauth
