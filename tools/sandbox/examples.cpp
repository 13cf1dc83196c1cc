#include "tools/sandbox/examples.hpp"

#include <algorithm>
#include <array>

#include "policy/canonical_json.hpp"
#include "tools/sandbox/account.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::sandbox {
namespace {

using std::chrono::days;
using std::chrono::hours;
using Span = std::optional<policy::Duration>;

struct Example {
    const char* name;
    policy::Duration age;
    Span ends_in;   // none: never; negative: it has expired
    Span used_ago;  // none: never
    const char* team = "";
    const char* type = "jwt";
};

const std::array examples{
    Example{"data-import", days{400}, days{40}, days{200}},
    Example{"prod-gateway", days{320}, {}, hours{1}, "", "opaque"},
    Example{"old-notebook", days{130}, -days{40}, days{41}},
    Example{"load-test", days{90}, days{90}, {}},
    Example{"prod-billing", days{60}, days{120}, hours{26}, "platform"},
    Example{"ci-deploy", days{24}, days{6}, hours{5}},
    Example{"ci-runner", days{12}, days{48}, hours{3}},
    Example{"dana-laptop", days{3}, days{27}, hours{2}},
};

}  // namespace

std::vector<StoredToken> example_tokens(policy::Time now) {
    std::vector<StoredToken> tokens;
    for (const auto& example : examples) {
        StoredToken token{.id = random_word(24),
                          .name = example.name,
                          .type = example.type,
                          .team = example.team,
                          .account = std::string(tenant),
                          .jwt_id = random_word(24),
                          .value_sha256 = policy::sha256(random_word(32)),
                          .owner = Account{}.user(),
                          .created = now - example.age,
                          .expires = {},
                          .last_used = {}};
        if (example.ends_in) token.expires = now + *example.ends_in;
        if (example.used_ago) token.last_used = now - *example.used_ago;
        tokens.push_back(std::move(token));
    }
    return tokens;
}

}  // namespace tfy::sandbox
