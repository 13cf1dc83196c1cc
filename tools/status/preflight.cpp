#include "tools/status/preflight.hpp"

#include "tools/own_command.hpp"
#include "tools/text.hpp"

namespace tfy::status {
namespace {

constexpr std::chrono::days soon{7};
constexpr char where_to_get_a_key[] =
    " How to create a key: https://docs.truefoundry.com/docs/generating-truefoundry-api-keys";

/// `names`: what is missing.
Preflight not_set(const std::string& cause, const std::string& problem, const std::string& names,
                  bool several) {
    auto reason = problem + "Not set: " + names + ".";
    auto sentence = reason + " A person runs " + tools::own_program() +
                    " login in a terminal, which takes effect at once; or sets " + (several ? "both" : "it") +
                    " in this server's environment or .env file, and restarts it." + where_to_get_a_key;
    return {.connection = "not_set",
            .cause = cause,
            .sentence = std::move(sentence),
            .reason = std::move(reason)};
}

/// Beside a key of the environment .env names no address: it could send that key elsewhere.
std::string no_address(const tools::KeyFacts& key) {
    if (!key.from.ends_with(" in the environment"))
        return "Not set: TFY_BASE_URL. Set it beside the key and restart this server.";
    return "Not set: TFY_BASE_URL. Set it in this server's environment, beside the key, and restart it: an "
           "address "
           "in .env is not used with a key from the environment.";
}

Preflight refused_key(std::string message, const tools::KeyFacts& key, policy::Time now) {
    Preflight found{.connection = "key_refused", .cause = "key_refused", .sentence = std::move(message)};
    if (key.expires && *key.expires <= now) {
        found.cause = "key_expired";
        found.reason =
            "The key expired at " + policy::format_time_for_people(*key.expires) + ". " + found.sentence;
        found.sentence = found.reason + " Create a new one." + where_to_get_a_key;
    }
    return found;
}

// TrueFoundry does not document what its access-token routes answer to such a key; only the key itself tells.
std::string about_virtual_account(const tools::KeyFacts& key, const policy::Seals& seal) {
    return "The key belongs to a virtual account (" + tools::in_quotes(seal, key.subject_type) +
           "), and only users have personal access tokens. Use a user's personal access token as the key.";
}

std::string cause_of(const Error& error) {
    if (error.data.is_object() && error.data.contains("cause") && error.data.at("cause").is_string())
        return error.data.at("cause").get<std::string>();
    return "no_answer";
}

Preflight judge(const Error& error, const tools::KeyFacts& key, policy::Time now) {
    const auto status = error.data.is_object() ? error.data.value("http_status", 0) : 0;
    if (status == 401) return refused_key(error.message, key, now);
    if (status == 403) return {"no_permission", "no_permission", error.message};
    if (status != 0) return {"unexpected_answer", "unexpected_answer", error.message};
    return {"unreachable", cause_of(error), "TrueFoundry cannot be reached. " + error.message};
}

void warn_of(const tools::KeyFacts& key, policy::Time now, Preflight& found) {
    found.warnings = key.warnings;
    if (!key.expires) return;
    if (*key.expires <= now)
        found.warnings.push_back("The key says that it expired at " +
                                 policy::format_time_for_people(*key.expires) +
                                 ", but it still works. Check this machine's clock.");
    else if (*key.expires <= now + soon)
        found.warnings.push_back("The key expires " + tools::distance(*key.expires, now) +
                                 ". Replace it before then.");
}

}  // namespace

std::optional<Preflight> before_asking(const std::string& base_url, const std::string& url_problem,
                                       const std::string& url_cause, const tools::KeyFacts& key) {
    const bool key_is_wrong = !key.problem.empty() && key.cause != "key_not_set";
    const auto key_problem = key.problem.empty() ? std::string{} : key.problem + " ";
    if (!url_problem.empty())
        return Preflight{"misconfigured", url_cause.empty() ? "base_url_unusable" : url_cause, url_problem};
    if (base_url.empty() && key_is_wrong)
        return Preflight{"misconfigured", key.cause, key.problem + " " + no_address(key)};
    if (base_url.empty() && !key.set)
        return not_set("base_url_not_set", key_problem, "TFY_BASE_URL and TFY_API_KEY (or TFY_API_KEY_FILE)",
                       true);
    if (base_url.empty())
        return Preflight{.connection = "not_set",
                         .cause = "base_url_not_set",
                         .sentence = no_address(key),
                         .reason = "Not set: TFY_BASE_URL."};
    if (key.set) return std::nullopt;
    if (key_is_wrong) return Preflight{"misconfigured", key.cause, key.problem};
    return not_set("key_not_set", key_problem, "TFY_API_KEY (or TFY_API_KEY_FILE)", false);
}

Preflight after_asking(const Result<void>& probed, const tools::KeyFacts& key, policy::Time now,
                       const policy::Seals& seal) {
    Preflight found{.connection = "works", .sentence = "TrueFoundry accepts the key."};
    if (!probed) found = judge(probed.error(), key, now);
    const bool refused = found.cause == "key_refused" || found.connection == "no_permission";
    if (key.of_virtual_account() && refused) {
        found.cause = "virtual_account_key";
        for (auto* text : {&found.sentence, &found.reason})
            if (!text->empty()) *text += " " + about_virtual_account(key, seal);
    }
    if (probed) warn_of(key, now, found);
    if (probed && key.of_virtual_account()) found.warnings.push_back(about_virtual_account(key, seal));
    return found;
}

}  // namespace tfy::status
