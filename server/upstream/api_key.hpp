// This server's own key to TrueFoundry, which may be replaced while it is used.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "policy/redaction/fingerprint.hpp"
#include "policy/secret.hpp"
#include "protocol/error.hpp"
#include "tools/key_facts.hpp"

namespace tfy::upstream {

/// Thread-safe: value and facts are swapped together, and a caller that holds the old ones keeps them to the
/// end of what they do.
class OwnKey {
public:
    /// None.
    OwnKey();
    explicit OwnKey(policy::Secret value);

    /// The header line that carries it; empty if there is none. To be wiped.
    std::string authorization() const;
    tools::KeyFacts facts() const { return held_.load()->facts; }
    bool is(const policy::Secret& value) const;
    /// The same as long as the value is not replaced; null if there is none.
    std::shared_ptr<const void> identity() const { return held_.load()->value; }
    /// A keyed hash of it, 32 hexadecimal digits, to tell one key from another; empty if there is none.
    std::string print(const redaction::FingerprintKey& key) const;
    /// What to know it by wherever it turns up; no windows if there is none.
    redaction::TokenFingerprints prints(const redaction::FingerprintKey& key) const;

    /// Where the operator finds it: "TFY_API_KEY in the environment". Stays when the value is
    /// replaced.
    void comes_from(std::string place);
    /// What its marks name, before it is used: TFY_API_KEY unless this is called.
    void in_marks(std::string name) { name_ = std::move(name); }
    /// From the next request on. The caller makes it known to the redactor first.
    void replace(policy::Secret value);
    /// What is wrong with the key, or with the place that it comes from. One that is in use stays.
    void report(const Error& problem);
    /// Instead of what was warned of before; an empty text takes it back.
    void warn(std::string warning);

private:
    struct Held {
        std::shared_ptr<const policy::Secret> value;
        tools::KeyFacts facts;
    };
    void put(Held held) { held_.store(std::make_shared<const Held>(std::move(held))); }

    std::string name_ = "TFY_API_KEY";
    std::atomic<std::shared_ptr<const Held>> held_;
};

/// What to know the key by wherever it turns up.
redaction::TokenFingerprints prints_of(const policy::Secret& own_key, const redaction::FingerprintKey& key);

/// The same of a key that is a person's or a caller's own: its mark names nothing.
redaction::TokenFingerprints prints_without_name(const policy::Secret& key,
                                                 const redaction::FingerprintKey& print_key);

/// A token that serves as this server's own key, too, keeps its name: takes out of `tokens` what is known
/// there under the key's as well. What two names stand for has none.
void name_once(std::vector<redaction::TokenFingerprints>& tokens);

/// What a JWT says of itself; nothing but `set` for all other values.
tools::KeyFacts read_claims(std::string_view value);

}  // namespace tfy::upstream
