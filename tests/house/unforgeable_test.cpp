// What the doors of the house take: a tool a permit, a transport sealed text. (The types themselves:
// tests/policy/forgery_test.cpp.)
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <type_traits>

#include "policy/visible.hpp"
#include "server/sealing/sealer.hpp"
#include "server/transport/transport.hpp"
#include "tools/text.hpp"
#include "tools/tool.hpp"

namespace {

using namespace tfy;

template <class Tool, class Given>
constexpr bool runs_with = std::is_invocable_v<decltype(&Tool::run), Tool&, Given>;

template <class Given>
constexpr bool is_sent = std::is_invocable_v<decltype(&transport::Outbox::send), transport::Outbox&, Given>;

/// Whether each of these takes it.
template <class Given>
constexpr bool is_shown = requires(Given given) {
    policy::shown(given);
    policy::shown_line(given);
    policy::shown_lines(given);
    policy::visible(given);
    policy::visible_line(given);
    policy::visible_json(given);
};
/// Whether one of them does.
template <class Given>
constexpr bool may_be_shown =
    requires(Given given) { policy::shown(given); } || requires(Given given) { policy::shown(given, 100); } ||
    requires(Given given) { policy::shown_line(given); } ||
    requires(Given given) { policy::shown_lines(given); } ||
    requires(Given given) { policy::visible(given); } ||
    requires(Given given) { policy::visible_line(given); } ||
    requires(Given given) { policy::visible_json(given); } ||
    requires(Given given) { tools::one_line(given); } || requires(Given given) { tools::in_quotes(given); };

struct SealsNothing final : policy::Seals {
    policy::Redacted seal_text(std::string_view) const override;
};

namespace fs = std::filesystem;

using Lines = std::map<std::string, std::set<std::string>>;  // by the file they are in

const std::regex friends(R"(^\s*friend ([^;(]*[;(]))");

/// Of each source below `folders`, what the first group of `wanted` finds in its lines of code.
Lines found_in(std::initializer_list<const char*> folders, const std::regex& wanted) {
    Lines all;
    for (const auto* folder : folders)
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(TFY_SOURCE_DIR) / folder)) {
            const auto kind = entry.path().extension();
            if (kind != ".hpp" && kind != ".cpp") continue;
            std::ifstream in(entry.path());
            for (std::string line; std::getline(in, line);) {
                const auto code = line.substr(0, line.find("//"));
                if (std::smatch found; std::regex_search(code, found, wanted))
                    all[fs::relative(entry.path(), TFY_SOURCE_DIR).generic_string()].insert(found[1]);
            }
        }
    return all;
}

}  // namespace

TEST_CASE("who may make what no one else can: the friends in policy are these") {
    const Lines known = {
        {"policy/approval.hpp",
         {"Result<Approval> approve(", "Result<Approval> deny(", "Result<Approval> narrow(",
          "Result<Approval> withdraw(", "Result<Approval> stop(", "std::optional<Approval> without_person(",
          "Approval lapse(", "Result<Approval> supersede(", "Result<Approval> begin(",
          "Result<Approval> finish(", "Result<Approval> approve_under(", "class Gate;",
          "struct ApprovalForTests;"}},
        {"policy/claim.hpp", {"class storage::Ledger;", "struct ClaimForTests;"}},
        {"policy/dialogue/approval_form.hpp", {"Result<Decide> read_form("}},
        {"policy/gate.hpp", {"class Gate;", "struct PermitForTests;"}},
        {"policy/human.hpp",
         {"class people::ClientForm;", "class people::TerminalChannel;", "class people::PageSessions;",
          "class people::PasskeyDesk;", "struct HumanForTests;"}},
        {"policy/redacted.hpp",
         {"class redaction::Redactor;", "struct redaction::RedactedForTests;", "class sealing::Sealer;"}},
        {"policy/redaction/fingerprint.hpp", {"class storage::StateDir;", "struct FingerprintKeyForTests;"}},
        {"policy/redaction/redactor.hpp", {"class sealing::Sealer;", "struct RedactorForTests;"}},
        {"policy/redaction/reveal.hpp",
         {"class Redactor;", "class reveals::LockedEscrow;", "class cli::SandboxRoutes;",
          "struct RevealForTests;"}},
    };
    CHECK(found_in({"policy"}, friends) == known);
}

TEST_CASE(
    "what lets a person in on the page is made by what checks people, and a session by their sessions") {
    const Lines known = {
        {"server/people/page_sessions.hpp", {"class PageSessions;"}},
        {"server/people/sign_in_proof.hpp",
         {"class SignInCodes;", "class PassphraseDesk;", "class PasskeyDesk;", "class PeopleDesk;",
          "class oidc::SignInDesk;"}},
    };
    CHECK(found_in({"server/people"}, friends) == known);
}

TEST_CASE("what only tests may make is made nowhere else") {
    CHECK(found_in({"protocol", "policy", "tools", "server"}, std::regex(R"((\w+ForTests)( \{|::))")) ==
          Lines{});
}

TEST_CASE("a request is restored from what was stored, and from nothing else") {
    const Lines known = {
        {"policy/approval.hpp", {"restore("}},
        {"policy/approval_json.cpp", {"restore("}},
        {"policy/journal/without_values.cpp", {"restore("}},  // with every value taken out
        {"server/storage/ledger_approvals.cpp", {"restore("}},
    };
    CHECK(found_in({"protocol", "policy", "tools", "server"}, std::regex(R"(\b(restore\())")) == known);
}

TEST_CASE("a caller is made by what knows who asks, and by what asks nothing") {
    const std::regex made(
        R"((\bpolicy::Caller(?: \w+)?\{|\bcaller_with\(|(?:return |caller_?)\{\.principal|caller = \{\.)"
        R"(|[Cc]aller\w*\.principal = |^\s*\{\.principal = ))");
    std::set<std::string> files;
    for (const auto& [file, words] : found_in({"protocol", "policy", "tools", "server"}, made))
        files.insert(file);
    const std::set<std::string> known = {
        "policy/approval_json.cpp",  // of a request that was stored
        "policy/call.cpp",
        "policy/call.hpp",
        "policy/permission_reach.cpp",  // whom a permission is for: nothing runs
        "server/app/app.cpp",           // stdio: the account that began the server
        "server/app/page_reading.cpp",  // who is signed in to the page, which reads for them
        "server/approvals/explanation.cpp",
        "server/approvals/permissions.cpp",  // whom a permission is wished for
        "server/callers/access_tokens.cpp",
        "server/callers/issuer.cpp",
        "server/callers/keys.cpp",
        "server/callers/loopback.cpp",
        "server/callers/truefoundry.cpp",
        "server/cli/policy_explain.cpp",
        "server/doctor/doctor_approvals.cpp",
        "server/rotations/rotation_desk.cpp",  // whose rotation goes on
    };
    CHECK(files == known);
}

TEST_CASE("a redactor is made by the sealer only, and a sealer in a few known places") {
    // A temporary, one with a name, and what make_unique and its like make.
    const auto made = [](const std::string& type) {
        return std::regex("\\b(" + type + R"()(>?[({]| \w+[({;]))");
    };
    for (const auto* line : {"Sealer(key, {})", "Sealer sealer_{key, {}};", "Sealer sealer(key, {});",
                             "Sealer kept;", "make_unique<Sealer>(key, known)"})
        CHECK(std::regex_search(std::string(line), made("Sealer")));
    CHECK_FALSE(std::regex_search(std::string("const Sealer& sealer() const {"), made("Sealer")));
    const Lines redactors = {
        {"policy/redaction/redactor.cpp", {"Redactor"}},
        {"policy/redaction/redactor.hpp", {"Redactor"}},
        {"server/sealing/sealer.cpp", {"Redactor"}},
    };
    CHECK(found_in({"protocol", "policy", "tools", "server"}, made("Redactor")) == redactors);
    const Lines sealers = {
        {"server/app/app.hpp", {"Sealer"}},      // of a server
        {"server/app/archive.cpp", {"Sealer"}},  // of a command that works in the state directory
        {"server/app/console.cpp", {"Sealer"}},  // of what any other command prints
        {"server/cli/redact.cpp", {"Sealer"}},   // without a state directory, of the configured key
        {"server/cli/sandbox.cpp", {"Sealer"}},  // TrueFoundry's stand-in: its tokens are its own
        {"server/sealing/sealer.cpp", {"Sealer"}}, {"server/sealing/sealer.hpp", {"Sealer"}},
    };
    CHECK(found_in({"protocol", "policy", "tools", "server"}, made("Sealer")) == sealers);
    const Lines keys_of_a_process = {
        {"policy/redaction/fingerprint.cpp", {"FingerprintKey::random("}},
        {"server/app/archive.hpp", {"FingerprintKey::random("}},   // without a state directory
        {"server/app/services.hpp", {"FingerprintKey::random("}},  // until it is open
        {"server/cli/redact.cpp", {"FingerprintKey::random("}},
        {"server/cli/sandbox.cpp", {"FingerprintKey::random("}},
    };
    CHECK(found_in({"protocol", "policy", "tools", "server"}, std::regex(R"((FingerprintKey::random\())")) ==
          keys_of_a_process);
}

TEST_CASE("a tool runs with the permit of its kind and with nothing else") {
    static_assert(runs_with<tools::ReadTool, policy::ReadPermit>);
    static_assert(runs_with<tools::ChangeTool, policy::ApprovedPermit>);
    static_assert(!runs_with<tools::ChangeTool, policy::ReadPermit>);
    static_assert(!runs_with<tools::ReadTool, policy::ApprovedPermit>);
    static_assert(!runs_with<tools::ChangeTool, policy::Call>);
    static_assert(!runs_with<tools::ChangeTool, policy::Approval>);
    static_assert(!runs_with<tools::ReadTool, Json>);
    // Which kind a tool is, it says by its base and in no other way.
    static_assert(!std::is_constructible_v<tools::Tool, policy::Effect>);
}

TEST_CASE("what makes text visible, folds it or cuts it takes sealed text and nothing else") {
    static_assert(is_shown<policy::Redacted>);
    static_assert(!may_be_shown<std::string>);
    static_assert(!may_be_shown<std::string_view>);
    static_assert(!may_be_shown<const char*>);
    static_assert(!may_be_shown<policy::Literal>);
    static_assert(!may_be_shown<Json>);
    static_assert(!std::is_constructible_v<policy::Redacted, std::string>);
    static_assert(!std::is_constructible_v<policy::Redacted, policy::Literal>);
}

TEST_CASE("a peer's text is escaped and cut by protocol and, once it is sealed, by the sealer") {
    const Lines known = {{"server/sealing/sealer.cpp", {"protocol::escaped(", "protocol::quoted("}}};
    CHECK(found_in({"policy", "tools", "server"}, std::regex(R"((protocol::(?:escaped|quoted)\())")) ==
          known);
}

TEST_CASE("what seals is the redactor or the sealer: nothing else can be it") {
    static_assert(std::is_base_of_v<policy::Seals, redaction::Redactor>);
    static_assert(std::is_base_of_v<policy::Seals, sealing::Sealer>);
    static_assert(!std::is_default_constructible_v<SealsNothing>);
    static_assert(!std::is_constructible_v<SealsNothing, const SealsNothing&>);
    static_assert(std::is_final_v<redaction::Redactor> && std::is_final_v<sealing::Sealer>);
    static_assert(!std::is_default_constructible_v<redaction::Redactor>);
}

TEST_CASE("a transport sends sealed text and nothing else") {
    static_assert(is_sent<redaction::Redacted>);
    static_assert(!is_sent<std::string>);
    static_assert(!is_sent<std::string_view>);
    static_assert(!is_sent<const char*>);
    static_assert(!is_sent<Json>);
}
