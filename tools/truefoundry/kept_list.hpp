// The pages of the whole list as they came last. Upstream is asked for each of them every time; one that is
// the same to the byte is not read again, and a list of which all pages are the same is not looked through
// again.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/truefoundry/answer_notes.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::truefoundry {

struct KeptPage {
    std::size_t offset = 0;
    std::string body = {};
    SharedText shared = {};  // in the place of `body`
    wire::TokenPage read = {};

    std::string_view text() const { return shared ? std::string_view(*shared) : body; }
};
using SharedPage = std::shared_ptr<const KeptPage>;

/// Of one look at the list, in order; the first of them where it is very long.
class KeptList {
public:
    static constexpr std::size_t most_bytes = std::size_t{2} * 1024 * 1024;

    /// nullptr unless the page number `number` began at this offset and said just this. Text that is shared
    /// is known by its object, without a look at it.
    SharedPage find(std::size_t number, std::size_t offset, const ApiResponse& answer) const {
        if (number >= pages_.size() || pages_[number]->offset != offset) return nullptr;
        const auto& page = pages_[number];
        const bool same_object = answer.shared && answer.shared == page->shared;
        return same_object || page->text() == answer.text() ? page : nullptr;
    }
    void add(const SharedPage& page) {
        bytes_ += page->text().size() + page->read.tokens.size() * sizeof(AccessToken);
        if (bytes_ <= most_bytes) pages_.push_back(page);
    }
    const std::vector<SharedPage>& pages() const { return pages_; }

    /// Nothing comes after its pages, and no token came twice.
    void end() { whole_ = bytes_ <= most_bytes; }
    bool whole() const { return whole_; }

    using Tokens = std::vector<const AccessToken*>;
    /// All tokens of a whole list, in the order that `name` stands for: sorted when it is first asked for.
    template <class Precedes>
    const Tokens& in_order(int name, const Precedes& precedes) const {
        const auto [place, is_new] = orders_.try_emplace(name);
        auto& tokens = place->second;
        if (!is_new) return tokens;
        for (const auto& page : pages_)
            for (const auto& token : page->read.tokens) tokens.push_back(&token);
        std::ranges::sort(tokens, [&](const auto* a, const auto* b) { return precedes(*a, *b); });
        return tokens;
    }

    /// What was made of it; gone with it.
    AnswerNotes& notes() const { return notes_; }

private:
    std::vector<SharedPage> pages_;
    std::size_t bytes_ = 0;
    bool whole_ = false;
    mutable std::map<int, Tokens> orders_;
    mutable AnswerNotes notes_;
};
using SharedList = std::shared_ptr<const KeptList>;

}  // namespace tfy::truefoundry
