// Standard output as the commands write it: nothing that could not be written is taken for written.
#pragma once

#include <iosfwd>
#include <optional>
#include <streambuf>
#include <string>

#include "protocol/error.hpp"

namespace tfy::cli {

/// To be called before any file is opened. A process that is started without one of its three descriptors
/// would get the next file in its place, and print into a database. In the place of a missing one there is
/// from here on one whose reading, or writing, fails.
void hold_standard_descriptors();

/// A descriptor as a stream's buffer. After the first failure the stream is bad, and nothing more is tried.
class StandardOutput final : public std::streambuf {
public:
    explicit StandardOutput(int file) : file_(file) {}
    ~StandardOutput() override;
    StandardOutput(const StandardOutput&) = delete;
    StandardOutput& operator=(const StandardOutput&) = delete;

    /// How the process ends whose command came to `code`: with 1 instead of 0, and a sentence on `err`, where
    /// not all of its words could be written.
    int ended(int code, std::ostream& err);

protected:
    int_type overflow(int_type character) override;
    std::streamsize xsputn(const char* text, std::streamsize size) override;
    int sync() override;

private:
    int file_;
    std::string waiting_;  // for the next flush
    std::optional<Error> failure_;
};

}  // namespace tfy::cli
