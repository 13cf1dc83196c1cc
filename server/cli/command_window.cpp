#include "server/cli/command_window.hpp"

#include "server/cli/command_line.hpp"

namespace tfy::cli {

Result<app::Archive> open_archive(const Invocation& call, bool make) {
    const auto folder = config::state_dir(call.options.state_dir);
    if (!folder) return folder.error();
    return make ? app::Archive::open_or_make(*folder) : app::Archive::open(*folder);
}

void PrintedList::add(Json row, const std::string& lines) {
    rows_.push_back(std::move(row));
    text_ += lines;
}

int PrintedList::print(const app::Archive& archive, std::ostream& out, bool json, const char* name,
                       const std::string& none) const {
    if (json)
        archive.print(out, {{name, rows_}});
    else
        archive.say(out, rows_.empty() ? none : text_);
    return 0;
}

}  // namespace tfy::cli
