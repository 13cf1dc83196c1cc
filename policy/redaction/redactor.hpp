// The choke point: nothing leaves the process but what this has sealed.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/fingerprint.hpp"
#include "policy/reveal.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

class Index;

/// Text that may leave. Made only by Redactor; transports, pages, journal, logs and metrics take nothing
/// else. Wiped when it is gone: one of them holds the value of a reveal.
class Redacted {
public:
    Redacted(const Redacted&) = default;
    Redacted& operator=(const Redacted& other);
    Redacted(Redacted&& other) noexcept = default;
    Redacted& operator=(Redacted&& other) noexcept;
    ~Redacted() { wipe(text_); }

    std::string_view text() const { return text_; }
    /// Holds the value of a reveal: to be written once, and never to be kept for later.
    bool reveals() const { return reveals_; }

private:
    friend class Redactor;
    friend struct RedactedForTests;
    explicit Redacted(std::string text, bool reveals = false) : text_(std::move(text)), reveals_(reveals) {}
    std::string text_;
    bool reveals_ = false;
};

/// Immutable: a new token makes a new Redactor, and the server swaps it whole. Safe to use from any thread.
class Redactor {
public:
    Redactor(FingerprintKey key, std::vector<TokenPrints> tokens);
    ~Redactor();
    Redactor(Redactor&&) noexcept;

    /// Serialises `message` with every registered value taken out of keys and strings, plain or in its common
    /// encodings.
    Redacted seal(const Json& message) const;
    /// Plain text: log lines, page bodies that are no JSON, static files. One line or many; bytes that are no
    /// UTF-8 are replaced.
    Redacted seal_text(std::string_view text) const;
    /// As seal, then the value goes in where its placeholder stands: exactly once, or not at all. Consumes
    /// the reveal.
    Redacted seal_reveal(const Json& message, Reveal reveal) const;

    /// Messages that were sealed one by one, as one JSON array.
    static Redacted batch(const std::vector<Redacted>& messages);

    /// The tree, redacted but not serialised, for what is stored (journal, outcomes).
    Json scrub(Json message) const;

private:
    std::unique_ptr<const Index> index_;
};

}  // namespace tfy::policy
