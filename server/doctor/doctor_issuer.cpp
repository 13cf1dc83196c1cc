#include "server/doctor/doctor_issuer.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "server/config/issuer.hpp"
#include "server/jwt/key_set.hpp"
#include "server/oidc/metadata.hpp"
#include "server/oidc/published.hpp"
#include "server/system/progress.hpp"

namespace tfy::doctor {
namespace {

using Level = CheckResult::Level;

Result<std::vector<jwt::PublicKey>> keys_of(const config::Settings& settings) {
    const system::Progress progress("Asking the issuer of access tokens");
    boost::asio::io_context loop;
    Result<std::string> said = Error{};
    boost::asio::co_spawn(loop,
                          oidc::read_keys_of(oidc::connect_with_curl(settings.ca_file), settings.issuer),
                          [&](const std::exception_ptr& bug, Result<std::string> answer) {
                              if (bug) std::rethrow_exception(bug);
                              said = std::move(answer);
                          });
    loop.run();
    if (!said) return said.error();
    return jwt::read_key_set(*said);
}

}  // namespace

std::optional<CheckResult> look_at_issuer(const config::Settings& settings, bool offline) {
    if (!settings.callers.issuer || !config::may_take_tokens(settings)) return std::nullopt;
    const std::string what = "issuer";
    const auto& issuer = settings.issuer;
    if (offline) return CheckResult{Level::ok, what, issuer + " is left out (--offline)"};
    const auto keys = keys_of(settings);
    if (!keys)
        return CheckResult{Level::broken, what,
                           issuer + " cannot be used: " + keys.error().message +
                               ". Callers with its tokens get 503, unless a server that runs knows its keys",
                           "Check --issuer, and what " + oidc::metadata_address(issuer) + " answers."};
    return CheckResult{Level::ok, what,
                       issuer + " names itself so; keys that can be used: " + std::to_string(keys->size()) +
                           ". Its tokens must be for " + settings.public_url + "/mcp"};
}

}  // namespace tfy::doctor
