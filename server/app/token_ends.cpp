#include "server/app/token_ends.hpp"

#include <algorithm>

namespace tfy::app {
namespace {

/// Looks through all tokens, and keeps those that end between two times.
class EndsBetween final : public truefoundry::Visitor {
public:
    EndsBetween(policy::Time from, policy::Time to, std::vector<std::string> own_ids)
        : from_(from), to_(to), own_ids_(std::move(own_ids)) {}
    void begin() override { found_.clear(); }
    void see(const truefoundry::AccessToken& token, bool again) override {
        if (again || !token.expires || *token.expires <= from_ || *token.expires > to_) return;
        const bool own = std::ranges::any_of(token.jwt_ids, [this](const auto& id) {
            return std::ranges::find(own_ids_, id) != own_ids_.end();
        });
        found_.push_back({.id = token.id, .name = token.name, .expires = *token.expires, .own_key = own});
    }
    std::vector<notice::TokenEnd> take() { return std::move(found_); }

private:
    policy::Time from_;
    policy::Time to_;
    std::vector<std::string> own_ids_;
    std::vector<notice::TokenEnd> found_;
};

Async<Result<std::vector<notice::TokenEnd>>> ends_between(truefoundry::Client& client,
                                                          std::vector<std::string> own_ids, policy::Time from,
                                                          policy::Time to) {
    EndsBetween visitor(from, to, std::move(own_ids));
    if (auto walked = co_await client.walk({}, visitor); !walked) co_return walked.error();
    co_return visitor.take();
}

}  // namespace

notify::ExpiryWatch::Sources sources_of_ends(truefoundry::Client& client,
                                             const std::shared_ptr<upstream::OwnKey>& key,
                                             const approvals::CurrentGate& gate) {
    return {.listed = [&client, key](
                          policy::Time from,
                          policy::Time to) { return ends_between(client, key->facts().jwt_ids, from, to); },
            .own_key = [key]() -> std::optional<notice::TokenEnd> {
                const auto facts = key->facts();
                if (!facts.expires) return std::nullopt;
                return notice::TokenEnd{.expires = *facts.expires, .own_key = true};
            },
            .wanted =
                [&gate, key] {
                    const auto now = gate.now();
                    return key->facts().set &&
                           std::ranges::any_of(now->rules().channels, [](const auto& channel) {
                               return policy::hears(channel, policy::Channel::Event::token_expiring);
                           });
                }};
}

}  // namespace tfy::app
