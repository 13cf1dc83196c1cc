#include "server/upstream/key_identities.hpp"

#include "tools/text.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/failure.hpp"

namespace tfy::upstream {
namespace {

std::string or_somebody(const std::string& user, const policy::Seals& seal) {
    return user.empty() ? "an unknown user" : tools::one_line(seal, user);
}

Error another_users(const policy::KeyIdentity& begun, const policy::KeyIdentity& now, policy::SameUser same,
                    const policy::Seals& seal) {
    std::string why = "it was started with a different key (of " + or_somebody(begun.user, seal) +
                      ") from the one in use now (of " + or_somebody(now.user, seal) + "), and ";
    why += same == policy::SameUser::no ? "a key lists only its own user's tokens."
                                        : "it is unknown whether both keys list the same user's tokens.";
    return {Errc::ambiguous, std::move(why)};
}

}  // namespace

std::string user_of(const tools::KeyFacts& facts) {
    if (facts.subject.empty() || facts.subject_type.empty() || facts.subject_type == "user")
        return facts.subject;
    return facts.subject_type + " " + facts.subject;
}

std::string maker_of(const std::vector<truefoundry::AccessToken>& listed) {
    std::string maker;
    for (const auto& token : listed) {
        if (token.created_by.find('@') == std::string::npos) continue;
        if (!maker.empty() && maker != token.created_by) return {};
        maker = token.created_by;
    }
    return maker;
}

policy::KeyIdentity KeyIdentities::now() const {
    policy::KeyIdentity holder{.print = key_->print(print_key_), .user = user_of(key_->facts())};
    if (holder.user.empty() && holder.print == listed_.print) holder.user = listed_.user;
    return holder;
}

void KeyIdentities::belongs_to(std::string user) {
    if (!user.empty()) listed_ = {.print = key_->print(print_key_), .user = std::move(user)};
}

void KeyIdentities::note(const std::vector<truefoundry::AccessToken>& listed) {
    belongs_to(maker_of(listed));
}

Async<Result<void>> KeyIdentities::sees_tokens_of(policy::KeyIdentity begun) {
    auto holder = now();
    if (policy::same_user(begun, holder) == policy::SameUser::unknown && !begun.user.empty()) {
        const auto listed = co_await client_.list();
        if (!listed)
            co_return Error{Errc::ambiguous,
                            "it was started with a different key from the one in use now, whose user could "
                            "not be read.",
                            truefoundry::is_refusal(listed.error()) ? Json(nullptr) : tools::unread()};
        note(*listed);
        holder = now();
    }
    const auto same = policy::same_user(begun, holder);
    if (same == policy::SameUser::yes) co_return Result<void>{};
    co_return another_users(begun, holder, same, client_.seals());
}

}  // namespace tfy::upstream
