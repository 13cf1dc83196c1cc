// What the client makes of a walk: all tokens, or the one that is looked for.
#include <algorithm>
#include <unordered_set>

#include "tools/offer.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::truefoundry {
namespace {

/// Keeps all of them; what may be a repetition is compared exactly.
class Collector final : public Visitor {
public:
    void begin() override {
        tokens = {};  // not clear(): two of the longest lists at once would be one too many
        ids_ = {};
    }
    void see(const AccessToken& token, bool again) override {
        if (again && !is_new(token)) return;
        if (!ids_.empty()) ids_.insert(token.id);
        tokens.push_back(token);
    }

    std::vector<AccessToken> tokens;

private:
    bool is_new(const AccessToken& token) {
        if (ids_.empty())
            for (const auto& each : tokens) ids_.insert(each.id);
        return !ids_.contains(token.id);
    }

    std::unordered_set<std::string> ids_;  // filled once something repeats
};

class ById final : public Visitor {
public:
    explicit ById(TokenId id) : id_(std::move(id)) {}
    void begin() override {
        found.reset();
        two = false;
    }
    void see(const AccessToken& token, bool) override {
        if (token.id != id_.text()) return;
        if (found && found->name != token.name) two = true;
        if (!found) found = token;
    }

    std::optional<AccessToken> found;
    bool two = false;  // of this id, under two names

private:
    TokenId id_;
};

/// Keeps the newest of its name.
class ByName final : public Visitor {
public:
    explicit ByName(TokenName name) : name_(std::move(name)) {}
    void begin() override { found.reset(); }
    void see(const AccessToken& token, bool) override {
        if (token.name != name_.text()) return;
        if (!found || found->created < token.created) found = token;
    }

    std::optional<AccessToken> found;

private:
    TokenName name_;
};

}  // namespace

Async<Result<std::vector<AccessToken>>> Client::list(std::string name_contains) {
    Collector all;
    const auto walked = co_await walk(std::move(name_contains), all);
    if (!walked) co_return walked.error();
    co_return std::move(all.tokens);
}

Async<Result<AccessToken>> Client::find(TokenId id) {
    ById one(std::move(id));
    const auto walked = co_await walk({}, one);
    if (!walked) co_return walked.error();
    if (!one.found) co_return Error{Errc::not_found, tools::id_not_found()};
    if (one.two)
        co_return Error{Errc::upstream,
                        "TrueFoundry lists two tokens with different names under this ID, so this server "
                        "cannot tell them apart. Nothing was done."};
    co_return std::move(*one.found);
}

Async<Result<AccessToken>> Client::find_by_name(TokenName name) {
    auto part = name.text();
    ByName newest(std::move(name));
    const auto walked = co_await walk(std::move(part), newest);
    if (!walked) co_return walked.error();
    if (!newest.found) co_return Error{Errc::not_found, "No token has this name."};
    co_return std::move(*newest.found);
}

}  // namespace tfy::truefoundry
