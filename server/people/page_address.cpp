#include "server/people/page_address.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "server/storage/private_files.hpp"
#include "server/storage/state_dir.hpp"

namespace tfy::people {

namespace fs = std::filesystem;

PageAddress::PageAddress(const fs::path& state_dir, const std::string& instance, const std::string& home)
    : file_(state_dir / "instances" / (instance + ".page")) {
    storage::replace_private_file(file_, home + "\n");
}

PageAddress::~PageAddress() { ::unlink(file_.c_str()); }

std::vector<std::string> page_addresses(const fs::path& state_dir) {
    std::vector<std::string> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state_dir / "instances", ignored)) {
        const auto& path = entry.path();
        if (path.extension() != ".page") continue;
        if (!storage::alive(state_dir, path.stem().string())) {
            ::unlink(path.c_str());
            continue;
        }
        std::ifstream file(path);
        if (std::string home; std::getline(file, home) && !home.empty()) found.push_back(std::move(home));
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace tfy::people
