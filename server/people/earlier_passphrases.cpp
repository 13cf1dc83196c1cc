#include "server/people/earlier_passphrases.hpp"

#include <algorithm>
#include <system_error>

#include "policy/human.hpp"
#include "server/storage/journal_check.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::people {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> earlier_names(const fs::path& folder) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& each : fs::directory_iterator(folder, ignored))
        if (policy::is_person_name(each.path().filename().string()))
            names.push_back(each.path().filename().string());
    std::ranges::sort(names);
    return names;
}

/// The one of `names` whose passphrase was set first; empty if the journal knows of none.
Result<std::string> set_first(storage::Ledger& ledger, const std::vector<std::string>& names) {
    std::string first;
    auto read =
        storage::for_each_page(ledger, [&](const std::vector<journal::JournalRecord>& page) -> Result<void> {
            for (const auto& record : page) {
                if (!first.empty() || record.kind != "passphrase_set") continue;
                const auto person = record.body.find("person");
                if (person == record.body.end() || !person->is_string()) continue;
                if (std::ranges::find(names, person->get<std::string>()) != names.end())
                    first = person->get<std::string>();
            }
            return {};
        });
    if (!read) return read.error();
    return first;
}

}  // namespace

Result<void> carry_over_passphrase(const fs::path& state_dir, storage::Ledger& ledger, policy::Time now) {
    const auto folder = state_dir / "approvers";
    const auto names = earlier_names(folder);
    if (names.empty()) return {};
    const auto anyone = ledger.anyone_enrolled();
    if (!anyone) return anyone.error();
    if (*anyone) return {};
    const auto person = set_first(ledger, names);
    if (!person) return person.error();
    if (person->empty()) return {};
    auto hash = storage::text_in(folder / *person);
    hash.erase(std::min(hash.find_first_of(std::string_view("\n\0", 2)), hash.size()));
    if (!hash.starts_with("$argon2id$")) return {};  // damaged: `people first` begins anew
    const auto enrolled = ledger.enrol_first(*person, hash, storage::Enrolment::earlier_version, now);
    if (!enrolled && enrolled.error().code != Errc::conflict) return enrolled.error();
    std::error_code ignored;
    if (enrolled) fs::remove(folder / *person, ignored);
    return {};
}

std::vector<std::string> not_carried_over(const fs::path& state_dir,
                                          const std::vector<storage::Person>& people) {
    auto names = earlier_names(state_dir / "approvers");
    std::erase_if(names, [&](const std::string& name) {
        return std::ranges::find(people, name, &storage::Person::name) != people.end();
    });
    return names;
}

}  // namespace tfy::people
