// `_meta` of a request, and the two structures of a client that both eras share: Implementation and
// ClientCapabilities.
#include "protocol/meta.hpp"

#include "protocol/member.hpp"

namespace tfy::protocol {
namespace {

constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view client_info_key = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view capabilities_key = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view log_level_key = "io.modelcontextprotocol/logLevel";

/// At most 256 bytes of UTF-8, cut between characters.
std::string shortened(std::string text) {
    std::size_t size = 256;
    if (text.size() <= size) return text;
    while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    text.resize(size);
    return text;
}

Result<Version> read_modern_version(const Json& meta) {
    const auto text = read_string(meta, "params._meta", version_key);
    if (!text) return text.error();
    const auto version = read_version(*text);
    if (!version || !is_modern(*version)) return unsupported_version(*text);
    return *version;
}

/// nullopt if none is named.
Result<std::optional<LogLevel>> read_request_log_level(const Json& meta) {
    const auto text = read_optional_string(meta, "params._meta", log_level_key);
    if (!text) return text.error();
    if (!*text) return std::optional<LogLevel>();
    const auto level = read_log_level(**text);
    if (!level)
        return mistyped("params._meta." + std::string(log_level_key),
                        "a severity of RFC 5424, from debug to emergency");
    return level;
}

}  // namespace

Error unsupported_version(std::string_view requested) {
    auto supported = Json::array();
    for (const auto version : supported_versions) supported.push_back(to_string(version));
    return {Errc::unsupported_version,
            "This server does not speak MCP " + protocol::quoted(requested) +
                " with a version in each request. Nothing was done. Use a version of data.supported; those "
                "before "
                "2026-07-28 start with initialize.",
            {{"supported", std::move(supported)}, {"requested", escaped(requested)}}};
}

Result<Implementation> Implementation::read(const Json& value) {
    auto name = read_string(value, "clientInfo", "name");
    if (!name) return name.error();
    auto version = read_string(value, "clientInfo", "version");
    if (!version) return version.error();
    auto title = read_optional_string(value, "clientInfo", "title");
    if (!title) return title.error();
    return Implementation{shortened(std::move(*name)), shortened(std::move(*version)),
                          shortened(std::move(*title).value_or(""))};
}

Result<ClientCapabilities> ClientCapabilities::read(const Json& value) {
    if (!value.is_object()) return mistyped("The client's capabilities", "an object");
    const auto elicitation = read_optional_object(value, "capabilities", "elicitation");
    if (!elicitation) return elicitation.error();
    const auto extensions = read_optional_object(value, "capabilities", "extensions");
    if (!extensions) return extensions.error();

    const auto sampling = read_optional_object(value, "capabilities", "sampling");
    if (!sampling) return sampling.error();
    const auto roots = read_optional_object(value, "capabilities", "roots");
    if (!roots) return roots.error();

    ClientCapabilities read;
    read.sampling = *sampling != nullptr;
    read.roots = *roots != nullptr;
    if (*elicitation != nullptr) {
        const auto form = read_optional_object(**elicitation, "capabilities.elicitation", "form");
        if (!form) return form.error();
        const auto url = read_optional_object(**elicitation, "capabilities.elicitation", "url");
        if (!url) return url.error();
        read.elicitation_url = *url != nullptr;
        read.elicitation_form = *form != nullptr || !read.elicitation_url;
    }
    if (*extensions != nullptr) {
        const auto tasks = read_optional_object(**extensions, "capabilities.extensions", tasks_extension);
        if (!tasks) return tasks.error();
        read.tasks = *tasks != nullptr;
    }
    return read;
}

Json ClientCapabilities::json() const {
    auto out = Json::object();
    if (elicitation_form) out["elicitation"]["form"] = Json::object();
    if (elicitation_url) out["elicitation"]["url"] = Json::object();
    if (sampling) out["sampling"] = Json::object();
    if (roots) out["roots"] = Json::object();
    if (tasks) out["extensions"][tasks_extension] = Json::object();
    return out;
}

const Json* named_version(const Json& params) {
    const auto* meta = find_member(params, "_meta");
    return meta == nullptr ? nullptr : find_member(*meta, version_key);
}

bool has_modern_meta(const Json& params) { return named_version(params) != nullptr; }

Result<ClientContext> read_modern_context(const Request& request) {
    const auto* meta = find_member(request.params, "_meta");
    if (meta == nullptr || !meta->is_object()) return mistyped("params._meta", "an object");
    const auto version = read_modern_version(*meta);
    if (!version) return version.error();
    const auto* declared = find_member(*meta, capabilities_key);
    if (declared == nullptr) return mistyped("params._meta." + std::string(capabilities_key), "an object");
    const auto capabilities = ClientCapabilities::read(*declared);
    if (!capabilities) return capabilities.error();
    auto token = read_progress_token(request.params);
    if (!token) return token.error();

    const auto level = read_request_log_level(*meta);
    if (!level) return level.error();

    ClientContext context{*version,          {},     *capabilities,
                          std::move(*token), *level, TraceContext::read(request.params)};
    if (const auto* info = find_member(*meta, client_info_key); info != nullptr && !info->is_null()) {
        auto client = Implementation::read(*info);
        if (!client) return client.error();
        context.client = std::move(*client);
    }
    return context;
}

Result<Json> read_progress_token(const Json& params) {
    const auto meta = read_optional_object(params, "params", "_meta");
    if (!meta) return meta.error();
    const auto* token = *meta == nullptr ? nullptr : find_member(**meta, "progressToken");
    if (token == nullptr || token->is_null()) return Json(nullptr);
    if (!token->is_string() && !token->is_number_integer())
        return mistyped("params._meta.progressToken", "a string or an integer");
    if (token->is_string() && token->get_ref<const std::string&>().size() > RequestId::longest)
        return mistyped("params._meta.progressToken", "at most 256 bytes");
    return *token;
}

}  // namespace tfy::protocol
