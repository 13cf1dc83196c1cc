// Skills: the embedded files, with what says whether a copy of them is whole.
#include <doctest/doctest.h>

#include "policy/canonical_json.hpp"
#include "server/features/definitions.hpp"
#include "server/features/skills.hpp"

namespace tfy::features_skills_test {

TEST_CASE("each skill is one file whose folder has its name, with digest and size") {
    const features::Skills skills(features::names_of(features::definitions_in("tools")));
    REQUIRE(skills.skills().size() == 1);
    for (const auto& [entry, resource, text] : skills.skills()) {
        const auto name = entry.at("frontmatter").at("name").get<std::string>();
        CHECK(entry.at("uri") == "skill://" + name + "/SKILL.md");
        CHECK(entry.at("frontmatter").size() == 2);
        CHECK(text.starts_with("---\nname: " + name + "\ndescription: "));
        REQUIRE(entry.at("resources").size() == 1);
        CHECK(entry.at("resources")[0] ==
              Json{{"uri", entry.at("uri")}, {"digest", policy::sha256(text)}, {"size", text.size()}});
        CHECK(resource.at("uri") == entry.at("uri"));
        CHECK(resource.at("mimeType") == "text/markdown");
        CHECK(resource.at("name") == name);
        CHECK(resource.at("description") == entry.at("frontmatter").at("description"));
    }
}

}  // namespace tfy::features_skills_test
