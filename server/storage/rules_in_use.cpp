#include "server/storage/rules_in_use.hpp"

#include "server/storage/private_files.hpp"

namespace tfy::storage {

std::string rules_file_of_server(const std::filesystem::path& state_dir) {
    return text_in(state_dir / "rules");
}

Result<void> keep_rules_file(const std::filesystem::path& state_dir, const std::string& policy) {
    return keep_text(state_dir / "rules",
                     policy.empty() ? std::string{} : std::filesystem::absolute(policy).string());
}

}  // namespace tfy::storage
