// The pages of the whole list as they came last. Upstream is asked for each of them every time; one that is
// the same to the byte is not read again.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/truefoundry/wire.hpp"

namespace tfy::truefoundry {

struct KeptPage {
    std::size_t offset = 0;
    std::string body = {};
    wire::TokenPage read = {};
};
using SharedPage = std::shared_ptr<const KeptPage>;

/// Of one look at the list, in order; the first of them where it is very long.
class KeptList {
public:
    static constexpr std::size_t most_bytes = std::size_t{2} * 1024 * 1024;

    /// nullptr unless the page number `number` began at this offset and said just this.
    SharedPage find(std::size_t number, std::size_t offset, std::string_view body) const {
        if (number >= pages_.size() || pages_[number]->offset != offset) return nullptr;
        return pages_[number]->body == body ? pages_[number] : nullptr;
    }
    void add(const SharedPage& page) {
        bytes_ += page->body.size() + page->read.tokens.size() * sizeof(AccessToken);
        if (bytes_ <= most_bytes) pages_.push_back(page);
    }

private:
    std::vector<SharedPage> pages_;
    std::size_t bytes_ = 0;
};

}  // namespace tfy::truefoundry
