// Which answers were made of a list, and for how long each of them says the same.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "policy/time.hpp"

namespace tfy::truefoundry {

class AnswerNotes {
public:
    /// Stands for one answer.
    using Answer = std::shared_ptr<const void>;
    static constexpr std::size_t most = 64;

    /// nullptr: none is known for this question, or it says something else at this time.
    Answer find(std::string_view question, policy::Time now) const {
        const auto found = notes_.find(question);
        const bool holds = found != notes_.end() && found->second.since <= now && now < found->second.until;
        return holds ? found->second.answer : nullptr;
    }
    /// For the time from `since` on and before `until`.
    Answer add(std::string question, policy::Time since, policy::Time until) {
        if (notes_.size() >= most) notes_.clear();
        auto answer = std::make_shared<const char>();
        notes_.insert_or_assign(std::move(question), Note{answer, since, until});
        return answer;
    }

private:
    struct Note {
        Answer answer;
        policy::Time since;
        policy::Time until;
    };
    std::map<std::string, Note, std::less<>> notes_;
};

}  // namespace tfy::truefoundry
