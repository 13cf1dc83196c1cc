// The order in which people read the members of objects: that of a JSON text.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "protocol/plain_json.hpp"

namespace tfy::protocol {

/// Cheap to copy.
class MemberOrder {
public:
    /// Any order.
    MemberOrder() = default;
    /// That of `json`, if PlainJson::read() takes it; else any.
    explicit MemberOrder(std::string json);

    /// Lives as long as this, or a copy of it. nullopt: any.
    std::optional<PlainValue> root() const;

private:
    struct Read {
        std::string text;
        std::optional<PlainJson> json = {};
    };
    std::shared_ptr<const Read> read_;
};

}  // namespace tfy::protocol
