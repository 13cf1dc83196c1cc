#include "tests/server/transcript.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "server/app.hpp"
#include "server/loop.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/pipe_transport.hpp"

namespace tfy::test {
namespace {

namespace asio = boost::asio;
using server::App;

class NoPage final : public server::ApprovalPage {
public:
    Async<std::string> address(std::string approval_id, bool) override {
        co_return "http://127.0.0.1:8780/approvals/" + approval_id;
    }
};

/// Answers in the order of the script, and only what the script says.
class Upstream final : public truefoundry::Exchange {
public:
    struct Line {
        std::string request;
        int status;
        std::string body;
    };
    void add(Line line) { lines_.push_back(std::move(line)); }
    bool finished() const { return next_ == lines_.size(); }

    Async<Result<truefoundry::HttpResponse>> send(truefoundry::HttpRequest request) override {
        const auto asked =
            request.method + " " + request.target + (request.body.empty() ? "" : " " + request.body);
        if (next_ == lines_.size() || lines_[next_].request != asked)
            throw std::runtime_error("not in the script: " + asked);
        const auto& line = lines_[next_++];
        co_return truefoundry::HttpResponse{.status = line.status,
                                            .content_type = "application/json",
                                            .request_id = "req-1",
                                            .body = line.body};
    }

private:
    std::vector<Line> lines_;
    std::size_t next_ = 0;
};

/// Gives random parts a number and takes it back again.
class Names {
public:
    std::string number(std::string text) {
        for (const auto& [prefix, pattern] : kinds()) {
            std::string out;
            std::smatch match;
            while (std::regex_search(text, match, pattern)) {
                const auto before = match.prefix().str();
                out += before + (before.ends_with("base64,") ? match.str() : numbered(prefix, match.str()));
                text = match.suffix().str();
            }
            text = out + text;
        }
        return text;
    }
    std::string restore(std::string text) const {
        for (const auto& [name, real] : reals_)
            for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + real.size()))
                text.replace(at, name.size(), real);
        return text;
    }

private:
    static const std::vector<std::pair<std::string, std::regex>>& kinds() {
        static const std::vector<std::pair<std::string, std::regex>> all = {
            {"apr_", std::regex("apr_[a-z2-7]{26}")},
            {"rev_", std::regex("rev_[a-z2-7]{26}")},
            {"sha256:", std::regex("sha256:[0-9a-f]{64}")},
            {"short", std::regex("[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}")},
            {"tfy-ask", std::regex("tfy-[a-z2-7]{26}")},
            {"state", std::regex("[A-Za-z0-9_-]{200,}")},
        };
        return all;
    }
    std::string numbered(const std::string& prefix, const std::string& real) {
        for (const auto& [name, known] : reals_)
            if (known == real) return name;
        reals_.emplace_back(prefix + "#" + std::to_string(++counts_[prefix]), real);
        return reals_.back().first;
    }
    std::map<std::string, std::size_t> counts_;
    std::vector<std::pair<std::string, std::string>> reals_;
};

class Player {
public:
    explicit Player(const std::string& script) : pipe_(loop_) {
        server::Parts parts;
        parts.ledger = server::Ledger::open(":memory:").value();
        parts.rules = server::load_rules("").value();
        parts.hold = policy::Duration{0};
        parts.log_level = server::Log::Level::off;
        parts.base_url = "https://acme.truefoundry.cloud";
        parts.key_set = true;
        auto upstream = std::make_unique<Upstream>();
        upstream_ = upstream.get();
        parts.exchange = std::move(upstream);
        read_upstream(script);
        app_ = std::make_unique<App>(loop_, std::move(parts), clock_, page_, policy::Assurance::client);
        asio::co_spawn(loop_, app_->serve_stream(pipe_), asio::detached);
    }
    ~Player() {
        app_->close();
        loop_.abandon();
    }

    std::string play(const std::string& script) {
        std::istringstream lines(script);
        std::string out;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("< ")) continue;  // what is expected; what came is written in its place
            out += line + "\n";
            if (line.starts_with("> ")) pipe_.push(names_.restore(line.substr(2)));
            if (line.starts_with("@ ")) stage(line.substr(2));
            out += answers(line.starts_with("> ") && expects_answer(line));
        }
        if (!upstream_->finished()) out += "@ not everything upstream was asked for\n";
        return out;
    }

private:
    void read_upstream(const std::string& script) {
        static const std::regex form("@ upstream (.+) -> ([0-9]+) (.*)");
        std::istringstream lines(script);
        std::smatch match;
        for (std::string line; std::getline(lines, line);)
            if (std::regex_match(line, match, form))
                upstream_->add({match[1], std::stoi(match[2]), match[3]});
    }

    void stage(const std::string& direction) {
        static const std::regex decide(
            "(approve|deny) (apr_#[0-9]+) by (\\S+) (client|terminal|signed_in) ?(.*)");
        std::smatch match;
        if (direction.starts_with("now ")) clock_.set(policy::read_time(direction.substr(4)).value());
        if (std::regex_match(direction, match, decide)) {
            const auto person =
                policy::HumanForTests::make(match[3], policy::read_assurance(match[4].str()).value());
            const auto id = names_.restore(match[2]);
            run(match[1] == "approve" ? approve(*app_, id, person, match[5])
                                      : deny(*app_, id, person, match[5].str().substr(8)));
        }
    }

    static Async<void> approve(App& app, std::string id, policy::Human person, std::string destination) {
        const auto approval = co_await app.approvals().find(id);
        policy::Choice choice{.typed_name = approval.value().facts.subject,
                              .digest = approval.value().digest};
        choice.destination = policy::read_destination(destination);
        (co_await app.approvals().approve(id, person, choice)).value();
    }
    static Async<void> deny(App& app, std::string id, policy::Human person, std::string reason) {
        (co_await app.approvals().deny(id, person, reason)).value();
    }

    void run(Async<void> work) {
        bool done = false;
        asio::co_spawn(loop_, std::move(work), [&done](const std::exception_ptr& failure) {
            if (failure) std::rethrow_exception(failure);
            done = true;
        });
        run_until([&done] { return done; });
    }

    template <class Condition>
    void run_until(Condition condition) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!condition()) {
            if (std::chrono::steady_clock::now() > limit)
                throw std::runtime_error("the server did not answer");
            loop_.restart();
            loop_.run_one_for(std::chrono::milliseconds{100});
        }
    }

    static bool expects_answer(const std::string& line) {
        return line.find("\"id\"") != std::string::npos || line.find("\"method\"") == std::string::npos;
    }

    std::string answers(bool expected) {
        if (expected) run_until([this] { return pipe_.sent().size() > seen_; });
        std::string out;
        for (; seen_ < pipe_.sent().size(); ++seen_) out += "< " + names_.number(pipe_.sent()[seen_]) + "\n";
        return out;
    }

    server::Loop loop_;
    fakes::ManualClock clock_;
    NoPage page_;
    Upstream* upstream_ = nullptr;
    fakes::PipeTransport pipe_;
    std::unique_ptr<App> app_;
    Names names_;
    std::size_t seen_ = 0;
};

}  // namespace

std::string play(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    Player player(text.str());
    try {
        return player.play(text.str());
    } catch (const std::exception& failure) {
        return std::string("@ ended by: ") + failure.what() + "\n";
    }
}

}  // namespace tfy::test
