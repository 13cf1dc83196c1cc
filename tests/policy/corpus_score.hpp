// The score of a corpus: how many techniques of each group were stopped.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/policy/corpus.hpp"

namespace tfy::leaks {

class Board {
public:
    /// `where`: what let it through; empty if it was stopped.
    void add(const Leak& leak, const std::string& where) {
        if (!groups_.contains(leak.group)) order_.push_back(leak.group);
        auto& score = groups_[leak.group];
        score.promised = leak.promised;
        ++score.techniques;
        if (where.empty())
            ++score.stopped;
        else if (leak.promised)
            missed_.push_back(leak.group + ": " + leak.name + " in " + where);
    }

    /// Of what is promised.
    const std::vector<std::string>& missed() const { return missed_; }
    /// As Markdown.
    std::string table() const { return "| techniques | stopped |\n|---|---|\n" + rows(true) + rows(false); }

private:
    struct Score {
        std::size_t techniques = 0;
        std::size_t stopped = 0;
        bool promised = true;
    };

    std::string rows(bool promised) const {
        std::string text;
        Score sum;
        for (const auto& group : order_) {
            const auto& score = groups_.at(group);
            if (score.promised != promised) continue;
            sum.techniques += score.techniques;
            sum.stopped += score.stopped;
            text += "| " + group + " | " + std::to_string(score.stopped) + " of " +
                    std::to_string(score.techniques) + " |\n";
        }
        return text + (promised ? "| **promised, together** | **" : "| **not promised, together** | **") +
               std::to_string(sum.stopped) + " of " + std::to_string(sum.techniques) + "** |\n";
    }

    std::map<std::string, Score> groups_;
    std::vector<std::string> order_;
    std::vector<std::string> missed_;
};

}  // namespace tfy::leaks
