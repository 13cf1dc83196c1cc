#include "server/callers/truefoundry.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <new>

#include "policy/mac.hpp"
#include "policy/principals.hpp"
#include "policy/sodium.hpp"
#include "server/callers/principal_text.hpp"

namespace tfy::callers {
namespace {

namespace asio = boost::asio;

/// What our own credentials begin with, of whichever kind: they are never sent to TrueFoundry.
constexpr std::string_view made_here = "tpm_";
constexpr std::chrono::seconds accepted_for{60};
constexpr std::chrono::seconds refused_for{30};
constexpr std::chrono::seconds held_unasked{45};  // and looked at every few seconds: over within accepted_for
constexpr std::chrono::seconds between_vain_questions{30};
constexpr std::chrono::seconds forgotten_after{60};

/// A clock that was set back lets nothing count for longer.
bool within(policy::Time begun, policy::Duration length, policy::Time now) {
    return now >= begun && now < begun + length;
}

/// None if no memory can be locked.
std::shared_ptr<const policy::Secret> locked(std::string_view credential) {
    try {
        return std::make_shared<const policy::Secret>(std::string(credential));
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

/// No user's name begins as those do that have none.
std::string principal_of(const std::string& user, const std::string& id) {
    if (user.empty())
        return std::string(policy::truefoundry_principals).append(policy::without_user).append(id);
    auto name = principal_text(user);
    if (name.starts_with(policy::without_user)) name.replace(policy::without_user.size() - 1, 1, "%2D");
    return std::string(policy::truefoundry_principals) + name;
}

}  // namespace

/// A question to TrueFoundry that is under way.
struct TrueFoundryKeys::Asking {
    explicit Asking(const asio::any_io_executor& loop) : ends(loop, asio::steady_timer::time_point::max()) {}
    asio::steady_timer ends;
    bool answered = false;  // false at its end: the one who asked gave up
};

/// Wakes who waits for the same answer, also where the question is given up.
class TrueFoundryKeys::Turn {
public:
    Turn(TrueFoundryKeys& keys, std::string id, const asio::any_io_executor& loop)
        : keys_(keys), id_(std::move(id)) {
        keys_.asking_[id_] = std::make_shared<Asking>(loop);
    }
    ~Turn() {
        const auto mine = keys_.asking_.extract(id_).mapped();
        mine->answered = answered;
        mine->ends.cancel();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

    bool answered = false;

private:
    TrueFoundryKeys& keys_;
    std::string id_;
};

bool TrueFoundryKeys::takes(std::string_view credential) const { return !credential.starts_with(made_here); }

std::string_view TrueFoundryKeys::principals() const { return policy::truefoundry_principals; }

std::string TrueFoundryKeys::id_of(std::string_view credential) const {
    constexpr std::string_view purpose = "a caller's own key";  // no other hash is one of these
    policy::ready_sodium();
    std::array<unsigned char, 16> hash{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, hash_key_.bytes().data(), hash_key_.bytes().size(), hash.size());
    for (const auto part : {purpose, credential})
        crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
    crypto_generichash_final(&state, hash.data(), hash.size());
    return policy::to_hex(hash);
}

bool TrueFoundryKeys::counts(const Known& known) const {
    return within(known.answered, known.key ? accepted_for : refused_for, clock_.now());
}

bool TrueFoundryKeys::is_costly(std::string_view credential) const {
    const auto found = known_.find(id_of(credential));
    return found == known_.end() || !counts(found->second);
}

Result<std::optional<transport::KnownCaller>> TrueFoundryKeys::verify(std::string_view credential) {
    const auto id = id_of(credential);
    const auto found = known_.find(id);
    if (found != known_.end()) found->second.used = clock_.now();
    if (found == known_.end() || !counts(found->second))
        return Error{Errc::upstream, "TrueFoundry has to be asked about this key first."};
    if (!found->second.key) return std::optional<transport::KnownCaller>{};
    return std::optional(
        transport::KnownCaller(policy::Caller{.principal = found->second.principal,
                                              .default_assurance = policy::Assurance::signed_in},
                               std::string(policy::truefoundry_principals) + id));
}

std::optional<Async<void>> TrueFoundryKeys::before_trying_again(std::string_view credential) {
    auto id = id_of(credential);
    if (asking_.size() >= most_at_once && !asking_.contains(id)) return std::nullopt;
    auto key = locked(credential);
    if (!key) {
        hooks_.refused({Errc::storage,
                        "no memory can be locked for a caller's key: raise the limit (ulimit -l, "
                        "LimitMEMLOCK)"});
        return std::nullopt;
    }
    return ask(std::move(id), std::move(key));
}

Async<void> TrueFoundryKeys::ask(std::string id, std::shared_ptr<const policy::Secret> key) {
    for (auto other = asking_.find(id); other != asking_.end(); other = asking_.find(id)) {
        const auto its = other->second;
        boost::system::error_code ended;
        co_await its->ends.async_wait(asio::redirect_error(asio::use_awaitable, ended));
        if (its->answered) co_return;
    }
    const auto loop = co_await asio::this_coro::executor;
    Turn turn(*this, id, loop);
    auto checking = check_(*key);
    auto answer = co_await std::move(checking);
    const auto stopped = (co_await asio::this_coro::cancellation_state).cancelled();
    if (!answer && stopped != asio::cancellation_type::none) co_return;  // given up, which says nothing
    take(id, std::move(key), std::move(answer));
    turn.answered = true;
}

void TrueFoundryKeys::take(const std::string& id, std::shared_ptr<const policy::Secret> key,
                           Result<std::string> answer) {
    if (answer) return accept(id, std::move(key), *answer);
    hooks_.refused(answer.error());
    const auto now = clock_.now();
    const auto found = known_.find(id);
    if (answer.error().code != Errc::denied && answer.error().code != Errc::refused) {
        if (found != known_.end()) found->second.asked = now;
        return;
    }
    if (found != known_.end()) drop(found, hooks_.ended);
    make_room();
    known_[id] = {.answered = now, .used = now};
}

void TrueFoundryKeys::accept(const std::string& id, std::shared_ptr<const policy::Secret> key,
                             const std::string& user) {
    const auto now = clock_.now();
    const auto found = known_.find(id);
    if (found == known_.end()) make_room();
    auto& known = found == known_.end() ? known_[id] : found->second;
    if (!known.key) known = {.key = std::move(key), .principal = principal_of(user, id)};
    known.answered = known.used = now;
    if (in_use_.try_emplace(known.principal, id).second) hooks_.accepted(known.principal, known.key);
}

void TrueFoundryKeys::drop(Place place, const std::function<void(const std::string&)>& tell) {
    const auto [id, known] = *place;
    known_.erase(place);
    const auto used = in_use_.find(known.principal);
    if (used == in_use_.end() || used->second != id) return;
    const auto other = std::ranges::find_if(known_, [&](const auto& each) {
        return each.second.key && each.second.principal == known.principal;
    });
    if (other == known_.end()) {
        in_use_.erase(used);
        return tell(known.principal);
    }
    used->second = other->first;
    hooks_.accepted(known.principal, other->second.key);
}

/// Those that were refused go first, then those that were used longest ago.
void TrueFoundryKeys::make_room() {
    if (known_.size() < most_keys) return;
    forget_old();
    if (known_.size() < most_keys) return;
    drop(std::ranges::min_element(
             known_, {},
             [](const auto& each) { return std::pair(each.second.key != nullptr, each.second.used); }),
         hooks_.left);
}

void TrueFoundryKeys::forget_old() {
    const auto now = clock_.now();
    for (auto each = known_.begin(); each != known_.end();) {
        const auto place = each++;
        const bool used = place->second.key && within(place->second.used, forgotten_after, now);
        if (!used && !counts(place->second)) drop(place, hooks_.left);
    }
}

bool TrueFoundryKeys::still_holds(const std::string& held) {
    const auto found = known_.find(std::string_view(held).substr(policy::truefoundry_principals.size()));
    if (found == known_.end() || !found->second.key) return false;
    found->second.used = clock_.now();
    return true;
}

std::optional<Async<void>> TrueFoundryKeys::news_of(const std::string& held) {
    const auto found = known_.find(std::string_view(held).substr(policy::truefoundry_principals.size()));
    if (found == known_.end() || !found->second.key) return std::nullopt;
    const auto& known = found->second;
    const auto now = clock_.now();
    if (asking_.size() >= most_at_once) return std::nullopt;
    if (within(known.answered, held_unasked, now) || within(known.asked, between_vain_questions, now))
        return std::nullopt;
    return ask(found->first, known.key);
}

}  // namespace tfy::callers
