// Files through the search, in order, and what becomes of each stretch: written, or told.
#include "server/cli/redact.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "policy/redaction/streamed_search.hpp"
#include "policy/visible.hpp"
#include "server/app/archive.hpp"
#include "server/app/services.hpp"
#include "server/cli/compressed.hpp"
#include "server/cli/plain_bytes.hpp"
#include "server/cli/redact_known.hpp"
#include "server/sealing/printing.hpp"
#include "server/system/progress.hpp"
#include "server/upstream/api_key.hpp"

namespace tfy::cli {
namespace {

/// Reads a file to its end; `compressed` becomes how it is compressed, if it is. Errc::not_found or
/// Errc::closed if the file is the reason; other errors are those of `search`.
Result<void> feed_file(int file, redaction::StreamedSearch& search, std::string_view& compressed) {
    std::string first;
    std::array<char, 64 * 1024> bytes;  // not initialised: only what was read is looked at
    for (;;) {
        const auto size = read_some(file, bytes);
        if (!size) return size.error();
        if (*size == 0) return {};
        if (first.size() < compression_magic) {
            first.append(bytes.data(), std::min(*size, compression_magic - first.size()));
            compressed = compression_of(first);
        }
        auto fed = search.feed({bytes.data(), *size});
        std::fill_n(bytes.begin(), *size, '\0');
        if (!fed) return fed;
    }
}

class Redact {
public:
    Redact(const redaction::Redactor& redactor, const RedactOptions& options, int out, std::ostream& err)
        : redactor_(redactor), options_(options), out_(out), err_(err) {
        if (files_.empty()) files_.emplace_back("-");
    }

    /// Before a byte is written it is known that each file can be opened. All are one text: two of them may
    /// hold the halves of a token.
    int filter() {
        for (const auto& file : files_)
            if (const auto wrong = why_not(file); !wrong.empty())
                return fail(cannot_read(file, wrong) + " Nothing was written." + what_helps(file, wrong));
        redaction::StreamedSearch search(
            redactor_, [this](const redaction::Stretch& stretch) { return write(stretch); });
        int code = 0;
        for (const auto& file : files_) {
            std::string_view compressed;
            const auto opened = open_for_reading(file);
            auto fed = opened ? feed_file(opened->get(), search, compressed) : Result<void>(opened.error());
            if (!fed) return fail(incomplete(fed.error(), file));
            if (!compressed.empty())
                code = fail(not_searched(file, compressed) + " It was written as it is.");
        }
        const auto done = search.finish();
        return done ? code : fail(incomplete(done.error(), files_.back()));
    }

    /// What can be searched is searched, whatever becomes of the other files.
    int check() {
        int code = 0;
        for (const auto& file : files_) {
            line_ = 1;
            redaction::StreamedSearch search(
                redactor_, [&](const redaction::Stretch& stretch) { return tell(file, stretch); });
            std::string_view compressed;
            const auto opened = open_for_reading(file);
            auto done = opened ? feed_file(opened->get(), search, compressed) : Result<void>(opened.error());
            if (const auto rest = search.finish(); done) done = rest;
            if (out_failed_) return trouble(cannot_write(done.error()) + " Not all findings are listed.");
            if (!done)
                code = trouble(cannot_read(file, done.error().message) + " It was not searched to the end." +
                               what_helps(file));
            else if (!compressed.empty())
                code = trouble(not_searched(file, compressed));
        }
        return code != 0 ? code : found_ ? 1 : 0;
    }

private:
    std::string why_not(const std::string& file) const {
        const auto opened = open_for_reading(file);
        if (!opened) return opened.error().message;
        return is_same_file(opened->get(), out_) ? is_the_output : "";
    }

    Result<void> write(const redaction::Stretch& stretch) {
        const auto mark = stretch.mark();
        return out(stretch.holds == redaction::Stretch::Holds::nothing ? stretch.bytes : mark);
    }

    Result<void> tell(const std::string& file, const redaction::Stretch& stretch) {
        Result<void> told;
        if (stretch.holds != redaction::Stretch::Holds::nothing) {
            found_ = true;
            told = out(options_.json ? as_json(file, stretch) : as_line(file, stretch));
        }
        line_ += static_cast<std::size_t>(std::ranges::count(stretch.bytes, '\n'));
        return told;
    }

    std::string as_line(const std::string& file, const redaction::Stretch& stretch) const {
        auto line = policy::shown(redactor_, file) + ":" + std::to_string(line_) + ": ";
        if (stretch.finding == nullptr)
            line += "could not be searched: too much of it is encoded";
        else
            line += stretch.finding->technique + ": " +
                    (stretch.finding->token.empty() ? "access token" : stretch.finding->token);
        return policy::visible_line(redactor_.seal_text(line)) + "\n";
    }

    std::string as_json(const std::string& file, const redaction::Stretch& stretch) const {
        Json finding = {{"file", file}, {"line", line_}, {"searched", stretch.finding != nullptr}};
        if (stretch.finding != nullptr) {
            finding["technique"] = stretch.finding->technique;
            finding["token"] = stretch.finding->token.empty() ? Json(nullptr) : Json(stretch.finding->token);
        }
        return policy::visible_json(redactor_.seal(finding)) + "\n";
    }

    /// Not where a person types, nor where a program that reads this one's output may write to the terminal.
    /// On it, only findings leave whole lines behind.
    bool shows_progress() const {
        const auto& named = options_.files;
        const bool typed = ::isatty(STDIN_FILENO) == 1 &&
                           (named.empty() || std::ranges::find(named, std::string("-")) != named.end());
        return !typed && (is_regular_file(out_) || (options_.check && writes_to_terminal_));
    }

    Result<void> out(std::string_view bytes) {
        if (writes_to_terminal_) progress_.clear();
        auto written = write_all(out_, bytes);
        out_failed_ = out_failed_ || !written;
        return written;
    }

    std::string cannot_read(const std::string& file, const std::string& why) const {
        return (file == "-" ? "Standard input" : policy::shown(redactor_, file)) + " cannot be read: " + why +
               ".";
    }
    static constexpr auto is_the_output = "it is the output, too";
    static std::string what_helps(std::string_view file, std::string_view why = {}) {
        if (why == is_the_output) return " Write to another file.";
        return file == "-" ? " Give a file instead." : " Check its name and permissions.";
    }
    std::string not_searched(const std::string& file, std::string_view compressed) const {
        return (file == "-" ? "Standard input" : policy::shown(redactor_, file)) +
               ": compressed: not searched (" + std::string(compressed) + "). Decompress it first.";
    }
    std::string cannot_write(const Error& why) const {
        return "The output cannot be written: " + why.message + ".";
    }
    std::string incomplete(const Error& why, const std::string& file) const {
        const auto said = out_failed_ ? cannot_write(why) : cannot_read(file, why.message);
        return said + " What was written so far is incomplete.";
    }

    int fail(const std::string& message) {
        progress_.clear();
        sealing::print_text(err_, redactor_.seal_text("tfy-pat-mcp: " + message + "\n"));
        return 1;
    }
    int trouble(const std::string& message) {
        fail(message);
        return check_trouble;
    }

    const redaction::Redactor& redactor_;
    const RedactOptions& options_;
    std::vector<std::string> files_ = options_.files;
    int out_;
    bool writes_to_terminal_ = ::isatty(out_) == 1;
    std::ostream& err_;
    std::size_t line_ = 1;
    bool found_ = false;
    bool out_failed_ = false;
    system::Progress progress_{"Searching", shows_progress()};
};

int run(Invocation& call, const RedactOptions& redact) {
    if (redact.json && !redact.check && !redact.known)
        return call.fail({Errc::invalid_params,
                          "--json needs --check or --known. Nothing was read. Give one of the two."});
    if (redact.known || !redact.forget.empty())
        return run_known_tokens(call.options, redact, call.out, call.err);
    const auto redactor = known_tokens(call.options);
    if (redactor) return run_redact(**redactor, redact, STDOUT_FILENO, call.err);
    const auto code = call.fail(redactor.error());
    return redact.check ? check_trouble : code;
}

}  // namespace

void add_redact(CommandLine& line) {
    const auto chosen = std::make_shared<RedactOptions>();
    auto& redact =
        line.add({"redact",
                  "Remove known tokens from logs and transcripts; all else stays as it is",
                  {"--state-dir --sandbox --config",
                   {"tfy-pat-mcp redact < session.log > clean.log", "tfy-pat-mcp redact --check *.log"}},
                  [chosen](Invocation& call) { return run(call, *chosen); }});
    redact.add_option("FILE", chosen->files,
                      "Files to read, in order; without any, or with -, standard input");
    auto* check = redact.add_flag(
        "--check", chosen->check,
        "Only list the tokens found, as FILE:LINE: TECHNIQUE: NAME. Exit code 0: none, 1: some, 2: not "
        "everything could be searched");
    redact.add_flag("--json", chosen->json,
                    "With --check: print the findings as JSON lines; with --known: print JSON");
    auto* known = redact.add_flag("--known", chosen->known, "List the names that tokens are known by");
    auto* forget = redact.add_option("--forget", chosen->forget,
                                     "Forget what is known by this name; the journal records it");
    for (auto* each : {known, forget}) each->excludes(check);
    known->excludes(forget);
}

Result<sealing::Sealer::Shared> known_tokens(const config::Options& options) {
    const auto upstream = config::read_upstream();
    if (upstream.key_problem && upstream.key_problem->data.at("cause") != "key_not_set")
        return Error{Errc::refused, upstream.key_problem->message + " Nothing was searched."};
    const auto root = config::state_dir(options.state_dir);
    if (!root) return root.error();
    auto archive = app::Archive::open(*root);
    if (archive) {
        auto& sealer = *archive->sealer;
        if (!upstream.api_key.empty())  // one that is known by its own name keeps it
            sealer.configure(upstream::prints_of(upstream.api_key, sealer.key()));
        return sealer.fresh();
    }
    const bool asked_for = !options.state_dir.empty() || archive.error().code != Errc::not_found;
    if (asked_for) return archive.error();
    if (upstream.api_key.empty())
        return Error{Errc::not_found, archive.error().message +
                                          " Neither TFY_API_KEY nor TFY_API_KEY_FILE is set, so there is "
                                          "no token to look for."};
    const auto key = redaction::FingerprintKey::random();
    auto own = upstream::prints_of(upstream.api_key, key);
    if (own.windows.empty())
        return Error{Errc::not_found,
                     upstream.key_from +
                         " holds fewer than 6 characters, which cannot be told from ordinary "
                         "text, so there is no token to look for."};
    return sealing::Sealer(key, std::vector{std::move(own)}).now();
}

int run_redact(const redaction::Redactor& redactor, const RedactOptions& options, int out,
               std::ostream& err) {
    Redact redact(redactor, options, out, err);
    return options.check ? redact.check() : redact.filter();
}

}  // namespace tfy::cli
