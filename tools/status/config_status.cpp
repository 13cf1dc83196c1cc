// tfy_config_status: asks upstream once and says in words whether the configuration works.
#include "tools/offer.hpp"
#include "tools/status/preflight.hpp"
#include "tools/status/status.hpp"
#include "tools/text.hpp"

namespace tfy::status {
namespace {

Json or_null(const std::string& text, const policy::Seals& seal) {
    return text.empty() ? Json(nullptr) : Json(tools::one_line(seal, text));
}
std::string or_words(const std::string& text, const char* words, const policy::Seals& seal) {
    return text.empty() ? words : tools::one_line(seal, text);
}

std::string control_plane(const std::string& base_url, const policy::Seals& seal) {
    return base_url == "sandbox:" ? "the sandbox" : or_words(base_url, "not set", seal);
}

// What the key says of itself; one that is no JWT says nothing.
std::string_view kind_of(const tools::KeyFacts& key) {
    if (!key.set || key.subject_type.empty()) return "unknown";
    if (key.of_virtual_account()) return "virtual_account";
    return key.subject_type == "user" ? "user" : "other";
}

std::string describe(const tools::KeyFacts& key, const policy::Seals& seal) {
    if (!key.set) return "not set";
    return "set" + (key.from.empty() ? "" : " (" + tools::one_line(seal, key.from) + ")") +
           (key.expires ? ", until " + policy::format_time_for_people(*key.expires) : "");
}

const char* next_of(const Preflight& finding, bool is_stopped) {
    if (!finding.cause.empty()) return "Do what the message says, then call tfy_config_status again.";
    if (is_stopped) return "Tell the user what the first warning says. Ask for no change until they say so.";
    return tools::may_be_named("tfy_access_tokens_list")
               ? "List the access tokens with tfy_access_tokens_list."
               : "Use the tools that are listed.";
}

}  // namespace

Result<Json> ConfigStatus::canonical(Json arguments, policy::Time) const { return arguments; }

constexpr auto sandbox_mode = "Sandbox mode: test tokens only; TrueFoundry is not contacted.";

Async<Result<tools::ToolResult>> ConfigStatus::run(policy::ReadPermit permit) {
    const auto& known = configuration_;
    const auto& seal = clients_.seals();
    auto key = known.key ? known.key(permit.call().caller) : tools::KeyFacts{};
    auto finding = before_asking(known.base_url.now(), known.url_problem, known.url_cause, key);
    if (!finding) {
        auto api = clients_.of(permit.call().caller);
        const auto probed = co_await api.probe();
        finding = after_asking(probed, key, clock_.now(), seal);
        if (known.sandbox && probed) finding->sentence = sandbox_mode;
        if (probed && known.key)
            key = known.key(permit.call().caller);  // the answer may have said whose it is
    }
    std::string stopped;
    if (known.stopped) stopped = co_await known.stopped(permit.call().caller);
    if (!stopped.empty()) finding->warnings.insert(finding->warnings.begin(), stopped);
    const auto requirements =
        known.approvals ? known.approvals(permit.call().caller) : tools::ApprovalRequirements{};
    std::string first;
    const bool can_wait = !requirements.by_tool.empty();
    if (can_wait && known.first_person) first = co_await known.first_person();
    if (!first.empty())
        finding->warnings.push_back(
            "No one is enrolled, so no one can decide on the approvals page or in a terminal. The user, not "
            "you, first runs in a terminal: " +
            first);
    const auto page = known.page_url ? known.page_url() : std::string{};
    tools::ToolResult result;
    result.text = finding->sentence + "\n";
    for (const auto& warning : finding->warnings) result.text += "Warning: " + warning + "\n";
    result.text += "\nControl plane: " + control_plane(known.base_url.now(), seal) +
                   "\nAPI key: " + describe(key, seal) +
                   "\nActs as: " + or_words(key.subject, "unknown (the key does not say)", seal) +
                   "\nApprovals: " + requirements.words +
                   "\nApprovals page: " + or_words(page, "not open", seal) + "\nVersion: " + known.version +
                   "\n";
    result.structured = {
        {"connection", finding->connection},
        {"cause", or_null(finding->cause, seal)},
        {"message", finding->sentence},
        {"next", next_of(*finding, !stopped.empty())},
        {"warnings", finding->warnings},
        {"base_url", or_null(known.base_url.now(), seal)},
        {"key_set", key.set},
        {"key_kind", kind_of(key)},
        {"key_expires_at", key.expires ? Json(policy::format_time(*key.expires)) : Json(nullptr)},
        {"acts_as", or_null(key.subject, seal)},
        {"approvals", requirements.words},
        {"approvals_by_tool", requirements.by_tool},
        {"approvals_page", or_null(page, seal)},
        {"sandbox", known.sandbox},
        {"version", known.version}};
    co_return result;
}

}  // namespace tfy::status
