// Escrow that keeps one value and writes down what was asked of it, in order.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/permits.hpp"
#include "tools/escrow.hpp"

namespace tfy::fakes {

class FakeEscrow final : public tools::Escrow {
public:
    static inline const std::string reveal_id = "rev_" + std::string(26, 'a');

    Async<Result<tools::Deposit>> hold(policy::Secret value, std::string token_name,
                                       tools::Recipients recipients) override {
        if (on_hold) on_hold();
        calls.push_back("hold " + token_name + " for " + recipients.principal);
        if (disk_full) co_return Error{Errc::storage, "disk full"};
        masked = value.masked();
        kept = std::move(value);
        facts.token_name = token_name;
        owner = recipients.principal;
        co_return tools::Deposit{reveal_id, masked, facts.until};
    }
    void set_token_id(const std::string& id, std::string token_id) override {
        calls.push_back("set_token_id " + id);
        facts.token_id = std::move(token_id);
    }
    Async<Result<tools::HeldFacts>> look(std::string id, std::string principal) override {
        if (id != reveal_id || principal != owner || !kept) co_return Error{Errc::not_found, "gone"};
        co_return facts;
    }
    Async<Result<redaction::Reveal>> claim(std::string id, std::string principal,
                                           std::string destination) override {
        calls.push_back("claim for " + principal + " to " + destination);
        if (id != reveal_id || principal != owner || !kept) co_return Error{Errc::not_found, "gone"};
        auto value = std::move(*kept);
        kept.reset();
        co_return redaction::RevealForTests::make(std::move(value));
    }

    Async<Result<tools::EscrowState>> fate(std::string id, std::string principal) override {
        calls.push_back("fate for " + principal);
        if (id != reveal_id || principal != owner) co_return Error{Errc::not_found, "gone"};
        co_return recorded;
    }

    std::function<void()> on_hold;
    bool disk_full = false;
    Result<tools::EscrowState> recorded = tools::EscrowState::held;
    std::vector<std::string> calls;
    std::optional<policy::Secret> kept;
    std::string masked;
    std::string owner = "stdio:alice";
    tools::HeldFacts facts{.token_name = "dev-local",
                           .token_id = "tok1",
                           .until = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1}};
};

}  // namespace tfy::fakes
