// Text without known tokens. What makes others' text visible, puts it on one line, cuts it or sends it takes
// nothing else.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "manifests/embedded.hpp"
#include "policy/secret.hpp"

namespace tfy::redaction {
class Redactor;
struct RedactedForTests;
}  // namespace tfy::redaction
namespace tfy::sealing {
class Sealer;
}

namespace tfy::policy {

/// Words of ours from the text of the program: they hold no token.
class Literal {
public:
    template <std::size_t Size>
    consteval Literal(const char (&words)[Size]) : words_(words, Size - 1) {}  // NOLINT: to be given as it is
    std::string_view text() const { return words_; }

private:
    std::string_view words_;
};

/// Text that may leave. Made only by a Redactor, and of the program's own bytes; transports, pages, journal,
/// logs and metrics take nothing else. One that holds the value of a reveal is wiped when it is gone.
class Redacted {
public:
    Redacted(const Redacted&) = default;
    Redacted& operator=(const Redacted& other);
    Redacted(Redacted&& other) noexcept = default;
    Redacted& operator=(Redacted&& other) noexcept;
    ~Redacted() { forget(); }

    std::string_view text() const { return text_; }
    /// Holds the value of a reveal: to be written once, and never to be kept for later.
    bool reveals() const { return reveals_; }
    /// The text itself, for who writes it out, and wipes it then if it reveals().
    std::string release() && { return std::move(text_); }
    /// {"error": words}
    static Redacted error_object(Literal words);
    /// {"error": code, "error_description": words}
    static Redacted error_object(Literal code, Literal words);
    /// A file of the program as it is, also if it is no text.
    static Redacted embedded(manifests::Bytes file) { return Redacted(std::string(file.text())); }

private:
    friend class redaction::Redactor;
    friend struct redaction::RedactedForTests;
    explicit Redacted(std::string text, bool reveals = false) : text_(std::move(text)), reveals_(reveals) {}
    void forget() {
        if (reveals_) wipe(text_);
    }

    std::string text_;
    bool reveals_ = false;
};

/// What takes every known token out of a text: the Redactor, and the Sealer with the newest one. Nothing else
/// can be one.
class Seals {
public:
    virtual ~Seals() = default;
    virtual Redacted seal_text(std::string_view text) const = 0;
    /// The same with what is known now, for the many texts of one answer: it is sealed once more as a whole.
    /// Lives no longer than this.
    virtual std::shared_ptr<const Seals> for_one_answer() const { return {std::shared_ptr<void>(), this}; }

private:
    friend class redaction::Redactor;
    friend class sealing::Sealer;
    Seals() = default;
    Seals(const Seals&) = default;
    Seals(Seals&&) = default;
    Seals& operator=(const Seals&) = default;
    Seals& operator=(Seals&&) = default;
};

}  // namespace tfy::policy
