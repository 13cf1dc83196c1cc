// Skills: the workflow of this server's tools, for agents that follow files of instructions.
#pragma once

#include "server/features/offered_words.hpp"
#include "server/mcp/features.hpp"

namespace tfy::features {

/// The files skills/NAME/SKILL.md of manifests/, each one skill of one file. They are part of the program,
/// and a test reads each of them: throws for one whose head is not `key: text` lines between two `---`.
class Skills final : public mcp::SkillFeature {
public:
    /// Those that name no other tools.
    explicit Skills(const ToolNames& offered);
    const std::vector<mcp::Skill>& skills() const override { return skills_; }

private:
    std::vector<mcp::Skill> skills_;
};

}  // namespace tfy::features
