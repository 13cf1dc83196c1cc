// tfy_config_status: asks upstream once and says in words whether the configuration works.
#include "tools/status.hpp"
#include "tools/text.hpp"

namespace tfy::tools {
namespace {

struct Finding {
    std::string_view connection;  // a word for programs
    std::string sentence;
};

Finding not_set(const Configuration& configuration) {
    std::string missing = configuration.base_url.empty() ? "TFY_BASE_URL" : "";
    if (!configuration.key_set) missing += missing.empty() ? "TFY_API_KEY" : " and TFY_API_KEY";
    const auto problem = configuration.problem.empty() ? std::string{} : configuration.problem + " ";
    return {"not_set", problem + "Not set: " + missing +
                           ". Set it in the environment of this server (or in its .env file) and start it "
                           "again. Where to get a key: "
                           "https://docs.truefoundry.com/docs/generating-truefoundry-api-keys"};
}

Finding judge(const Result<void>& probed) {
    if (probed) return {"works", "TrueFoundry accepts the key."};
    const auto& error = probed.error();
    const auto status = error.data.is_object() ? error.data.value("http_status", 0) : 0;
    if (status == 401) return {"key_refused", error.message};
    if (status == 403) return {"no_permission", error.message};
    if (status == 0) return {"unreachable", "TrueFoundry cannot be reached. " + error.message};
    return {"unexpected_answer", error.message};
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(one_line(text)); }
std::string or_words(const std::string& text, const char* words) {
    return text.empty() ? words : one_line(text);
}

}  // namespace

Result<Json> ConfigStatus::canonical(Json arguments, policy::Time) const { return arguments; }

Async<Result<policy::Facts>> ConfigStatus::facts(policy::Call) {
    co_return policy::Facts{.subject = {}, .effect = "Reads whether this server's configuration works."};
}

Async<Result<ToolResult>> ConfigStatus::run(policy::Permit permit) {
    const auto& known = configuration_;
    Finding finding;
    if (known.base_url.empty() || !known.key_set) {
        finding = not_set(known);
    } else if (!known.problem.empty()) {
        finding = {"misconfigured", known.problem};
    } else {
        auto api = client_.traced(permit.call().caller.trace);
        const auto probed = co_await api.probe();
        finding = judge(probed);
    }
    const auto page = known.page_url ? known.page_url() : std::string{};
    ToolResult result;
    result.text = finding.sentence + "\n\nControl plane: " + or_words(known.base_url, "not set") +
                  (known.sandbox ? " (the sandbox: make-believe tokens only)" : "") +
                  "\nAPI key: " + (known.key_set ? "set" : "not set") +
                  "\nActs as: " + or_words(known.acts_as, "unknown (the key does not say)") +
                  "\nApprovals: " + known.assurance + "\nApprovals page: " + or_words(page, "none is open") +
                  "\nVersion: " + known.version + "\n";
    result.structured = {{"connection", finding.connection},
                         {"message", finding.sentence},
                         {"base_url", or_null(known.base_url)},
                         {"key_set", known.key_set},
                         {"acts_as", or_null(known.acts_as)},
                         {"approvals", known.assurance},
                         {"approvals_page", or_null(page)},
                         {"sandbox", known.sandbox},
                         {"version", known.version}};
    co_return result;
}

}  // namespace tfy::tools
