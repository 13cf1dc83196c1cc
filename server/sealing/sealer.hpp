// What seals all that leaves: the redactor in force, brought up to date before each use.
#pragma once

#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "policy/redaction/redactor.hpp"
#include "server/storage/reader.hpp"

namespace tfy::sealing {

/// Thread-safe. Before anything is sealed it looks for tokens that other processes on the state directory
/// have registered, which costs about a microsecond: no one has to remember to.
///
/// While these cannot be read, what is sealed might hold one of them: then text of 16 characters and more is
/// withheld (Redactor::withholding), but for a reveal's value.
class Sealer final : public policy::Seals {
public:
    using Shared = std::shared_ptr<const redaction::Redactor>;
    /// Whether marks say which token was there. Where callers have keys of their own, a token's name is no
    /// business of another's.
    enum class Names { in_marks, hidden };

    /// `tokens` tells what is registered from here on; it has told `known` already. Without it there is no
    /// other process: tests, and commands that have no state directory.
    Sealer(redaction::FingerprintKey key, std::vector<redaction::TokenFingerprints> known,
           std::unique_ptr<storage::Reader> tokens = nullptr, Names names = Names::in_marks);

    /// For what leaves.
    Shared now() const;
    /// For what is kept, decided or answered: Errc::storage with what to tell, where now() withholds.
    Result<Shared> fresh() const;
    /// How often it failed: what was sealed while that did not change holds nothing that was withheld.
    std::size_t failures() const { return failures_.load(); }
    redaction::Redacted seal(const Json& message) const { return now()->seal(message); }
    redaction::Redacted seal_text(std::string_view text) const override { return now()->seal_text(text); }
    std::shared_ptr<const policy::Seals> for_one_answer() const override { return now(); }
    /// Of our own words alone, such as the error of fresh(): nothing in it is withheld.
    redaction::Redacted seal_own(const Json& message) const { return redactor_.load()->seal(message); }
    redaction::Redacted seal_own_text(std::string_view text) const {
        return redactor_.load()->seal_text(text);
    }

    const redaction::FingerprintKey& key() const { return key_; }
    /// From here on it is redacted everywhere.
    void add(redaction::TokenFingerprints token) { add(std::vector{std::move(token)}); }
    /// Those of `tokens` that are not known yet.
    void add(std::vector<redaction::TokenFingerprints> tokens);
    /// The key that is configured from here on: it is redacted instead of the one of before, which is
    /// forgotten where add() did not make it known.
    void configure(redaction::TokenFingerprints key);

    /// A JWT's id, and the name of the token that it belongs to.
    using ListedId = std::pair<std::string, std::string>;
    /// What TrueFoundry lists: from here on a JWT with one of these ids is redacted as that token, also
    /// where no one here has seen its value. Ids stay known when their tokens are deleted.
    void learn_ids(const std::vector<ListedId>& listed) {
        note_ids(listed);
        take_up_ids();
    }
    /// The same in two steps, for a list that comes in pages: each time that ids are taken up costs as much
    /// as all of them together.
    void note_ids(const std::vector<ListedId>& listed);
    void take_up_ids();

    /// A peer's text for a message: sealed while it is whole, then as protocol::escaped() has it.
    std::string escaped(std::string_view untrusted) const;
    /// The same between quotes.
    std::string quoted(std::string_view untrusted) const;

private:
    std::vector<redaction::TokenFingerprints> as_marked(
        std::vector<redaction::TokenFingerprints> tokens) const;
    void take_up(std::vector<redaction::TokenFingerprints> tokens) const;
    bool is_known(const redaction::TokenFingerprints& token) const;
    void renew(std::size_t from) const;
    void take_up_news() const;

    redaction::FingerprintKey key_;
    std::unique_ptr<storage::Reader> tokens_;
    Names names_;
    Shared at_start_;
    // A look may find news, so what is known changes also where something is only sealed.
    mutable std::mutex changing_;
    redaction::TokenFingerprints configured_ = {};
    mutable std::vector<redaction::TokenFingerprints> news_;  // added or listed since the start, in order
    std::map<std::string, std::size_t> jwts_;                 // those that were listed, by the JWT's id
    // Of the news: each layer is over the one before it, and the later ones are small, since to make one
    // costs as much as all that is in it.
    struct Layer {
        std::size_t begin = 0;
        Shared redactor = {};
    };
    mutable std::array<Layer, 3> layers_;
    mutable std::size_t taken_up_ = 0;  // of the news
    mutable std::atomic<Shared> redactor_;
    mutable std::atomic<std::size_t> failures_ = 0;
};

}  // namespace tfy::sealing
