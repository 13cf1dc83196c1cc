#include "policy/redacted.hpp"

#include <nlohmann/json.hpp>

namespace tfy::policy {
namespace {

std::string written(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

Redacted& Redacted::operator=(const Redacted& other) {
    if (this == &other) return *this;
    forget();
    text_ = other.text_;
    reveals_ = other.reveals_;
    return *this;
}

Redacted& Redacted::operator=(Redacted&& other) noexcept {
    if (this == &other) return *this;
    forget();
    text_ = std::move(other.text_);
    reveals_ = other.reveals_;
    return *this;
}

Redacted Redacted::error_object(Literal words) { return Redacted(written({{"error", words.text()}})); }
Redacted Redacted::error_object(Literal code, Literal words) {
    return Redacted(written({{"error", code.text()}, {"error_description", words.text()}}));
}

}  // namespace tfy::policy
