// What a person typed into the page, as it comes in a request's body.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/secret.hpp"
#include "protocol/error.hpp"

namespace tfy::dashboard {

/// A text field of the body; empty if absent. nullopt if it is no text, or longer than 2000 bytes.
std::optional<std::string> text_field(const Json& body, const char* name);
/// A secret of the body, out of which it is wiped; empty if absent. nullopt if it is no text, or longer than
/// `most`.
std::optional<policy::Secret> take_secret(Json& body, const char* name, std::size_t most);
bool blank(std::string_view text);
/// A whole number of the body. nullopt if it is none, absent, or below zero.
std::optional<std::size_t> count_field(const Json& body, const char* name);

/// Errc::refused; `not_done` is a sentence: "Nothing was decided."
Error bad_text(std::string_view name, std::string_view not_done);

}  // namespace tfy::dashboard
