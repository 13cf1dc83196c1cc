// The choke point: nothing leaves the process but what this has sealed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redacted.hpp"
#include "policy/redaction/fingerprint.hpp"
#include "policy/redaction/reveal.hpp"
#include "protocol/error.hpp"
#include "protocol/member_order.hpp"

namespace tfy::redaction {

class Index;

using policy::Literal;
using policy::Redacted;

/// A part of a text that may not leave, without its words.
struct Match {
    std::size_t begin = 0;  // bytes
    std::size_t end = 0;
    std::string token;  // its name; empty if it has none, or if no one registered it
    std::string
        technique;  // how it was written, from the outside to the inside: "plain", "base64, hex", "shape"
    bool unfinished = false;  // no finding: a compressed stream, the end of which is not in the piece
};

/// Immutable: a new token makes a new Redactor, and the server swaps it whole. Safe to use from any thread.
/// Only the process's Sealer makes one, so each knows all tokens that the process knows.
class Redactor final : public policy::Seals {
public:
    ~Redactor() override;
    Redactor(Redactor&&) noexcept;

    /// One that knows `tokens` as well, made with the same key. What this one knows is shared, not copied, so
    /// it is made soon however much that is. Make it of one that was made from nothing: each layer is asked
    /// in turn.
    Redactor with(const std::vector<TokenFingerprints>& tokens) const;
    bool knows(const TokenFingerprints& token) const;
    /// For while it cannot be told which tokens there are: one that withholds every text of 16 characters and
    /// more (the size of a window), keys included, and of the rest takes out what this one knows. A reveal's
    /// value still arrives.
    Redactor withholding() const;

    /// Serialises `message` with every registered value taken out of keys and strings, plain or in its common
    /// encodings.
    Redacted seal(const Json& message) const;
    /// The same with the members of each object in the order of those of `order` that have its place and
    /// name, others behind them; alphabetical if something is taken out.
    Redacted seal(const Json& message, const protocol::MemberOrder& order) const;
    /// As Json::dump() writes it, where scrub() would leave it as it is and nothing is withheld; else
    /// nullopt.
    std::optional<std::string> written_clean(const Json& value) const;
    /// Plain text: log lines, page bodies that are no JSON, static files. One line or many; bytes that are no
    /// UTF-8 are replaced.
    Redacted seal_text(std::string_view text) const override;
    /// What seal_text would take out, sorted, without overlaps. Bytes that are no UTF-8 are looked through
    /// and stay. nullopt: there is too much to decode to say (seal_text would withhold the text).
    ///
    /// A text of any size can be searched in pieces that overlap. 24 characters in three encodings take up to
    /// 24 KB, so 64 KiB are enough unless blanks spread such a code out further. A hit that reaches a piece's
    /// end is to be taken from the next one.
    std::optional<std::vector<Match>> find(std::string_view text) const;
    /// The same, and where compressed streams begin that the piece cuts off: they are read from their heads
    /// only.
    std::optional<std::vector<Match>> find_in_piece(std::string_view piece) const;
    /// As seal, then the value goes in where its placeholder is: exactly once, or not at all. Consumes
    /// the reveal.
    Redacted seal_reveal(const Json& message, Reveal reveal) const;

    /// The JSON-RPC message with this id and this result, which this redactor has sealed: as seal() has the
    /// whole message. nullopt where it must be sealed whole, because a value may be spelled across members.
    std::optional<Redacted> answer(const Json& id, const Redacted& result) const;

    /// Messages that were sealed one by one, as one JSON array.
    static Redacted batch(const std::vector<Redacted>& messages);

    /// The tree, redacted but not serialised, for what is stored (journal, outcomes).
    Json scrub(Json message) const;

private:
    friend class sealing::Sealer;
    friend struct RedactorForTests;
    Redactor(FingerprintKey key, std::vector<TokenFingerprints> tokens);
    explicit Redactor(std::shared_ptr<const Index> index);
    enum class Part { whole, piece };
    std::optional<std::vector<Match>> matches(std::string_view text, Part part) const;
    std::string redacted_message(const Json& message, std::string_view placeholder = {}) const;

    std::shared_ptr<const Index> index_;
    bool withholds_ = false;
};

}  // namespace tfy::redaction
