#include "tools/truefoundry/client.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <set>

#include "tools/sentences.hpp"
#include "tools/truefoundry/failure.hpp"

namespace tfy::truefoundry {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr int tries = 3;
constexpr int page_limit = 100;
constexpr std::chrono::seconds longest_wait{60};

Async<void> wait_on_timer(milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

// 500 ms, then 1 s, each with up to half as much again, so that many servers do not come back at the same
// moment.
milliseconds backoff(int tried) {
    const auto base = 500u << (tried - 1);
    return milliseconds{base + randombytes_uniform(base / 2)};
}

// How long to wait before the next try; nullopt where upstream wants to be left alone for longer than anybody
// here would wait. A Retry-After that is a date, or nonsense, is not read: our own backoff stands in.
std::optional<milliseconds> pause(int tried, std::string_view retry_after) {
    unsigned seconds = 0;
    const auto* end = retry_after.data() + retry_after.size();
    const auto read = std::from_chars(retry_after.data(), end, seconds);
    if (retry_after.empty() || read.ptr != end) return backoff(tried);
    if (read.ec != std::errc{} || seconds > static_cast<unsigned>(longest_wait.count())) return std::nullopt;
    return std::max(milliseconds{std::chrono::seconds{seconds}}, backoff(tried));
}

Error no_answer() {
    return {Errc::upstream,
            "TrueFoundry gave no answer in time, three times. Nothing was done. Try again later."};
}

}  // namespace

/// One walk over all pages. `steady`: nothing moved between them, as far as one can see.
struct Client::Look {
    std::vector<AccessToken> tokens;
    std::set<std::string> ids = {};
    std::optional<std::uint64_t> total = {};
    std::size_t offset = 0;
    bool steady = true;

    /// False at the end of the list.
    bool add(wire::Page page) {
        const auto before = tokens.size();
        for (auto& token : page.tokens) {
            if (ids.insert(token.id).second)
                tokens.push_back(std::move(token));
            else
                steady = false;
        }
        if (offset > 0 && page.total != total) steady = false;
        total = page.total;
        offset += page.items;
        if (page.items == 0) return false;
        return total ? offset < *total : tokens.size() > before;
    }
};

Client::Client(Exchange& exchange, Wait wait)
    : exchange_(exchange), wait_(wait ? std::move(wait) : Wait(wait_on_timer)) {}

Client Client::traced(const policy::Trace& trace) const {
    Client client = *this;
    client.trace_ = trace;
    return client;
}

HttpRequest Client::request(std::string method, std::string target) const {
    HttpRequest made{.method = std::move(method), .target = std::move(target)};
    if (!trace_.parent.empty()) made.headers.emplace_back("traceparent", trace_.parent);
    if (!trace_.parent.empty() && !trace_.state.empty())
        made.headers.emplace_back("tracestate", trace_.state);
    return made;
}

Async<Result<HttpResponse>> Client::get(std::string target) {
    for (int tried = 1;; ++tried) {
        auto asked = request("GET", target);
        auto answer = co_await exchange_.send(std::move(asked));
        if (!answer && answer.error().code != Errc::ambiguous) co_return answer.error();
        if (answer && is_success(answer->status)) co_return answer;
        const auto wait = pause(tried, answer ? answer->retry_after : std::string{});
        if (tried == tries || !wait || (answer && !may_pass(answer->status))) {
            if (!answer) co_return no_answer();
            co_return failure(*answer, Asked::list);
        }
        co_await wait_(*wait);
    }
}

Async<Result<Client::Look>> Client::look(std::string name_contains) {
    Look seen;
    for (int pages = 0; pages < page_limit; ++pages) {
        const auto answer = co_await get(wire::list_target(seen.offset, wire::page_size, name_contains));
        if (!answer) co_return answer.error();
        auto page = wire::read_page(answer->body);
        if (!page) co_return with_request_id(page.error(), *answer);
        if (!seen.add(std::move(*page))) co_return seen;
    }
    co_return Error{Errc::upstream,
                    "TrueFoundry lists more tokens than this server reads (100 pages). Nothing was done. Ask "
                    "for fewer with "
                    "name_contains."};
}

Async<Result<std::vector<AccessToken>>> Client::list(std::string name_contains) {
    auto seen = co_await look(name_contains);
    if (seen && !seen->steady) seen = co_await look(name_contains);
    if (!seen) co_return seen.error();
    co_return std::move(seen->tokens);
}

Async<Result<wire::Page>> Client::page(std::size_t offset, std::string name_contains) {
    const auto answer = co_await get(wire::list_target(offset, wire::page_size, name_contains));
    if (!answer) co_return answer.error();
    auto page = wire::read_page(answer->body);
    if (!page) co_return with_request_id(page.error(), *answer);
    co_return std::move(*page);
}

Async<Result<AccessToken>> Client::find(TokenId id) {
    auto tokens = co_await list();
    if (!tokens) co_return tokens.error();
    const auto found = std::ranges::find(*tokens, id.text(), &AccessToken::id);
    if (found == tokens->end()) co_return Error{Errc::not_found, tools::sentences::not_found};
    co_return std::move(*found);
}

Async<Result<AccessToken>> Client::find_by_name(TokenName name) {
    auto tokens = co_await list(name.text());
    if (!tokens) co_return tokens.error();
    std::erase_if(*tokens, [&](const AccessToken& token) { return token.name != name.text(); });
    if (tokens->empty()) co_return Error{Errc::not_found, "There is no token of this name."};
    co_return std::move(*std::ranges::max_element(*tokens, {}, &AccessToken::created));
}

Async<Result<policy::Secret>> Client::create(CreateAccessToken asked) {
    auto post = request("POST", wire::collection_target());
    post.body = wire::write_create(asked);
    auto answer = co_await exchange_.send(std::move(post));
    if (!answer) co_return answer.error();
    if (!is_success(answer->status)) {
        auto error = failure(*answer, Asked::create);
        policy::wipe(answer->body);
        co_return error;
    }
    auto value = wire::take_value(answer->body);
    if (!value) co_return with_request_id(value.error(), *answer);
    co_return std::move(*value);
}

Async<Result<void>> Client::remove(TokenId id) {
    auto asked = request("DELETE", wire::token_target(id));
    const auto answer = co_await exchange_.send(std::move(asked));
    if (!answer) co_return answer.error();
    if (!is_success(answer->status)) co_return failure(*answer, Asked::remove);
    co_return Result<void>{};
}

// Asks the very route that the tools need: a key may well be good for other things and not for this.
Async<Result<void>> Client::probe() {
    const auto answer = co_await get(wire::list_target(0, 1, ""));
    if (!answer) co_return answer.error();
    const auto page = wire::read_page(answer->body);
    if (!page) co_return with_request_id(page.error(), *answer);
    co_return Result<void>{};
}

}  // namespace tfy::truefoundry
