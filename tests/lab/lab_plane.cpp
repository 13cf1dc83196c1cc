#include "tests/lab/lab_plane.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "protocol/parse.hpp"
#include "tests/lab/shapes.hpp"
#include "tools/sandbox/answers.hpp"
#include "tools/sandbox/mint.hpp"

namespace tfy::lab {

using sandbox::StoredToken;

LabPlane::LabPlane(const Clock& clock, std::vector<sandbox::Account> more)
    : LabPlane(clock, std::move(more), sandbox::make_memory_shelf()) {}

LabPlane::LabPlane(const Clock& clock, std::vector<sandbox::Account> more,
                   std::unique_ptr<sandbox::TokenStore> token_store)
    : clock_(clock), tokens_(*token_store), plane_(std::move(token_store), clock_, std::move(more)) {}

sandbox::SandboxResponse LabPlane::handle(std::string_view method, std::string_view target,
                                          std::string_view bearer, std::string_view body,
                                          const Circumstances& circumstances) {
    clock_.ahead = circumstances.skew;
    std::optional<sandbox::SandboxResponse> failed;
    if (const auto account = plane_.account_of(bearer); !account.empty())
        for (const auto& each : circumstances.before)
            if (const auto changed = change(each, account); !changed && !failed) {
                failed = sandbox::http_error(500, changed.error().message);
                failed->request_id = sandbox::random_request_id();
                failed->date = sandbox::http_date(clock_.now());
            }
    auto answer = failed ? std::move(*failed) : plane_.handle(method, target, bearer, body);
    if (answer.status == 200 && circumstances.shape != Shape::virtual_account)
        reshape(answer, circumstances.shape);
    clock_.ahead = std::chrono::seconds{0};
    return answer;
}

// The value of a token that comes in this way is unknown to everyone.
Result<void> LabPlane::change(const Interference& change, const std::string& account) {
    const auto owner = sandbox::Account{.name = account}.user();
    if (change.inserts)
        return tokens_.insert({.id = sandbox::random_word(24),
                               .name = change.name,
                               .type = "opaque",
                               .team = {},
                               .account = std::string(sandbox::tenant),
                               .jwt_id = {},
                               .value_sha256 = policy::sha256(sandbox::random_word(32)),
                               .owner = owner,
                               .created = clock_.now(),
                               .expires = {},
                               .last_used = {}});
    const auto tokens = tokens_.all();
    if (!tokens) return tokens.error();
    for (const auto& token : **tokens)
        if (token.owner == owner && (token.name == change.name || token.id == change.name))
            return tokens_.remove(token.id);
    return Error{Errc::not_found, "The fault script deletes " + change.name + ", and there is none."};
}

void LabPlane::reshape(sandbox::SandboxResponse& answer, Shape shape) {
    auto body = protocol::parse(answer.body);
    const auto tokens = tokens_.all();
    if (!body || !tokens || !body->contains("data")) return;
    for (auto& listed : body->at("data")) {
        const auto token = std::ranges::find(**tokens, listed.at("id"), &StoredToken::id);
        if (token != (*tokens)->end()) listed = reshaped(std::move(listed), *token, shape);
    }
    answer.body = body->dump();
}

}  // namespace tfy::lab
