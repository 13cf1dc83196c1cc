// The inbox in a terminal: what it shows, and what each key does. Reads no key and writes nothing by itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/approval.hpp"

namespace tfy::cli {

struct ScreenSize {
    std::size_t rows = 24;
    std::size_t columns = 80;
};

/// A line of the screen; how it looks is said beside it, and its words say the same.
struct ScreenLine {
    enum class Look { plain, strong, danger, caution, faint };
    std::string text;
    Look look = Look::plain;

    bool operator==(const ScreenLine&) const = default;
};

/// The same keys as on the approvals page.
class InboxView {
public:
    enum class Wish { none, leave, approve, deny };

    /// What waits now, oldest first. What was chosen stays chosen; if it is over, the next one is.
    void take(std::vector<policy::Approval> waiting);
    /// "j", "k", "\r", "a", "d", "/", "?", " ", "b", "q", "\x1b"; while one searches, any character.
    Wish press(std::string_view key);
    /// nullptr if nothing waits, or nothing is found.
    const policy::Approval* chosen() const;
    /// At most `size.rows` lines, none wider than the screen; `above` begins them.
    std::vector<ScreenLine> lines(const ScreenSize& size, policy::Time now, const std::string& above,
                                  const policy::Seals& seal) const;

private:
    std::vector<const policy::Approval*> found() const;
    void step(int by);
    void search_for(std::string_view key);
    std::vector<ScreenLine> list(std::size_t rows, policy::Time now, const policy::Seals& seal) const;
    std::vector<ScreenLine> request(const ScreenSize& size, policy::Time now,
                                    const policy::Seals& seal) const;

    std::vector<policy::Approval> waiting_;
    std::string chosen_;  // an id
    std::string words_;   // that are searched for
    bool searching_ = false;
    bool open_ = false;
    bool keys_ = false;
    std::size_t scrolled_ = 0;  // lines of the open request
};

}  // namespace tfy::cli
