// A state directory that had a journal and has none: what shows it, and what is said.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "protocol/error.hpp"

namespace tfy::storage {

/// What is wrong with the file of the database, in a word ("missing" or "empty"), if keys beside it show that
/// it once held a journal. nullopt: there was none, or the file has something in it.
std::optional<std::string> lost_journal(const std::filesystem::path& ledger);

/// The error of everything but Ledger::begin_anew() in such a directory.
Error journal_is_lost(const std::filesystem::path& ledger, const std::string& what_is_wrong);

/// The record with which Ledger::begin_anew() begins.
inline constexpr auto begun_anew = "journal_begun_anew";

}  // namespace tfy::storage
