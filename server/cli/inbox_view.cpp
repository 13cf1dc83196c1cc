#include "server/cli/inbox_view.hpp"

#include <algorithm>
#include <sstream>

#include "policy/call_words.hpp"
#include "policy/dialogue/approval_text.hpp"
#include "policy/visible.hpp"
#include "server/app/display.hpp"
#include "server/dashboard/inbox_row.hpp"

namespace tfy::cli {
namespace {

using Look = ScreenLine::Look;
using policy::Approval;

constexpr std::size_t lines_of_one = 2;
constexpr std::size_t scroll = 10;

constexpr std::string_view all_keys[] = {
    "j, k    next, previous request",
    "Enter   open the request",
    "Space,b down, up in an open request",
    "a       approve: asks for your passphrase and the token's name",
    "d       deny: asks for your passphrase and a reason",
    "/       search by name, id, digest or caller; Esc ends it",
    "Esc     back",
    "q       leave",
};

bool continues(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

/// The bytes of the first `columns` characters.
std::size_t bytes_of(std::string_view text, std::size_t columns) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (!continues(text[at]) && columns-- == 0) break;
        ++at;
    }
    return at;
}

/// Whole, on as many lines as it takes: nothing may hide behind a cut.
void add_broken(std::vector<ScreenLine>& to, std::string_view text, std::size_t columns, Look look) {
    do {
        const auto size = bytes_of(text, columns);
        to.push_back({std::string(text.substr(0, size)), look});
        text.remove_prefix(size);
    } while (!text.empty());
}

std::string joined(const Json& words) {
    std::string text;
    for (const auto& each : words) text += (text.empty() ? "" : ", ") + each.get<std::string>();
    return text;
}

/// "ann has approved, 1 of 2"
std::string votes_in_words(const Json& row) {
    const auto quorum = row.at("quorum").get<std::size_t>();
    if (quorum < 2) return {};
    return ", " + std::to_string(row.at("voters").size()) + " of " + std::to_string(quorum) +
           (row.at("voters").empty() ? "" : ": " + joined(row.at("voters")));
}

bool holds_words(const Approval& approval, std::string_view words) {
    return approval.facts.subject.find(words) != std::string::npos ||
           approval.id.find(words) != std::string::npos ||
           approval.digest().find(words) != std::string::npos ||
           policy::asker_of(approval.call.caller).find(words) != std::string::npos;
}

}  // namespace

std::vector<const Approval*> InboxView::found() const {
    std::vector<const Approval*> all;
    for (const auto& each : waiting_)
        if (holds_words(each, words_)) all.push_back(&each);
    return all;
}

const Approval* InboxView::chosen() const {
    for (const auto* each : found())
        if (each->id == chosen_) return each;
    return nullptr;
}

void InboxView::take(std::vector<Approval> waiting) {
    const auto before = found();
    const auto at = std::ranges::find(before, chosen_, [](const Approval* each) { return each->id; });
    const auto place = static_cast<std::size_t>(at - before.begin());
    waiting_ = std::move(waiting);
    if (chosen() != nullptr) return;
    const auto now = found();
    open_ = false;
    chosen_ = now.empty() ? "" : now[std::min(place < before.size() ? place : 0, now.size() - 1)]->id;
}

void InboxView::step(int by) {
    const auto all = found();
    if (all.empty()) return;
    const auto at = std::ranges::find(all, chosen_, [](const Approval* each) { return each->id; });
    const auto place = at == all.end() ? -1 : static_cast<int>(at - all.begin());
    const auto last = static_cast<int>(all.size()) - 1;
    chosen_ = all[static_cast<std::size_t>(std::clamp(place + by, 0, last))]->id;
    scrolled_ = 0;
}

void InboxView::search_for(std::string_view key) {
    if (key == "\r" || key == "\x1b") {
        searching_ = false;
        if (key == "\x1b") words_.clear();
    } else if (key == "\x7f") {
        while (!words_.empty() && continues(words_.back())) words_.pop_back();
        if (!words_.empty()) words_.pop_back();
    } else if (static_cast<unsigned char>(key.front()) >= 0x20) {
        words_ += key;
    }
    if (chosen() == nullptr) {
        chosen_.clear();
        step(0);
    }
}

InboxView::Wish InboxView::press(std::string_view key) {
    if (key.empty()) return Wish::none;
    if (searching_) {
        search_for(key);
        return Wish::none;
    }
    if (key == "q") return Wish::leave;
    if (key == "\x1b") {
        if (!keys_ && !open_) words_.clear();
        if (!keys_) open_ = false;
        keys_ = false;
    }
    if (key == "?") keys_ = !keys_;
    if (key == "/") searching_ = true;
    if (key == "j") step(1);
    if (key == "k") step(-1);
    if (chosen() == nullptr) return Wish::none;
    if (key == "\r") open_ = true;
    if (key == " ") scrolled_ += scroll;
    if (key == "b") scrolled_ -= std::min(scroll, scrolled_);
    return key == "a" ? Wish::approve : key == "d" ? Wish::deny : Wish::none;
}

std::vector<ScreenLine> InboxView::list(std::size_t rows, policy::Time now, const policy::Seals& seal) const {
    const auto all = found();
    const auto fit = std::max<std::size_t>(rows / lines_of_one, 1);
    const auto at = std::ranges::find(all, chosen_, [](const Approval* each) { return each->id; });
    const auto place = at == all.end() ? 0 : static_cast<std::size_t>(at - all.begin());
    const auto first = place < fit ? 0 : place - fit + 1;
    std::vector<ScreenLine> lines;
    for (auto i = first; i < std::min(all.size(), first + fit); ++i) {
        const auto& each = *all[i];
        const auto row = dashboard::inbox_row(each, "", seal);
        const bool danger = row.at("danger").get<bool>();
        const auto left = policy::format_duration(std::max(each.expires - now, policy::Duration{0}));
        lines.push_back({(each.id == chosen_ ? "> " : "  ") + policy::line_of(each, seal) + "  " + left +
                             " left" + votes_in_words(row),
                         danger               ? Look::danger
                         : each.id == chosen_ ? Look::strong
                                              : Look::plain});
        const auto risks = joined(row.at("risks"));
        lines.push_back({"    " + row.at("principal").get<std::string>() +
                             (risks.empty() ? "" : "; " + risks) +
                             (row.at("marked").get<bool>() ? "; hidden characters" : ""),
                         risks.empty() ? Look::faint : Look::caution});
    }
    return lines;
}

std::vector<ScreenLine> InboxView::request(const ScreenSize& size, policy::Time now,
                                           const policy::Seals& seal) const {
    const auto* const approval = chosen();
    std::vector<ScreenLine> all;
    if (approval == nullptr) return all;
    std::istringstream text(dialogue::screen(
        *approval, now, dialogue::offer_in_terminal(approval->terms(), app::has_display()), seal));
    for (std::string line; std::getline(text, line);) {
        const bool warns = line.starts_with("  Warning: ");
        add_broken(all, line, size.columns, warns ? Look::caution : all.empty() ? Look::strong : Look::plain);
    }
    const auto first = std::min(scrolled_, all.size() > size.rows ? all.size() - size.rows : 0);
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first));
    return all;
}

std::vector<ScreenLine> InboxView::lines(const ScreenSize& size, policy::Time now, const std::string& above,
                                         const policy::Seals& seal) const {
    std::vector<ScreenLine> all;
    const auto count = waiting_.size();
    all.push_back({count == 0   ? "Nothing waits for a decision. New requests appear here."
                   : count == 1 ? "1 request waits for a decision."
                                : std::to_string(count) + " requests wait for a decision.",
                   Look::strong});
    if (!above.empty()) {
        std::istringstream text(above);
        for (std::string line; std::getline(text, line);) all.push_back({line, Look::caution});
    }
    if (searching_ || !words_.empty())
        all.push_back({"Search: " + policy::shown(seal, words_, 200) + (searching_ ? "_" : "") + "  (" +
                           std::to_string(found().size()) + " of " + std::to_string(count) + ")",
                       Look::plain});
    all.push_back({});
    const auto room = size.rows - std::min(size.rows - 1, all.size() + 2);
    std::vector<ScreenLine> body;
    if (keys_)
        for (const auto key : all_keys) body.push_back({std::string(key), Look::plain});
    else
        body = open_ ? request({room, size.columns}, now, seal) : list(room, now, seal);
    for (auto& line : body)
        if (all.size() + 1 < size.rows) all.push_back(std::move(line));
    while (all.size() + 1 < size.rows) all.push_back({});
    all.push_back(
        {"j k choose   Enter open   a approve   d deny   / search   ? keys   q leave", Look::faint});
    for (auto& line : all) line.text.resize(bytes_of(line.text, size.columns));
    return all;
}

}  // namespace tfy::cli
