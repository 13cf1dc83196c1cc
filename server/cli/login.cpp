#include "server/cli/login.hpp"

#include <unistd.h>

#include "policy/secret.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/app/services.hpp"
#include "server/config/kept_login.hpp"
#include "server/config/path_text.hpp"
#include "server/config/settings.hpp"
#include "server/doctor/doctor_upstream.hpp"
#include "server/people/ask_secret.hpp"
#include "server/storage/regular_file.hpp"
#include "server/upstream/base_url.hpp"
#include "server/upstream/key_file.hpp"
#include "server/upstream/placeholder.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using doctor::CheckResult;

constexpr auto nothing_kept = " Nothing was kept.";

struct LoginWish {
    std::string base_url = {};
    bool from_truefoundry = false;  // take over what TrueFoundry's own command line keeps
    bool forget = false;
};

/// Prints nothing that holds the key that was entered.
class LoginWindow {
public:
    explicit LoginWindow(Invocation& call) : call_(call) {}

    void say(const std::string& text) const { call_.console.say(call_.out, text); }
    int fail(const Error& error) const { return call_.console.fail(call_.err, error); }
    people::Prompt prompt() const {
        return {call_.in, [this](const std::string& text) { say(text); }, isatty(STDIN_FILENO) == 1};
    }
    void learn(const policy::Secret& key) const { call_.console.learn(key); }
    const policy::Seals& seals() const { return call_.console.seals(); }

private:
    Invocation& call_;
};

/// Of what TrueFoundry's own command line keeps.
Error not_taken_over(const std::string& why) {
    return {Errc::refused, why + nothing_kept + " To enter the address and the key yourself: " +
                               tools::own_program() + " login"};
}

Error not_kept(std::string why) { return {Errc::refused, std::move(why) + nothing_kept}; }

Result<std::string> read_address(const std::string& text) {
    if (const auto placeholder = upstream::read_url_placeholder(text))
        return not_kept("The address " + placeholder->says("address", upstream::Placeholder::Place::file));
    auto url = upstream::read_base_url(text.find("://") == std::string::npos ? "https://" + text : text);
    if (!url)
        return not_kept("The address " + url.error().message +
                        ". Run this again with the address of your control plane, for example "
                        "https://acme.truefoundry.cloud.");
    return url;
}

Result<std::string> ask_address(const LoginWindow& window, const LoginWish& wish) {
    if (!wish.base_url.empty()) return read_address(wish.base_url);
    // A folder's .env brings a key of its own: one that is typed here must not go to its address.
    if (const auto set = config::read_upstream();
        !set.base_url.empty() && set.url_from.ends_with(" in the environment"))
        return set.base_url;
    const auto typed = people::ask_line(
        window.prompt(), "Address of your TrueFoundry, for example https://acme.truefoundry.cloud: ");
    if (!typed)
        return Error{Errc::cancelled,
                     "No address was entered. Nothing was kept. Run this again in a terminal and enter it, "
                     "or give it with --base-url."};
    return read_address(*typed);
}

Result<policy::Secret> ask_key(const LoginWindow& window) {
    auto typed = people::ask_secret(
        window.prompt(),
        "API key (create one in TrueFoundry: Access, Personal Access Tokens; it is not shown here): ");
    if (!typed || typed->empty())
        return Error{
            Errc::cancelled,
            "No key was entered. Nothing was kept. Create one in TrueFoundry, under Access → Personal "
            "Access Tokens, and run this again."};
    std::string text(typed->reveal());
    if (const auto placeholder = upstream::read_placeholder(text)) {
        policy::wipe(text);
        return not_kept("What was entered " + placeholder->says("key", upstream::Placeholder::Place::file));
    }
    auto key = upstream::read_key(std::move(text));
    if (!key) return not_kept("What was entered " + key.error().message);
    return key;
}

Result<config::KeptLogin> ask_login(const LoginWindow& window, const LoginWish& wish) {
    auto address = ask_address(window, wish);
    if (!address) return address.error();
    window.say("Logging in at " + *address + ".\n");
    auto key = ask_key(window);
    if (!key) return key.error();
    return config::KeptLogin{.base_url = std::move(*address), .key = std::move(*key)};
}

/// Of a login by an API key. Of any other one the token ends within hours, and its owner renews it.
Result<config::KeptLogin> login_of_truefoundry() {
    const auto file = config::home_folder() / ".truefoundry" / "credentials.json";
    auto text = storage::read_regular_file(file, std::size_t{64} * 1024);
    if (!text) return not_taken_over(file.string() + " cannot be read: " + text.error().message + ".");
    auto kept = protocol::parse(*text);
    policy::wipe(*text);
    if (!kept || !kept->is_object()) return not_taken_over(file.string() + " is damaged.");
    if (kept->contains("refresh_token") && !kept->at("refresh_token").is_null())
        return not_kept(
            "TrueFoundry's command line is logged in by a browser: its token ends within hours. Create an "
            "API "
            "key, and run " +
            tools::own_program() + " login.");
    auto url = read_address(protocol::text_in(*kept, "host"));
    if (!url) return url.error();
    auto key = upstream::read_key(protocol::text_in(*kept, "access_token"));
    for (auto& [name, value] : kept->items())
        if (value.is_string()) policy::wipe(value.get_ref<std::string&>());
    if (!key || key->empty()) return not_taken_over(file.string() + " holds no key.");
    return config::KeptLogin{.base_url = std::move(*url), .key = std::move(*key)};
}

/// Of the doctor's words those about a key that says something about itself.
std::string told_of_key(const CheckResult& found) {
    const auto from = found.why.find("; ");
    const auto facts = from == std::string::npos ? found.why : found.why.substr(from + 2);
    if (facts.find("not a JWT") != std::string::npos && found.level == CheckResult::Level::ok) return {};
    return "The key: " + facts + (facts.ends_with('.') ? "\n" : ".\n");
}

/// The address was typed, or given in an option: nothing is to be changed in the environment.
std::string without_variable(std::string why) {
    constexpr std::string_view variable = "TFY_BASE_URL";
    for (auto at = why.find(variable); at != std::string::npos; at = why.find(variable))
        why.replace(at, variable.size(), "the address");
    return why;
}

/// What the person does next, unless they did.
std::string next_steps() {
    std::string text = "Next, name who approves: " + tools::own_command("people first") +
                       "\nThen set up your client: " + tools::own_program() + " setup\n";
    const auto set = config::read_upstream();
    if (set.key_from.ends_with(" in the environment") || set.key_from.ends_with(" in .env"))
        text = "What is started from here uses " + set.key_from +
               ", not this login: unset it, or keep it and run " + tools::own_program() +
               " login --forget.\n" + text;
    return text;
}

/// Whether TrueFoundry takes it. What the doctor would say of it.
Result<std::string> check(const config::KeptLogin& login, const config::Settings& settings,
                          const LoginWindow& window) {
    config::Upstream upstream{.base_url = login.base_url,
                              .api_key = policy::Secret(std::string(login.key.reveal())),
                              .url_from = config::from_login,
                              .key_from = config::from_login};
    auto key = std::make_shared<upstream::OwnKey>();
    app::fill(*key, upstream);
    const auto exchange = app::exchange_to(login.base_url, settings.ca_file, settings.limits, key);
    std::optional<policy::Time> date;
    const auto findings = doctor::look_at_upstream(upstream, *key, exchange.get(), app::SystemClock().now(),
                                                   date, window.seals(), settings.limits);
    std::string words;
    for (const auto& found : findings) {
        if (found.cause == "key_refused")
            return not_kept(
                "TrueFoundry refused this key. Create one there, under Access → Personal Access "
                "Tokens, and run this again.");
        if (found.level == CheckResult::Level::broken) return not_kept(without_variable(found.why));
        if (found.what == "key" || found.level == CheckResult::Level::warning) words += told_of_key(found);
    }
    return words;
}

int log_in(Invocation& call, const LoginWish& wish) {
    const LoginWindow window(call);
    const auto read = config::read_settings(call.options);
    if (!read.wrong.empty()) return window.fail(read.wrong.front().error);
    auto login = wish.from_truefoundry ? login_of_truefoundry() : ask_login(window, wish);
    if (!login) return window.fail(login.error());
    window.learn(login->key);
    const auto found = check(*login, read.settings, window);
    if (!found) return window.fail(found.error());
    const auto file = config::kept_login_file();
    if (auto kept = config::keep_login(file, *login); !kept) return window.fail(kept.error());
    window.say(
        "TrueFoundry accepts the key.\n" + *found + "Kept in " + file.string() +
        ", which only your account can read.\nA running server takes the key within seconds if it uses a "
        "login at "
        "this address, or started without a key; start any other one again, with a new session of its "
        "client. A key in the environment or in .env comes first. Programs of your account can read that "
        "file: to remove it, run " +
        tools::own_program() + " login --forget.\n" + next_steps());
    return 0;
}

int log_out(Invocation& call) {
    const LoginWindow window(call);
    const auto gone = config::forget_login(config::kept_login_file());
    if (!gone) return window.fail(gone.error());
    window.say(*gone ? "The login is no longer kept. A running server keeps its key until it is stopped. The "
                       "key itself still works: end it in TrueFoundry if it is not used elsewhere.\n"
                     : "No login was kept.\n");
    return 0;
}

}  // namespace

void add_login(CommandLine& line) {
    auto wish = std::make_shared<LoginWish>();
    auto& login =
        line.add({"login",
                  "Enter TrueFoundry's address and an API key, have them checked, and keep them for "
                  "this account's servers",
                  {"--ca-file --config", {"tfy-pat-mcp login", "tfy-pat-mcp login --forget"}},
                  [wish](Invocation& call) { return wish->forget ? log_out(call) : log_in(call, *wish); }});
    spelled(login.add_option("--base-url", wish->base_url,
                             "The address; without it, TFY_BASE_URL is used, or you are asked"),
            "URL");
    login.add_flag("--from-truefoundry", wish->from_truefoundry,
                   "Take the address and the API key that TrueFoundry's own command line keeps");
    login.add_flag("--forget", wish->forget, "Forget what is kept")
        ->excludes("--base-url")
        ->excludes("--from-truefoundry");
}

}  // namespace tfy::cli
