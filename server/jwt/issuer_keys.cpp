#include "server/jwt/issuer_keys.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/jwt/signature.hpp"

namespace tfy::jwt {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::minutes fresh_for{10};
constexpr std::chrono::hours kept_for{24};
constexpr std::chrono::seconds between_reads{60};
constexpr std::chrono::seconds between_reads_without_any{10};
constexpr std::chrono::minutes unknown_for{5};
constexpr std::size_t most_unknown = 1000;
constexpr std::size_t most_held = 1000;

/// Wakes who waits, also where the reader is given up.
class Reading {
public:
    explicit Reading(std::shared_ptr<asio::steady_timer>& place) : place_(place) {}
    ~Reading() {
        const auto done = std::exchange(place_, nullptr);
        done->cancel();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

private:
    std::shared_ptr<asio::steady_timer>& place_;
};

}  // namespace

bool IssuerKeys::usable(policy::Time now) const { return read_ && now < *read_ + kept_for; }

// A clock that was set back must not stop it.
bool IssuerKeys::may_read(policy::Time now) const {
    const policy::Duration pause = usable(now) ? between_reads : between_reads_without_any;
    return !tried_ || now < *tried_ || now >= *tried_ + pause;
}

bool IssuerKeys::is_known_as_unknown(const std::string& key_id, policy::Time now) {
    std::erase_if(unknown_, [now](const auto& each) { return each.second <= now; });
    return unknown_.contains(key_id);
}

void IssuerKeys::remember_if_unknown(const Token& token, policy::Time now) {
    if (usable(now) && token.key_id && key_of(token, keys_) == nullptr && unknown_.size() < most_unknown)
        unknown_.insert_or_assign(*token.key_id, now + unknown_for);
}

Async<void> IssuerKeys::read() {
    if (const auto other = reading_) {
        boost::system::error_code ended;
        co_await other->async_wait(asio::redirect_error(asio::use_awaitable, ended));
        co_return;
    }
    reading_ = std::make_shared<asio::steady_timer>(co_await asio::this_coro::executor,
                                                    asio::steady_timer::time_point::max());
    const Reading reading(reading_);
    tried_ = clock_.now();
    auto fetching = fetch_();
    auto text = co_await std::move(fetching);
    take(std::move(text));
}

void IssuerKeys::take(Result<std::string> text) {
    if (!text) {
        problem_ = text.error();
        return;
    }
    auto keys = read_key_set(*text);
    if (!keys) {
        problem_ = {Errc::upstream, "Its set of keys cannot be used: " + keys.error().message + "."};
        return;
    }
    keys_ = std::move(*keys);
    held_.clear();
    read_ = clock_.now();
    unknown_.clear();
}

bool IssuerKeys::should_read_for(const Token& token) {
    const auto now = clock_.now();
    if (!usable(now)) return reading_ || may_read(now);
    const bool stale = now < *read_ || now >= *read_ + fresh_for;
    if (stale && !reading_ && may_read(now)) return true;
    const bool unknown = token.key_id && key_of(token, keys_) == nullptr;
    return unknown && (reading_ || may_read(now)) && !is_known_as_unknown(*token.key_id, now);
}

Async<void> IssuerKeys::read_for(Token token) {
    co_await read();
    remember_if_unknown(token, clock_.now());
}

Result<void> IssuerKeys::check_by_known(const Token& token) {
    if (!usable(clock_.now())) return problem_;
    if (held_.contains(token.print)) return {};
    const auto* key = key_of(token, keys_);
    if (key == nullptr) return not_valid("no key of its issuer, or more than one, could have signed it");
    if (auto checked = check_signature(token, *key); !checked) return checked;
    if (held_.size() >= most_held) held_.clear();
    held_.insert(token.print);
    return {};
}

Async<Result<void>> IssuerKeys::check(Token token) {
    if (should_read_for(token)) co_await read_for(token);
    co_return check_by_known(token);
}

}  // namespace tfy::jwt
