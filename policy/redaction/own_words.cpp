// The protocol's words as a list; those of tools, prompts and resources from their definitions.
#include "policy/redaction/own_words.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "manifests/embedded.hpp"
#include "policy/redaction/characters.hpp"
#include "policy/redaction/window_hash.hpp"
#include "protocol/lower.hpp"

namespace tfy::redaction {

namespace {

constexpr auto own_characters = characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-./:$+");

constexpr std::string_view protocol_words = R"(
accept action annotations approval approve argument arguments assistant audience boolean cacheScope cancel cancelled capabilities
clientCapabilities clientInfo complete completed completion completion/complete completions content contents
confirm_name context createdAt cursor decision decline default description destructiveHint elicitation elicitation/create
elicitationId execution experimental extensions failed format hasMore hint idempotentHint image/svg+xml initialize
inputRequests inputResponses inputSchema input_required instructions integer
io.modelcontextprotocol/clientCapabilities io.modelcontextprotocol/clientInfo io.modelcontextprotocol/logLevel
io.modelcontextprotocol/protocolVersion io.modelcontextprotocol/related-task io.modelcontextprotocol/serverInfo
io.modelcontextprotocol/skills io.modelcontextprotocol/subscriptionId io.modelcontextprotocol/tasks
io.modelcontextprotocol/ui isError jsonrpc lastModified lastUpdatedAt listChanged logger logging logging/setLevel
maximum maxItems maxLength message messages method mimeType minimum minItems minLength nextCursor
notifications/cancelled notifications/elicitation/complete notifications/initialized notifications/message
notifications/progress notifications/prompts/list_changed notifications/resources/list_changed
notifications/resources/updated notifications/subscriptions/acknowledged notifications/tasks
notifications/tasks/status notifications/tools/list_changed number object openWorldHint outputSchema params pattern
pollInterval pollIntervalMs priority private progress progressToken prompts prompts/get prompts/list
promptsListChanged properties protocolVersion public reason readOnlyHint ref/prompt ref/resource requestId
requestState requestedSchema requests required requiredCapabilities resource resources resources/list resources/read
resources/subscribe resources/templates/list resources/unsubscribe resourceSubscriptions resourceTemplates
resourcesListChanged result resultType sampling server/discover serverInfo skills/get skills/list status
statusMessage string structuredContent subscribe subscriptions/listen supported supportedVersions taskId taskIds
taskSupport tasks/cancel tasks/get tasks/list tasks/result tasks/update templates tools/call tools/list
toolsListChanged traceparent tracestate uriTemplate values version warning websiteUrl working x-mcp-header
access-token application/json over-budget redacted text/plain text/markdown too-deep withheld
)";

bool is_made_of_own(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return has(own_characters, c); });
}

/// Those between two of `separators` that are long enough to be a value.
void add_words(std::string_view text, std::string_view separators, std::set<std::string>& words) {
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        const auto word = text.substr(0, end);
        if (word.size() >= least_value && is_made_of_own(word)) words.insert(protocol::lowered(word));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string all_own_words() {
    std::set<std::string> words;
    add_words(protocol_words, " \n", words);
    for (const auto& file : manifests::files())
        if (file.name.ends_with(".json") && !file.name.starts_with("page/"))
            add_words(file.text, "\"", words);
    std::string all;
    for (const auto& word : words) all.append(word).append(1, '\n');
    return all;
}

}  // namespace

bool is_own_word(std::string_view piece) {
    if (!is_made_of_own(piece)) return false;
    static const auto words = all_own_words();
    return words.find(protocol::lowered(piece)) != std::string::npos;
}

}  // namespace tfy::redaction
