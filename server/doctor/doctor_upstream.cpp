#include "server/doctor/doctor_upstream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/config/kept_login.hpp"
#include "server/system/progress.hpp"
#include "server/upstream/key_file.hpp"
#include "tools/own_command.hpp"
#include "tools/status/preflight.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

/// Keeps what the last answer says that the time is.
class DatedExchange final : public truefoundry::Exchange {
public:
    DatedExchange(truefoundry::Exchange& exchange, std::optional<policy::Time>& date)
        : exchange_(exchange), date_(date) {}
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        auto answer = co_await exchange_.send(std::move(request));
        if (answer) date_ = answer->date;
        co_return answer;
    }

private:
    truefoundry::Exchange& exchange_;
    std::optional<policy::Time>& date_;
};

Result<void> probe(truefoundry::Exchange& exchange, std::optional<policy::Time>& date,
                   const policy::Seals& seal, config::UpstreamLimits limits) {
    const system::Progress progress("Asking TrueFoundry");
    boost::asio::io_context loop;
    DatedExchange dated(exchange, date);
    truefoundry::Client client(dated, seal, limits.max_time);
    Result<void> probed;
    boost::asio::co_spawn(loop, client.probe(),
                          [&probed](const std::exception_ptr& bug, Result<void> result) {
                              if (bug) std::rethrow_exception(bug);
                              probed = std::move(result);
                          });
    loop.run();
    return probed;
}

std::string make_a_key() {
    return "Create a key in TrueFoundry (Access → Personal Access Tokens) and enter it with " +
           tools::own_program() +
           " login. Or save it in a file that only you can read, and set TFY_API_KEY_FILE to the file.";
}
constexpr auto another_key = "Create a new key in TrueFoundry and replace the old one: ";

std::string place_of(const config::Upstream& upstream) {
    const auto file = upstream::shown_key_file(upstream.key_file);
    return file.empty() ? upstream.key_from : "the file " + file;
}

/// The path is what is wrong, not what the file holds: the key must not be put there.
bool names_no_file(const status::Preflight& found, const config::Upstream& upstream) {
    return upstream.key_from.starts_with("TFY_API_KEY_FILE") &&
           (found.cause == "key_file_unreadable" || upstream.key_file.empty());
}

std::string todo_for(const status::Preflight& found, const config::Upstream& upstream) {
    constexpr auto address = "https://acme.truefoundry.cloud";
    const auto& how = found.connection;
    if (how == "works") return {};
    if (how == "key_refused") return another_key + upstream.key_from + ".";
    if (how == "no_permission") return "Use the key of a user who can manage personal access tokens.";
    if (found.cause == "base_url_not_set")
        return (upstream.key_from.empty() ? "Run " + tools::own_program() +
                                                " login: it asks for the address and a key, and keeps both. "
                                                "Or set TFY_BASE_URL and "
                                                "TFY_API_KEY_FILE."
                                          : "Set TFY_BASE_URL to your control plane's address, for example " +
                                                std::string(address) + ".") +
               " To try it without an account: --sandbox.";
    if (found.cause == "base_url_not_https") return "Use https://; plain http works for this machine only.";
    if (found.cause == "base_url_unusable") return "Write it as " + std::string(address) + ".";
    if (found.cause == "base_url_placeholder")
        return "Set TFY_BASE_URL to your own control plane's address: what your browser shows in "
               "TrueFoundry, up to "
               "the first / behind the host.";
    if (found.cause == "key_not_set") return make_a_key();
    if (how == "misconfigured" && upstream.key_from == config::from_login)
        return "Log in again: " + tools::own_program() + " login.";
    if (how == "misconfigured" && names_no_file(found, upstream))
        return "Fix the path: " + upstream.key_from + " must name a file that contains only the key.";
    if (how == "misconfigured") return "Put only the key there: " + place_of(upstream) + ".";
    const auto try_it = "Try it from this machine: curl -sv '" + upstream.base_url + "'.";
    if (how == "unreachable") return try_it + " HTTPS_PROXY and --ca-file apply, too.";
    return "See whether " + upstream.base_url + " is the control plane's address, without a path. " + try_it;
}

/// What is odd about the key is told also if it does not work.
std::vector<std::string> warnings_of(const status::Preflight& found, const tools::KeyFacts& key) {
    return found.connection == "works" ? found.warnings : key.warnings;
}

std::string todo_for_warning(const std::string& warning, const config::Upstream& upstream) {
    const bool two_keys =
        warning == upstream.key_warning && warning.find(" is not read: ") != std::string::npos;
    return two_keys ? "Unset one of the two." : "The key is in " + place_of(upstream) + ".";
}

std::string key_in_words(const tools::KeyFacts& key) {
    if (!key.is_jwt) return "it is not a JWT, so nothing can be read from it";
    auto words = "it says: of " + (key.subject.empty() ? std::string("no one") : key.subject);
    if (!key.subject_type.empty()) words += " (" + key.subject_type + ")";
    return words +
           (key.expires ? ", until " + policy::format_time_for_people(*key.expires) : ", without an end");
}

}  // namespace

CheckResults look_at_upstream(const config::Upstream& upstream, const upstream::OwnKey& key,
                              truefoundry::Exchange* exchange, policy::Time now,
                              std::optional<policy::Time>& date, const policy::Seals& seal,
                              config::UpstreamLimits limits) {
    CheckResults findings;
    for (const auto& sentence : upstream.refused)
        findings.push_back({Level::warning, ".env", sentence, "Remove that line from .env."});
    const auto facts = key.facts();
    if (!upstream.url_from.empty() && upstream.url_problem.empty())
        findings.push_back({Level::ok, "base URL", upstream.base_url + ", from " + upstream.url_from});
    const bool over = facts.expires && *facts.expires <= now;
    if (facts.set)
        findings.push_back({over ? Level::warning : Level::ok, "key",
                            "from " + upstream.key_from +
                                (upstream.key_file.empty() ? "" : " (" + upstream.key_file + ")") + "; " +
                                key_in_words(facts) + (over ? ", which is over" : ""),
                            over ? another_key + place_of(upstream) + "." : ""});
    auto found = status::before_asking(upstream.base_url, upstream.url_problem, upstream.url_cause, facts);
    if (!found && exchange != nullptr)
        found = status::after_asking(probe(*exchange, date, seal, limits), facts, now, seal);
    if (!found) return findings;
    const auto level = found->connection == "works" ? Level::ok : Level::broken;
    const auto& why = found->reason.empty() ? found->sentence : found->reason;
    findings.push_back({level, "TrueFoundry", why, todo_for(*found, upstream), found->cause});
    for (const auto& warning : warnings_of(*found, facts))
        findings.push_back({Level::warning, "key", warning, todo_for_warning(warning, upstream)});
    return findings;
}

CheckResult look_at_clock(std::optional<policy::Time> theirs, policy::Time now) {
    constexpr std::chrono::minutes tolerable{1}, tls_breaks{60};
    if (!theirs) return {Level::ok, "clock", "not compared: no answer with a date came"};
    const auto off = now - *theirs;
    const auto apart = std::chrono::abs(off);
    const auto words = "this machine's is " + policy::format_duration(apart) +
                       (off < off.zero() ? " behind" : " ahead of") + " TrueFoundry's";
    if (apart <= tolerable) return {Level::ok, "clock", "within a minute of TrueFoundry's"};
    return {apart > tls_breaks ? Level::broken : Level::warning, "clock", words,
            "Set this machine's clock (NTP): expiries and certificates depend on it."};
}

}  // namespace tfy::doctor
