#include "server/config/principals.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "policy/near_miss.hpp"
#include "policy/toml_values.hpp"
#include "server/config/path_text.hpp"
#include "server/storage/regular_file.hpp"
#include "tools/own_command.hpp"

namespace tfy::config {
namespace {

using upstream::MappedKey;

constexpr std::array<std::string_view, 3> entry_keys{"principal", "person", "upstream"};
constexpr std::array<std::string_view, 1> sections{"principal"};
constexpr std::size_t longest_file = std::size_t{1024} * 1024;

class PrincipalsReader : private policy::TomlValues {
public:
    explicit PrincipalsReader(std::string_view file) : TomlValues(file, {}) {}

    Result<std::vector<MappedKey>> read(const toml::table& all) {
        std::vector<MappedKey> entries;
        for (const auto& [key, value] : all) {
            const auto* list = value.as_array();
            if (key != "principal")
                unknown_key(key, sections);
            else if (list == nullptr)
                fail(value, "'principal' must be a list of tables: [[principal]]");
            else
                for (const auto& each : *list) entries.push_back(entry(each));
        }
        if (!problem().empty()) return Error{Errc::refused, problem()};
        return entries;
    }
    using TomlValues::error;

private:
    MappedKey entry(const toml::node& node) {
        MappedKey read;
        const auto* table = node.as_table();
        if (table == nullptr) {
            fail(node, "each 'principal' must be a table: [[principal]]");
            return read;
        }
        for (const auto& [key, value] : *table) {
            if (key == "principal")
                read.principal = principal_pattern(key, value);
            else if (key == "person")
                read.person = text(key, value);
            else if (key == "upstream")
                read.key_file = way(key, value);
            else
                unknown_key(key, entry_keys);
        }
        if (!problem().empty()) return read;
        if (!table->contains("principal") && !table->contains("person"))
            fail(node, "an entry needs 'principal' or 'person'");
        if (!table->contains("upstream")) fail(node, "an entry needs 'upstream': \"shared\", or a key file");
        return read;
    }
    std::string way(const toml::key& key, const toml::node& node) {
        auto named = text(key, node);
        if (named == "shared") return {};
        if (!named.starts_with('/'))
            fail(node, "'upstream' must be \"shared\", or the absolute path of a key file");
        return named;
    }
};

/// Group or others.
bool others_may_write(const std::string& file) {
    struct stat facts{};
    return ::stat(file.c_str(), &facts) == 0 && (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0;
}

bool is_pattern(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

}  // namespace

Result<std::vector<MappedKey>> read_principals(std::string_view text, const std::string& file_name) {
    PrincipalsReader reader(file_name);
    try {
        return reader.read(toml::parse(text, file_name));
    } catch (const toml::parse_error& failure) {
        return reader.error(policy::line_of(failure.source()), policy::in_words(failure));
    }
}

Result<std::vector<MappedKey>> load_principals(const std::string& written) {
    const auto file = expand_path(written, "--principals");
    if (!file) return file.error();
    if (file->empty()) return std::vector<MappedKey>{};
    const auto text = storage::read_regular_file(*file, longest_file);
    if (!text)
        return Error{Errc::refused, "The file of --principals, " + *file +
                                        ", cannot be read: " + text.error().message +
                                        ". Nothing was taken from it. Check its name and permissions."};
    if (others_may_write(*file))
        return Error{Errc::refused, "Other users may write the file of --principals, " + *file +
                                        ", and could give themselves another's key. Nothing was taken from "
                                        "it. Run chmod go-w on it."};
    return read_principals(*text, *file);
}

Result<void> check_people(const std::vector<MappedKey>& entries, const std::vector<std::string>& enrolled) {
    const std::vector<std::string_view> names(enrolled.begin(), enrolled.end());
    for (const auto& entry : entries) {
        if (is_pattern(entry.person) || std::ranges::find(enrolled, entry.person) != enrolled.end()) continue;
        const auto near = policy::near_miss(entry.person, names);
        return Error{Errc::refused,
                     "The file of --principals names the person " + policy::in_quotes(entry.person) +
                         ", who is not enrolled" +
                         (near ? " (did you mean " + policy::in_quotes(*near) + "?)" : "") +
                         ". Nothing was taken from it. Correct the name, or invite them first: " +
                         tools::own_command("people invite NAME")};
    }
    return {};
}

}  // namespace tfy::config
