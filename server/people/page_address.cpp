#include "server/people/page_address.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "server/storage/private_files.hpp"
#include "server/storage/state_dir.hpp"

namespace tfy::people {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view page_ending = ".page";

/// Of the file of a page, or of a draft of one (storage::replace_private_file()); empty for other files.
std::string instance_of(const fs::path& file) {
    const auto name = file.filename().string();
    if (name.ends_with(page_ending)) return name.substr(0, name.size() - page_ending.size());
    const auto end = name.find(std::string(page_ending) + ".");
    return name.starts_with('.') && end != std::string::npos ? name.substr(1, end - 1) : std::string{};
}

/// The files of pages whose servers run. Removes what ended ones left.
std::vector<fs::path> files_of_pages(const fs::path& state_dir) {
    std::vector<fs::path> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state_dir / "instances", ignored)) {
        const auto instance = instance_of(entry.path());
        if (instance.empty()) continue;
        if (!storage::alive(state_dir, instance))
            ::unlink(entry.path().c_str());
        else if (entry.path().extension() == page_ending)
            found.push_back(entry.path());
    }
    return found;
}

}  // namespace

PageAddress::PageAddress(const fs::path& state_dir, const std::string& instance, const std::string& home)
    : file_(state_dir / "instances" / (instance + std::string(page_ending))) {
    files_of_pages(state_dir);
    storage::replace_private_file(file_, home + "\n");
}

PageAddress::~PageAddress() { ::unlink(file_.c_str()); }

std::vector<std::string> page_addresses(const fs::path& state_dir) {
    std::vector<std::string> found;
    for (const auto& path : files_of_pages(state_dir)) {
        std::ifstream file(path);
        if (std::string home; std::getline(file, home) && !home.empty()) found.push_back(std::move(home));
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace tfy::people
