// A value that cannot be printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tfy::policy {

/// A token's value or a key, in locked memory that is wiped on destruction. No copy, no formatter, no
/// comparison.
class Secret {
public:
    Secret() = default;  // empty
    /// Copies `plain` into locked memory and wipes the string. Throws std::bad_alloc if no memory can be
    /// locked.
    explicit Secret(std::string&& plain);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }

    /// The value itself. Called in three places only (a test counts them): the upstream header, the reveal,
    /// the fingerprints.
    std::string_view reveal() const { return {bytes_, size_}; }

    /// First 4 and last 4 characters of values of 24 and more, else only the last 2 (under 8: none):
    /// "tfy_****...****9f3a".
    std::string masked() const;

private:
    char* bytes_ = nullptr;
    std::size_t size_ = 0;
};

/// Overwrites the text so that the optimiser cannot leave it out, and empties it.
void wipe(std::string& text);

}  // namespace tfy::policy
