#include "tools/registry/catalog.hpp"

#include <algorithm>

#include "manifests/embedded.hpp"
#include "policy/canonical_json.hpp"
#include "protocol/parse.hpp"

namespace tfy::registry {
namespace {

Error broken(std::string_view tool, const std::string& why) {
    return {Errc::internal,
            "manifests/tools/" + std::string(tool) + ".json " + why + ". The server cannot start."};
}

std::string_view file_of(std::string_view tool) {
    return manifests::file("tools/" + std::string(tool) + ".json");
}

Result<Json> read_definition(std::string_view tool) {
    const auto text = file_of(tool);
    if (text.empty()) return broken(tool, "is missing");
    auto definition = protocol::parse(text);
    if (!definition) return broken(tool, "is no JSON: " + definition.error().message);
    const auto found = definition->find("name");
    if (!definition->is_object() || found == definition->end() || *found != std::string(tool))
        return broken(tool, "names another tool");
    if (!definition->contains("inputSchema")) return broken(tool, "has no inputSchema");
    return definition;
}

/// What changes something has words for the people who decide.
std::string check_words(const tools::Tool& tool, const Json& definition) {
    const auto words = definition.find("approval");
    if (words == definition.end())
        return tool.effect() == policy::Effect::reads ? "" : "has no words for people in approval";
    for (const auto* each : {"title", "verb", "button"})
        if (!words->is_object() || !words->contains(each) || !words->at(each).is_string())
            return "has no approval." + std::string(each);
    return {};
}

Result<Catalog::Entry> make_entry(std::unique_ptr<tools::Tool> tool) {
    auto definition = read_definition(tool->name());
    if (!definition) return definition.error();
    if (const auto wrong = check_words(*tool, *definition); !wrong.empty())
        return broken(tool->name(), wrong);
    // Words for people are no part of what a client is told, nor of what a request is bound to.
    definition->erase("approval");
    return Catalog::Entry(std::move(tool), std::move(*definition));
}

}  // namespace

std::string_view as_written(std::string_view tool) { return file_of(tool); }

Catalog::Entry::Entry(std::unique_ptr<tools::Tool> made, Json defined)
    : tool(std::move(made)),
      reads(dynamic_cast<tools::ReadTool*>(tool.get())),
      changes(dynamic_cast<tools::ChangeTool*>(tool.get())),
      definition(std::move(defined)) {}

const protocol::Schema& Catalog::Entry::input() const {
    if (!input_) input_ = protocol::Schema::compile(definition.at("inputSchema")).value();
    return *input_;
}

const std::string& Catalog::Entry::version() const {
    if (!version_.empty()) return version_;
    // What a host shows of a request, beside the answer: nothing is bound to it.
    auto bound = definition;
    bound.erase("_meta");
    if (const auto output = bound.find("outputSchema"); output != bound.end())
        for (const auto* shown : {"action", "effect", "facts", "decided_by", "decided_at"})
            output->at("properties").erase(shown);
    return version_ =
               policy::sha256(policy::canonical_json(bound)).substr(std::string_view("sha256:").size(), 16);
}

Result<Catalog> Catalog::assemble(std::vector<std::unique_ptr<tools::Tool>> tools) {
    std::vector<Entry> entries;
    for (auto& tool : tools) {
        auto entry = make_entry(std::move(tool));
        if (!entry) return entry.error();
        entries.push_back(std::move(*entry));
    }
    return Catalog(std::move(entries));
}

const Catalog::Entry* Catalog::find(std::string_view name) const {
    const auto found =
        std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.tool->name() == name; });
    return found == entries_.end() ? nullptr : &*found;
}

std::vector<Json> Catalog::definitions() const {
    std::vector<Json> all;
    for (const auto& entry : entries_) all.push_back(entry.definition);
    return all;
}

}  // namespace tfy::registry
