#include "server/features/skills.hpp"

#include <stdexcept>

#include "manifests/embedded.hpp"
#include "policy/canonical_json.hpp"

namespace tfy::features {
namespace {

constexpr std::string_view skills_folder = "skills/", skill_file = "/SKILL.md";

/// The head of a file, as JSON.
Json frontmatter_of(std::string_view name, std::string_view text) {
    constexpr std::string_view line = "---\n";
    const auto end = text.find("\n---\n", line.size());
    auto head = Json::object();
    if (!text.starts_with(line) || end == std::string_view::npos)
        throw std::runtime_error("manifests/" + std::string(name) + " has no head.");
    auto rest = text.substr(line.size(), end + 1 - line.size());
    while (!rest.empty()) {
        const auto colon = rest.find(": "), over = rest.find('\n');
        if (colon >= over) throw std::runtime_error("manifests/" + std::string(name) + " has a bad head.");
        head[std::string(rest.substr(0, colon))] = std::string(rest.substr(colon + 2, over - colon - 2));
        rest.remove_prefix(over + 1);
    }
    return head;
}

mcp::Skill skill_of(std::string_view name, std::string_view text) {
    auto head = frontmatter_of(name, text);
    const auto uri = "skill://" + std::string(name.substr(skills_folder.size()));
    const Json file = {{"uri", uri}, {"digest", policy::sha256(text)}, {"size", text.size()}};
    Json resource = {{"uri", uri},
                     {"name", head.at("name")},
                     {"title", "How to work with access tokens"},
                     {"description", head.at("description")},
                     {"mimeType", "text/markdown"},
                     {"size", text.size()}};
    return {.entry = {{"uri", uri}, {"frontmatter", std::move(head)}, {"resources", Json::array({file})}},
            .resource = std::move(resource),
            .text = std::string(text)};
}

}  // namespace

Skills::Skills(const ToolNames& offered) {
    for (const auto& file : manifests::files())
        if (file.name.starts_with(skills_folder) && file.name.ends_with(skill_file) &&
            names_only(file.text, offered))
            skills_.push_back(skill_of(file.name, file.text));
}

}  // namespace tfy::features
