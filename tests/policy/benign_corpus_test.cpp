// Benign text in bulk: not a byte of it may change. TFY_BENIGN_MIB says how much (4); the rest is `ctest -R
// policy.benign`.
#include <doctest/doctest.h>

#include <cstdlib>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/benign_text.hpp"

namespace tfy::benign_corpus_test {

using namespace tfy::leaks;

namespace {

std::size_t wanted_bytes() {
    const auto* mebibytes = std::getenv("TFY_BENIGN_MIB");
    return (mebibytes == nullptr ? 4 : std::stoul(mebibytes)) << 20U;
}

redaction::Redactor busy_redactor() {
    std::vector<redaction::TokenFingerprints> prints;
    for (unsigned i = 0; i < 1000; ++i)
        prints.push_back(redaction::fingerprint(opaque_token(i + 1000, 48), "token", a_key()));
    // Only claim names, and when they end, are common to these and the benign ones.
    for (unsigned i = 0; i < 20; ++i)
        prints.push_back(
            redaction::fingerprint(jwt_token(i + 1, "https://acme.truefoundry.cloud"), "jwt", a_key()));
    return redaction::RedactorForTests::make(a_key(), std::move(prints));
}

/// Bytes that would change, and what they are.
struct Changed {
    std::size_t looked_at = 0;
    std::size_t changed = 0;
    std::vector<std::string> samples;

    void look(const redaction::Redactor& redactor, std::string_view text) {
        looked_at += text.size();
        const auto findings = redactor.find(text);
        if (!findings) {
            changed += text.size();
            samples.push_back("too much to decode: " + std::string(text.substr(0, 80)));
            return;
        }
        for (const auto& finding : *findings) {
            changed += finding.end - finding.begin;
            samples.push_back(finding.technique + ": " +
                              std::string(text.substr(finding.begin, finding.end - finding.begin)));
        }
    }
};

}  // namespace

TEST_CASE("benign text made from a seed, the project's own files and the system's: not a byte changes") {
    const auto redactor = busy_redactor();
    const auto wanted = wanted_bytes();
    Changed seen;
    for (const auto* folder : {TFY_SOURCE_DIR "/policy", TFY_SOURCE_DIR "/server", TFY_SOURCE_DIR "/docs",
                               TFY_SOURCE_DIR "/manifests", "/usr/share/doc", "/usr/include"})
        for (const auto& text : files_below(folder, wanted / 8)) seen.look(redactor, text);
    BenignText made(20261124);
    while (seen.looked_at < wanted) seen.look(redactor, made.document());
    MESSAGE(seen.looked_at << " bytes looked at, " << seen.changed << " changed");
    for (const auto& sample : seen.samples) {
        CAPTURE(sample);
        CHECK(sample.empty());
    }
    CHECK(seen.changed == 0);
    CHECK(seen.looked_at >= wanted);
}

}  // namespace tfy::benign_corpus_test
