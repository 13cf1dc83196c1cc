#include "server/cli/docs_tools.hpp"

#include <algorithm>
#include <array>

#include "manifests/embedded.hpp"
#include "protocol/error.hpp"
#include "server/cli/markdown.hpp"

namespace tfy::cli {
namespace {

using Definition = nlohmann::ordered_json;

Definition definition_of(std::string_view file) { return Definition::parse(manifests::file(file)); }

std::string text_of(const Definition& definition, const char* member) { return definition.value(member, ""); }

/// "string", "string or null", "one of a, b".
std::string type_of(const Definition& schema) {
    std::string text;
    if (const auto choices = schema.find("enum"); choices != schema.end()) {
        for (const auto& each : *choices)
            text += (text.empty() ? "one of " : ", ") +
                    (each.is_string() ? each.get<std::string>() : each.dump());
        return text;
    }
    if (const auto branches = schema.find("anyOf"); branches != schema.end())
        for (const auto& each : *branches) text += (text.empty() ? "" : " or ") + type_of(each);
    return text.empty() ? text_of(schema, "type") : text;
}

/// Each member of an object, and of the objects in it.
void add_members(const Definition& schema, const std::string& path, bool given, std::string& rows) {
    const auto required = schema.value("required", Definition::array());
    const auto properties = schema.value("properties", Definition::object());
    for (const auto& [name, member] : properties.items()) {
        const bool needed = std::any_of(required.begin(), required.end(),
                                        [&name](const Definition& each) { return each == name; });
        std::string meaning = text_of(member, "description");
        if (given && needed) meaning += meaning.empty() ? "Required." : " Required.";
        if (const auto example = member.find("example"); example != member.end())
            meaning +=
                " Example: `" + (example->is_string() ? example->get<std::string>() : example->dump()) + "`.";
        rows += table_row({"`" + path + name + "`", type_of(member), meaning});
        add_members(member, path + name + ".", given, rows);
        if (const auto items = member.find("items"); items != member.end())
            add_members(*items, path + name + "[].", given, rows);
    }
}

std::string members(const char* title, const Definition& schema, bool given) {
    std::string rows;
    add_members(schema, "", given, rows);
    return rows.empty() ? rows : "\n| " + std::string(title) + " | type | meaning |\n|---|---|---|\n" + rows;
}

std::string tool_section(std::string_view name) {
    const auto tool = definition_of("tools/" + std::string(name) + ".json");
    const auto& hints = tool.at("annotations");
    std::string text = "\n## " + std::string(name) + "\n" + text_of(tool, "description") + "\n\n";
    text += hints.value("readOnlyHint", false) ? "Changes nothing." : "Changes something.";
    if (tool.contains("approval")) text += " A person decides.";
    if (hints.value("destructiveHint", false)) text += " What it removes cannot be restored.";
    text += "\n" + members("argument", tool.value("inputSchema", Definition::object()), true);
    return text + members("result", tool.value("outputSchema", Definition::object()), false);
}

/// The files of one folder below manifests/.
std::vector<Definition> definitions_in(std::string_view folder) {
    std::vector<Definition> all;
    for (const auto& each : manifests::files())
        if (each.name.starts_with(folder) && each.name.ends_with(".json"))
            all.push_back(Definition::parse(each.text));
    return all;
}

std::string resources_section() {
    std::string text = "\n## Resources\n| address | what it is |\n|---|---|\n";
    for (const auto& each : definitions_in("resources/"))
        text += table_row(
            {"`" + each.value("uri", text_of(each, "uriTemplate")) + "`", text_of(each, "description")});
    return text;
}

std::string prompts_section() {
    std::string text = "\n## Prompts\n| prompt | arguments | what it does |\n|---|---|---|\n";
    for (const auto& each : definitions_in("prompts/")) {
        std::string names;
        const auto arguments = each.value("arguments", Definition::array());
        for (const auto& argument : arguments)
            names += (names.empty() ? "`" : ", `") + text_of(argument, "name") + "`";
        text += table_row({"`" + text_of(each, "name") + "`", names, text_of(each, "description")});
    }
    return text;
}

/// By Errc.
constexpr std::array<std::string_view, 24> meanings{
    "The message is no JSON",
    "The message is no request of JSON-RPC or MCP",
    "There is no such method",
    "An argument is missing, unknown or of the wrong form",
    "A fault of this server",
    "An HTTP header and the message do not agree",
    "The client did not declare what the request needs",
    "The protocol version is not known",
    "There is no such resource",
    "A rule says no, or a value cannot be right",
    "A person said no",
    "No one decided in time",
    "The asking side took the request back",
    "What was approved is no longer what is there",
    "There is no such token, request or value",
    "It exists already",
    "Too many requests",
    "No one who could approve it can be reached",
    "TrueFoundry said no, or could not be reached: nothing changed there",
    "The request may have arrived: whether something changed is not known",
    "The server's own state cannot be read or written",
    "The message is too long",
    "The connection has ended",
    "The call was cancelled",
};
static_assert(meanings.size() == static_cast<std::size_t>(Errc::cancelled) + 1);

}  // namespace

std::string tools_page() {
    auto text = page_head("Tools, one by one", "tools", "What they are for: [tools.md](../tools.md).");
    for (const auto name : manifests::tool_names()) text += tool_section(name);
    return text + resources_section() + prompts_section();
}

std::string errors_page() {
    auto text =
        page_head("Errors", "errors", "What to do about them: [troubleshooting.md](../troubleshooting.md).");
    text +=
        "\nWhat a tool, a rule, a person or TrueFoundry said is the result of a call, with `isError` and the "
        "name as `status`. The rest are errors of JSON-RPC; the HTTP status is that of an answer to a single "
        "request of 2026-07-28.\n\n| name | number | HTTP | meaning |\n|---|---|---|---|\n";
    for (std::size_t i = 0; i < meanings.size(); ++i) {
        const auto code = static_cast<Errc>(i);
        const auto number = protocol::json_rpc_code(code), legacy = protocol::json_rpc_code(code, true);
        text += table_row({"`" + std::string(protocol::name(code)) + "`",
                           std::to_string(number) +
                               (legacy == number ? "" : ", up to 2025-11-25 " + std::to_string(legacy)),
                           std::to_string(protocol::http_status(code)), meanings[i]});
    }
    return text;
}

}  // namespace tfy::cli
