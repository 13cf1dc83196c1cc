#include "server/storage/database_error.hpp"

#include <string>

#include "tools/own_command.hpp"

namespace tfy::storage {

Error with_its_file(Error error, const std::filesystem::path& file) {
    if (file == ":memory:" || !error.message.starts_with(the_database)) return error;
    if (error.message.find(file.string()) == std::string::npos)
        error.message.insert(the_database.size(), " " + file.string());
    if (error.message.ends_with(std::string(put_a_backup) + "."))
        error.message +=
            " To go on without one, move the file out of the directory and keep it; if it is ledger.db, then "
            "run: " +
            tools::own_command("audit begin-anew");
    return error;
}

}  // namespace tfy::storage
