#include "protocol/member_order.hpp"

#include <utility>

namespace tfy::protocol {

MemberOrder::MemberOrder(std::string json) {
    const auto read = std::make_shared<Read>(Read{.text = std::move(json)});
    read->json = PlainJson::read(read->text);
    read_ = read;
}

std::optional<PlainValue> MemberOrder::root() const {
    if (!read_ || !read_->json) return std::nullopt;
    return read_->json->root();
}

}  // namespace tfy::protocol
