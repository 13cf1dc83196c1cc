#include "server/storage/last_server.hpp"

#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::storage {

std::string rules_file_of_server(const std::filesystem::path& state_dir) {
    return text_in(state_dir / "rules");
}

Result<void> keep_rules_file(const std::filesystem::path& state_dir, const std::string& policy) {
    return keep_text(state_dir / "rules",
                     policy.empty() ? std::string{} : std::filesystem::absolute(policy).string());
}

Result<void> keep_control_plane(const std::filesystem::path& state_dir, const ControlPlaneInUse& in_use) {
    const Json kept = {
        {"base_url", in_use.base_url}, {"key_print", in_use.holder.print}, {"key_user", in_use.holder.user}};
    return keep_text(state_dir / "control_plane", kept.dump() + "\n");
}

ControlPlaneInUse control_plane_of_server(const std::filesystem::path& state_dir) {
    const auto kept = protocol::parse(text_in(state_dir / "control_plane"));
    if (!kept || !kept->is_object()) return {};
    const auto text = [&](const char* name) { return protocol::text_in(*kept, name); };
    return {.base_url = text("base_url"), .holder = {.print = text("key_print"), .user = text("key_user")}};
}

}  // namespace tfy::storage
