#include "tools/truefoundry/client.hpp"

#include <sodium.h>

#include <algorithm>
#include <unordered_set>

#include "tools/sentences.hpp"
#include "tools/truefoundry/failure.hpp"
#include "tools/truefoundry/retry.hpp"
#include "tools/truefoundry/wire.hpp"

namespace tfy::truefoundry {
namespace {

using std::chrono::milliseconds;

// A try that could not even come to an answer is not begun.
constexpr milliseconds shortest_try{500};

Error no_answer(int tries) {
    const std::string times = tries == 1 ? "" : ", " + std::to_string(tries) + " times";
    return {Errc::upstream,
            "TrueFoundry gave no answer in time" + times + ". Nothing was done. Try again later."};
}

Error too_many() {
    return {Errc::upstream, "TrueFoundry lists more tokens than this server reads (" +
                                std::to_string(Client::most_tokens) + " tokens, " +
                                std::to_string(Client::most_pages) +
                                " pages). Nothing was done. Ask for fewer with name_contains."};
}

}  // namespace

/// One walk over all pages. `steady`: nothing moved between them, as far as one can see.
struct Client::Look {
    std::vector<AccessToken> tokens;
    std::unordered_set<std::string> ids = {};
    std::optional<std::uint64_t> total = {};
    std::size_t offset = 0;
    bool steady = true;

    void forget() {
        tokens = {};
        ids = {};
    }

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

Client::Client(Exchange& exchange, milliseconds max_time, Pace pace)
    : exchange_(exchange), max_time_(max_time), pace_(std::move(pace)) {}

Client::Client(Exchange& exchange, Wait wait)
    : Client(exchange, default_max_time, Pace::of(std::move(wait))) {}

Client Client::traced(const policy::Trace& trace) const {
    Client client = *this;
    client.trace_ = trace;
    return client;
}

Client Client::within(milliseconds max_time) const {
    Client client = *this;
    client.max_time_ = std::min(max_time, max_time_);
    return client;
}

HttpRequest Client::request(std::string method, std::string target) const {
    HttpRequest made{.method = std::move(method), .target = std::move(target), .timeout = max_time_};
    if (!trace_.parent.empty()) made.headers.emplace_back("traceparent", trace_.parent);
    if (!trace_.parent.empty() && !trace_.state.empty())
        made.headers.emplace_back("tracestate", trace_.state);
    return made;
}

Async<Result<HttpResponse>> Client::get(std::string target) {
    const auto end = pace_.now() + max_time_;
    for (int tried = 1;; ++tried) {
        auto asked = request("GET", target);
        asked.timeout = std::chrono::ceil<milliseconds>(end - pace_.now());
        auto answer = co_await exchange_.send(std::move(asked));
        if (!answer && answer.error().code != Errc::ambiguous) co_return answer.error();
        if (answer && is_success(answer->status)) co_return answer;

        std::optional<milliseconds> wait;
        if (tried < most_tries && (!answer || may_pass(answer->status))) {
            const std::string_view header = answer ? answer->retry_after : std::string_view{};
            wait = pause(tried, randombytes_random(), read_retry_after(header, pace_.today()));
        }
        if (!wait || pace_.now() + *wait + shortest_try > end) {
            if (!answer) co_return no_answer(tried);
            co_return failure(*answer, Asked::list, pace_.today());
        }
        co_await pace_.wait(*wait);
    }
}

Async<Result<Client::Look>> Client::look(std::string name_contains) {
    Look seen;
    for (int pages = 0; pages < most_pages; ++pages) {
        const auto answer = co_await get(wire::list_target(seen.offset, wire::page_size, name_contains));
        if (!answer) co_return answer.error();
        auto page = wire::read_page(answer->body);
        if (!page) co_return with_request_id(page.error(), *answer);
        if (!seen.add(std::move(*page))) co_return seen;
        if (seen.tokens.size() >= most_tokens) break;
    }
    co_return too_many();
}

Async<Result<std::vector<AccessToken>>> Client::list(std::string name_contains) {
    auto seen = co_await look(name_contains);
    if (seen && !seen->steady) {
        seen->forget();  // two of the longest lists at once would be one too many
        seen = co_await look(name_contains);
    }
    if (!seen) co_return seen.error();
    listed_(seen->tokens);
    end_listing();
    co_return std::move(seen->tokens);
}

Async<Result<wire::Page>> Client::page(std::size_t offset, std::string name_contains) {
    const auto answer = co_await get(wire::list_target(offset, wire::page_size, name_contains));
    if (!answer) co_return answer.error();
    auto page = wire::read_page(answer->body);
    if (!page) co_return with_request_id(page.error(), *answer);
    listed_(page->tokens);
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
        auto error = failure(*answer, Asked::create, pace_.today());
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
    if (!is_success(answer->status)) co_return failure(*answer, Asked::remove, pace_.today());
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
