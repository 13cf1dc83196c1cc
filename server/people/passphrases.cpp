#include "server/people/passphrases.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "policy/human.hpp"
#include "server/storage/open_file.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::people {
namespace {

namespace fs = std::filesystem;
using Hash = std::array<char, crypto_pwhash_STRBYTES>;  // ends with a zero byte

Error failed(const std::string& what, const fs::path& path) {
    return {Errc::storage, what + " " + path.string() + " (" + std::generic_category().message(errno) +
                               "). Nothing was changed."};
}

Error wrong() { return {Errc::denied, "Wrong passphrase. Nothing was changed."}; }

Result<Hash> read_hash(const fs::path& file) {
    const storage::OpenFile in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    Hash hash{};
    if (!in || ::read(in.get(), hash.data(), hash.size() - 1) <= 0)
        return failed("Cannot read the passphrase file", file);
    return hash;
}

}  // namespace

Result<fs::path> Passphrases::file_of(const std::string& person) const {
    if (policy::is_person_name(person)) return folder_ / person;
    return Error{Errc::refused,
                 "Your account's name has characters that an approver's name cannot have. Use the "
                 "approvals page instead. Nothing was changed."};
}

Result<bool> Passphrases::is_set(const std::string& person) const {
    const auto file = file_of(person);
    if (!file) return file.error();
    struct stat found = {};
    if (::lstat(file->c_str(), &found) == 0) return true;
    if (errno == ENOENT) return false;
    return failed("Cannot look for the passphrase file", *file);
}

Result<bool> Passphrases::any_is_set() const {
    std::error_code failure;
    fs::directory_iterator found(folder_, failure);
    if (!failure)
        return std::any_of(fs::begin(found), fs::end(found), [](const fs::directory_entry& each) {
            return policy::is_person_name(each.path().filename().string());
        });
    if (failure == std::errc::no_such_file_or_directory) return false;
    return Error{Errc::storage, "Cannot look for passphrases in " + folder_.string() + " (" +
                                    failure.message() + "). Nothing was changed."};
}

Result<void> Passphrases::check(const std::string& person, const policy::Secret& typed) const {
    const auto file = file_of(person);
    if (!file) return file.error();
    const auto hash = read_hash(*file);
    if (!hash) return hash.error();
    const auto text = typed.reveal();
    if (crypto_pwhash_str_verify(hash->data(), text.data(), text.size()) != 0) return wrong();
    return {};
}

Result<std::string> Passphrases::hash(const policy::Secret& typed) const {
    const auto text = typed.reveal();
    if (text.size() < shortest)
        return Error{Errc::refused, "A passphrase needs at least 8 characters. Nothing was set."};
    Hash hash{};
    if (crypto_pwhash_str(hash.data(), text.data(), text.size(), crypto_pwhash_OPSLIMIT_MODERATE,
                          crypto_pwhash_MEMLIMIT_MODERATE) != 0)
        return Error{Errc::storage,
                     "There is not enough memory to keep a passphrase safely. Nothing was set."};
    return std::string(hash.data());
}

Result<std::optional<std::string>> Passphrases::hash_of(const std::string& person) const {
    const auto is_there = is_set(person);
    if (!is_there) return is_there.error();
    if (!*is_there) return std::optional<std::string>{};
    const auto hash = read_hash(folder_ / person);
    if (!hash) return hash.error();
    return std::optional<std::string>(hash->data());
}

Result<void> Passphrases::set(const std::string& person, const std::optional<std::string>& hash) const {
    const auto file = file_of(person);
    if (!file) return file.error();
    if (!hash) {
        std::error_code failure;
        fs::remove(*file, failure);
        if (!failure) return {};
        return Error{Errc::storage,
                     "Cannot remove the passphrase file " + file->string() + " (" + failure.message() + ")."};
    }
    if (auto folder = storage::make_private_folder(folder_); !folder) return folder.error();
    if (storage::replace_private_file(*file, *hash)) return {};
    return failed("Cannot write the passphrase file", *file);
}

}  // namespace tfy::people
