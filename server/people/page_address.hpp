// Where a running server's approvals page is, for commands beside it that send a person there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tfy::people {

/// Known while this object lives: instances/<instance>.page in the state directory. The process holds
/// `instance` (storage::Instance). Removes what ended servers left. Where the file cannot be written,
/// commands do not know the address.
class PageAddress {
public:
    PageAddress(const std::filesystem::path& state_dir, const std::string& instance, const std::string& home);
    ~PageAddress();
    PageAddress(const PageAddress&) = delete;
    PageAddress& operator=(const PageAddress&) = delete;

private:
    std::filesystem::path file_;
};

/// Of every server that runs on this state directory and has a page. Removes what ended ones left.
std::vector<std::string> page_addresses(const std::filesystem::path& state_dir);

}  // namespace tfy::people
