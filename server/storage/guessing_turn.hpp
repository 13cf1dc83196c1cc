// Whose turn it is to have a passphrase checked.
#pragma once

#include <filesystem>
#include <optional>

#include "server/storage/open_file.hpp"

namespace tfy::storage {

/// Of all processes on a state directory one checks a passphrase at a time. A check counts as wrong until it
/// is known to be right (Ledger::begin_guess): several right ones at once would be taken for guesses. Ends
/// with its life, or with its process.
class GuessingTurn {
public:
    /// nullopt while another one has it; tried again soon, it is to be had within some seconds. An empty
    /// `state_dir` is one of this process alone, which has every turn. Without the file's lock (a disk
    /// without locks, no free descriptor) checks go on beside each other.
    static std::optional<GuessingTurn> take(const std::filesystem::path& state_dir);

private:
    explicit GuessingTurn(OpenFile file) : file_(std::move(file)) {}
    OpenFile file_;
};

}  // namespace tfy::storage
