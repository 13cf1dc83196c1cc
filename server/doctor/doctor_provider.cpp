#include "server/doctor/doctor_provider.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/config/provider.hpp"
#include "server/oidc/provider.hpp"
#include "server/system/progress.hpp"

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

Result<oidc::Metadata> ask_provider(const config::Settings& settings, const Clock& clock) {
    const system::Progress progress("Asking the identity provider");
    boost::asio::io_context loop;
    oidc::Provider provider(*settings.provider, oidc::connect_with_curl(settings.ca_file), clock);
    Result<oidc::Metadata> said = Error{};
    boost::asio::co_spawn(loop, provider.metadata(),
                          [&](const std::exception_ptr& bug, Result<oidc::Metadata> answer) {
                              if (bug) std::rethrow_exception(bug);
                              said = std::move(answer);
                          });
    loop.run();
    return said;
}

}  // namespace

std::optional<CheckResult> look_at_provider(const config::Settings& settings, const Clock& clock,
                                            bool offline) {
    if (!settings.provider || !config::may_sign_in_there(settings)) return std::nullopt;
    const std::string what = "identity provider";
    const auto& issuer = settings.provider->issuer;
    if (offline) return CheckResult{Level::ok, what, issuer + " is left out (--offline)"};
    const auto said = ask_provider(settings, clock);
    if (!said)
        return CheckResult{Level::broken, what,
                           issuer + " cannot be used: " + said.error().message +
                               ". No one can sign in there; other ways of signing in are not touched",
                           "Check --oidc-issuer, and what " + oidc::metadata_address(issuer) + " answers."};
    std::string groups;
    for (const auto& each : settings.provider->groups) groups += (groups.empty() ? "" : ", ") + each;
    return CheckResult{Level::ok, what,
                       issuer + " names itself so; who has " + groups + " in " +
                           settings.provider->groups_claim + " may sign in. Browsers come back to " +
                           settings.public_url + "/approvals/oidc, which has to be registered there"};
}

}  // namespace tfy::doctor
