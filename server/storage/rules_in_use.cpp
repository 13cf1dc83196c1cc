#include "server/storage/rules_in_use.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "server/storage/private_files.hpp"

namespace tfy::storage {

std::string rules_file_of_server(const std::filesystem::path& state_dir) {
    std::ifstream in(state_dir / "rules", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Result<void> keep_rules_file(const std::filesystem::path& state_dir, const std::string& policy) {
    const auto file = state_dir / "rules";
    const auto name = policy.empty() ? std::string{} : std::filesystem::absolute(policy).string();
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored) && rules_file_of_server(state_dir) == name) return {};
    if (replace_private_file(file, name)) return {};
    return Error{Errc::storage, "Cannot write " + file.string() + " (" +
                                    std::generic_category().message(errno) + "). Nothing was run."};
}

}  // namespace tfy::storage
