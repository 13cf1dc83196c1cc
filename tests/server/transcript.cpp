#include "tests/server/transcript.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "server/app/app.hpp"
#include "server/loop/loop.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/pipe_transport.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::test {
namespace {

namespace asio = boost::asio;
using app::App;

class NoPage final : public approvals::ApprovalPage {
public:
    Async<std::string> address(std::string approval_id, bool) override {
        co_return home() + "/" + approval_id;
    }
    std::string home() const override { return "http://127.0.0.1:8780/approvals"; }
};

/// What upstream is asked and answers, in order; it outlives the server's restarts.
struct Script {
    struct Line {
        std::string request;
        int status;
        std::string body;
    };
    bool finished() const { return next == lines.size(); }
    std::vector<Line> lines = {};
    std::size_t next = 0;
};

/// Answers in the order of the script, and only what the script says.
class Upstream final : public truefoundry::Exchange {
public:
    explicit Upstream(Script& script) : script_(script) {}

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        const auto asked =
            request.method + " " + request.target + (request.body.empty() ? "" : " " + request.body);
        if (script_.finished() || script_.lines[script_.next].request != asked)
            throw std::runtime_error("not in the script: " + asked);
        const auto& line = script_.lines[script_.next++];
        co_return truefoundry::ApiResponse{.status = line.status,
                                           .content_type = "application/json",
                                           .request_id = "req-1",
                                           .body = line.body};
    }

private:
    Script& script_;
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
            {"rot_", std::regex("rot_[a-z2-7]{26}")},
            {"sha256:", std::regex("sha256:[0-9a-f]{64}")},
            {"short", std::regex("[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}")},
            {"tfy-ask", std::regex("tfy-[a-z2-7]{26}")},
            {"key", std::regex("approval-[a-z2-7]{16}-[0-9]+")},
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

/// One process, from its start until it is killed.
class Life {
public:
    Life(const std::filesystem::path& state, const std::string& user, const std::string& instance,
         Script& script, const Clock& clock)
        : pipe(loop) {
        app::Services parts;
        parts.instance = instance;
        parts.fingerprint_key = redaction::FingerprintKeyForTests::make();  // of one state directory
        parts.ledger = storage::Ledger::open(state / "ledger.db").value();
        if (!parts.ledger->anyone_enrolled().value())
            fakes::enrol(*parts.ledger, {"grace@example.com"}, clock.now());
        parts.user = user;
        parts.rules = config::load_rules("").value();
        parts.hold = policy::Duration{0};
        parts.log_level = observability::Log::Level::off;
        parts.base_url = "https://acme.truefoundry.cloud";
        parts.own_key->replace(policy::Secret(std::string("tfy-key-of-this-test")));
        parts.exchange = std::make_unique<Upstream>(script);
        app = std::make_unique<App>(loop, std::move(parts), clock, page_, policy::Assurance::client);
        asio::co_spawn(loop, app->serve_stream(pipe), asio::detached);
    }
    ~Life() {
        app->close();
        loop.abandon();
    }
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;

    loop::Loop loop;
    fakes::PipeTransport pipe;
    std::unique_ptr<App> app;

private:
    NoPage page_;
};

class Player {
public:
    explicit Player(const std::string& script) {
        read_upstream(script);
        start("user");
    }

    std::string play(const std::string& script) {
        std::istringstream lines(script);
        std::string out;
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("< ")) continue;  // what is expected; what came is written in its place
            out += line + "\n";
            if (line.starts_with("> ")) life_->pipe.push(names_.restore(line.substr(2)));
            if (line.starts_with("@ told ")) {
                out += told(line.substr(7));
                continue;
            }
            if (line.starts_with("@ ")) stage(line.substr(2));
            out += answers(line == "@ an answer comes" || (line.starts_with("> ") && expects_answer(line)));
        }
        if (!upstream_.finished()) out += "@ not everything upstream was asked for\n";
        return out;
    }

private:
    void read_upstream(const std::string& script) {
        static const std::regex form("@ upstream (.+) -> ([0-9]+) (.*)");
        std::istringstream lines(script);
        std::smatch match;
        for (std::string line; std::getline(lines, line);)
            if (std::regex_match(line, match, form))
                upstream_.lines.push_back({match[1], std::stoi(match[2]), match[3]});
    }

    void start(const std::string& user) {
        life_.reset();  // as by kill -9: no one is told
        const auto instance = "life_" + std::to_string(++lives_);
        life_ = std::make_unique<Life>(state_.path(), user, instance, upstream_, clock_);
        seen_ = 0;
    }

    void stage(const std::string& direction) {
        static const std::regex decide(
            "(approve|deny) (apr_#[0-9]+) by (\\S+) (client|terminal|signed_in) ?(.*)");
        std::smatch match;
        if (direction.starts_with("now ")) clock_.set(policy::read_time(direction.substr(4)).value());
        if (direction.starts_with("restart as ")) start(direction.substr(11));
        if (direction == "the rotation desk looks") run(life_->app->rotations().look());
        if (direction == "idle") run(life_->app->idle(std::chrono::seconds{20}));
        if (std::regex_match(direction, match, decide)) {
            const auto person =
                policy::HumanForTests::make(match[3], policy::read_assurance(match[4].str()).value());
            const auto id = names_.restore(match[2]);
            run(match[1] == "approve" ? approve(*life_->app, id, person, match[5])
                                      : deny(*life_->app, id, person, match[5].str().substr(8)));
        }
    }

    static Async<void> approve(App& app, std::string id, policy::Human person, std::string destination) {
        const auto approval = co_await app.approvals().find(id);
        policy::DecisionInput choice{.typed_name = approval.value().facts.subject,
                                     .digest = approval.value().digest()};
        choice.destination = policy::read_destination(destination);
        (co_await app.approvals().approve(id, person, choice)).value();
    }
    static Async<void> deny(App& app, std::string id, policy::Human person, std::string reason) {
        (co_await app.approvals().deny(id, person, reason)).value();
    }

    void run(Async<void> work) {
        bool done = false;
        asio::co_spawn(life_->loop, std::move(work), [&done](const std::exception_ptr& failure) {
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
            life_->loop.restart();
            life_->loop.run_one_for(std::chrono::milliseconds{100});
        }
    }

    static bool expects_answer(const std::string& line) {
        if (line.find("\"subscriptions/listen\"") != std::string::npos) return false;  // never answered
        return line.find("\"id\"") != std::string::npos || line.find("\"method\"") == std::string::npos;
    }

    /// Tidings of changes come when they come: they stand where the script asks for them.
    static bool is_tidings(const std::string& message) {
        for (const auto* method :
             {"\"notifications/resources/", "\"notifications/tasks", "\"notifications/subscriptions/"})
            if (message.find(method) != std::string::npos) return true;
        return false;
    }
    static bool is_notification(const std::string& message) {
        const auto parsed = Json::parse(message);
        return parsed.is_object() && parsed.contains("method") && !parsed.contains("id");
    }

    std::vector<std::string> take() {
        std::vector<std::string> news;
        const auto& sent = life_->pipe.sent();
        for (; seen_ < sent.size(); ++seen_)
            (is_tidings(sent[seen_]) ? tidings_ : news).push_back(sent[seen_]);
        return news;
    }

    std::string answers(bool expected) {
        auto news = take();
        const auto answered = [&] {
            for (auto& each : take()) news.push_back(std::move(each));
            return std::ranges::any_of(news, [](const auto& each) { return !is_notification(each); });
        };
        if (expected) run_until(answered);
        std::string out;
        for (const auto& each : news) out += "< " + names_.number(each) + "\n";
        return out;
    }

    /// METHOD, or METHOD with TEXT: the first such message; others that came before it are passed over.
    std::string told(const std::string& wanted) {
        const auto with = wanted.find(" with ");
        const auto method = "\"" + wanted.substr(0, with) + "\"";
        const auto text = with == std::string::npos ? std::string{} : names_.restore(wanted.substr(with + 6));
        std::string found;
        std::string out;
        run_until([&] {
            for (const auto& each : take()) out += "< " + names_.number(each) + "\n";
            const auto first = std::ranges::find_if(tidings_, [&](const auto& each) {
                return each.find(method) != std::string::npos && each.find(text) != std::string::npos;
            });
            if (first == tidings_.end()) return false;
            found = *first;
            tidings_.erase(tidings_.begin(), first + 1);
            return true;
        });
        return out + "< " + names_.number(found) + "\n";
    }

    fakes::ManualClock clock_;
    fakes::TempFolder state_;
    Script upstream_;
    std::unique_ptr<Life> life_;
    int lives_ = 0;
    Names names_;
    std::vector<std::string> tidings_;
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
