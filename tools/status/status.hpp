// tfy_config_status and tfy_approvals_get: where this server is, and where an approval is.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "tools/access_tokens/rotations.hpp"
#include "tools/approval_requirements.hpp"
#include "tools/base_url.hpp"
#include "tools/key_facts.hpp"
#include "tools/tool.hpp"
#include "tools/tool_names.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::status {

/// What is known of the configuration without asking anyone. Never the key.
struct Configuration {
    tools::BaseUrl base_url;
    std::function<tools::KeyFacts(const policy::Caller&)> key =
        {};  // with which a caller's requests go; asked each time: it may be replaced; none: there is none
    std::function<tools::ApprovalRequirements(const policy::Caller&)> approvals =
        {};  // asked each time: rules change
    bool sandbox = false;
    std::string version;
    std::function<std::string()> page_url = {};      // the approvals page, empty while there is none
    std::function<std::string()> own_key_page = {};  // where each caller's person enters a key of their own;
                                                     // empty where all callers use the server's
    std::function<Async<std::string>()> first_person =
        {};  // the command that enrols them, while no one could decide; empty else
    std::function<Async<std::string>(policy::Caller)> stopped =
        {};  // why this caller may change nothing now (a freeze, a suspension); empty if it may
    std::string url_problem = {};  // why the address cannot be used, in a sentence; empty if it can
    std::string url_cause = {};    // the same as a word: "base_url_not_https", "base_url_unusable"
};

class ConfigStatus final : public tools::ReadTool {
public:
    struct Args {
        static constexpr std::array<const char*, 0> fields{};
    };

    ConfigStatus(const truefoundry::Clients& clients, const Clock& clock, Configuration configuration)
        : clients_(clients), clock_(clock), configuration_(std::move(configuration)) {}

    std::string_view name() const override { return tools::config_status_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    Async<Result<tools::ToolResult>> run(policy::ReadPermit permit) override;

private:
    const truefoundry::Clients& clients_;
    const Clock& clock_;
    Configuration configuration_;
};

/// Says where the person, not the agent, enters address and key. It takes neither: what an agent is told, its
/// model's provider is told.
class ConfigSet final : public tools::ReadTool {
public:
    struct Args {
        static constexpr std::array<const char*, 0> fields{};
    };

    ConfigSet(const truefoundry::Clients& clients, Configuration configuration)
        : seal_(clients.seals()), configuration_(std::move(configuration)) {}

    std::string_view name() const override { return "tfy_config_set"; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    Async<Result<tools::ToolResult>> run(policy::ReadPermit permit) override;

private:
    const policy::Seals& seal_;
    Configuration configuration_;
};

/// Approvals, as the server room keeps them.
class ApprovalLookup {
public:
    virtual ~ApprovalLookup() = default;
    /// As it is now; Errc::not_found.
    virtual Async<Result<policy::Approval>> find(std::string id) = 0;
    /// What the same call of its caller would be answered with now. The caller is told by it how an ended
    /// request ended.
    virtual Async<tools::ToolResult> answer(policy::Approval approval) = 0;
    /// The second half of a rotation that this approval let run; nothing for all others.
    virtual Async<Result<std::optional<access_tokens::Rotation>>> rotation_of(std::string) {
        co_return std::optional<access_tokens::Rotation>{};
    }
};

class GetApproval final : public tools::ReadTool {
public:
    struct Args {
        std::string approval_id;

        static constexpr std::array fields{"approval_id"};
        static Args read(const Json& arguments);
    };

    GetApproval(ApprovalLookup& approvals, const policy::Seals& seal) : approvals_(approvals), seal_(seal) {}

    std::string_view name() const override { return tools::approvals_get_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    /// Errc::not_found for another principal's, too: no one learns that it exists.
    Async<Result<tools::ToolResult>> run(policy::ReadPermit permit) override;

private:
    ApprovalLookup& approvals_;
    const policy::Seals& seal_;
};

}  // namespace tfy::status
