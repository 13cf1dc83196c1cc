#include "server/cli/setup.hpp"

#include <boost/asio/ip/address.hpp>
#include <cstdlib>

#include "policy/near_miss.hpp"
#include "server/config/kept_login.hpp"
#include "server/config/path_text.hpp"
#include "server/config/serving.hpp"
#include "server/config/settings.hpp"
#include "server/sealing/printing.hpp"
#include "server/setup/install_link.hpp"
#include "server/setup/setup.hpp"
#include "server/system/processes.hpp"
#include "server/transport/client_address.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

struct SetupChoice {
    std::string host = {};
    bool remove = false, dry_run = false, serve = false, link = false, json = false;
};

/// Where a key is put if none is named.
std::string usual_key_file() { return (config::home_folder() / ".config/tfy-pat-mcp/key").string(); }

Result<std::string> program() {
    auto self = system::own_program().string();
    if (!self.empty()) return self;
    return Error{Errc::refused,
                 "The system does not say which file this program is. Nothing was written. On Linux, mount "
                 "/proc and try again."};
}

/// The login that is kept is for this address: the program finds both by itself.
bool has_login(const std::string& base_url) {
    const auto kept = config::read_kept_login(config::kept_login_file());
    return kept && *kept && (*kept)->base_url == base_url;
}

std::string how_to_keep_key(const setup::SetupPlan& plan) {
    const auto& own = tools::own_program();
    std::string given;
    for (const auto& each : plan.connection.arguments)
        if (each != "stdio") given += " " + tools::quoted_for_a_shell(each);
    return "The key is not stored in the host's settings, and there is no key file yet. Either log in and "
           "set the host up again:\n  " +
           own + " login\n  " + own + " setup " + plan.host + " --remove\n  " + own + " setup " + plan.host +
           given +
           "\nOr put the key into that file: run this, paste the key, press Enter and Ctrl-D:\n"
           "  (umask 077; mkdir -p ~/.config/tfy-pat-mcp; cat > ~/.config/tfy-pat-mcp/key)";
}

/// The address and the key's file; never the key.
Result<void> name_upstream(setup::SetupPlan& plan) {
    const auto upstream = config::read_upstream();
    if (!upstream.url_problem.empty())
        return Error{Errc::invalid_params, upstream.url_problem + " Nothing was written."};
    if (upstream.base_url.empty())
        return Error{
            Errc::invalid_params,
            "Which TrueFoundry? Nothing was written. Log in first: " + tools::own_program() +
                " login. Or set TFY_BASE_URL to its address, for example "
                "https://your-org.truefoundry.cloud, or try the server with test tokens: --sandbox."};
    if (upstream.key_from == config::from_login) {
        if (!upstream.key_problem) return {};  // the program finds both by itself
        // A login is no file of a key. Once it is put right, it counts for this address.
        plan.connection.environment.emplace_back("TFY_BASE_URL", upstream.base_url);
        plan.notes.push_back(upstream.key_problem->message);
        return {};
    }
    const bool named = !upstream.key_file.empty();
    const auto file = named ? upstream.key_file : usual_key_file();
    std::error_code ignored;
    const bool is_there = named || std::filesystem::exists(file, ignored);
    if (!is_there && has_login(upstream.base_url)) return {};
    plan.connection.environment = {{"TFY_BASE_URL", upstream.base_url}, {"TFY_API_KEY_FILE", file}};
    if (named && upstream.key_problem)
        plan.notes.push_back("The key's file: " + upstream.key_problem->message);
    if (named && !upstream.key_warning.empty()) plan.notes.push_back(upstream.key_warning);
    if (!is_there) plan.notes.push_back(how_to_keep_key(plan));
    return {};
}

Result<void> name_fewer_tools(const config::Options& options, setup::HostConnection& connection) {
    if (options.read_only) connection.arguments.emplace_back("--read-only");
    std::string names;
    for (const auto& name : options.tools) names += (names.empty() ? "" : ",") + name;
    if (!names.empty()) connection.arguments.insert(connection.arguments.end(), {"--tools", names});
    for (const auto& wrong : config::read_settings(options).wrong)
        if (wrong.name == "--tools") return wrong.error;
    return {};
}

/// What else was given: by a flag, a variable or a file. Hosts start the program elsewhere, so files are
/// named whole.
Result<void> name_settings(const config::Options& options, setup::HostConnection& connection) {
    const config::Options usual;
    const auto carry = [&connection](const char* name, const std::string& value,
                                     const std::string& as_usual) {
        if (value != as_usual) connection.arguments.insert(connection.arguments.end(), {name, value});
    };
    for (const auto& [name, given] :
         {std::pair{"--policy", &options.policy}, {"--ca-file", &options.ca_file}}) {
        auto path = config::expand_path(*given, name);
        if (!path) return path.error();
        carry(name, path->empty() ? *path : std::filesystem::absolute(*path).string(), {});
    }
    carry("--hold", options.hold, usual.hold);
    carry("--log-level", options.log_level, usual.log_level);
    if (!options.open_browser) carry("--open-browser", "false", {});
    return {};
}

Result<void> name_process(const config::Options& options, setup::SetupPlan& plan) {
    auto own = program();
    if (!own) return own.error();
    plan.connection.program = std::move(*own);
    plan.connection.arguments = {"stdio"};
    if (options.sandbox) plan.connection.arguments.emplace_back("--sandbox");
    if (!options.state_dir.empty()) {
        const auto folder = config::state_dir(options.state_dir);
        if (!folder) return folder.error();
        plan.connection.arguments.insert(plan.connection.arguments.end(), {"--state-dir", folder->string()});
    }
    if (auto fewer = name_fewer_tools(options, plan.connection); !fewer) return fewer;
    if (auto named = name_settings(options, plan.connection); !named) return named;
    return options.sandbox ? Result<void>{} : name_upstream(plan);
}

/// What a command that is printed needs to find the same state.
std::string in_sandbox(const config::Options& options) {
    return options.sandbox && options.state_dir.empty() ? " --sandbox" : "";
}

/// How the server knows this host, and what the person does for it.
Result<void> name_caller(const config::Options& options, const config::CallersBy& by,
                         setup::SetupPlan& plan) {
    const std::string host(setup::find_host(plan.host)->name);
    if (by.oauth || by.issuer) {
        plan.notes.push_back(host + " sends no key: it opens a page in your browser, where you " +
                             (by.oauth ? "sign in as for approvals and allow it."
                                       : "sign in at " + options.issuer + " and allow it."));
        return {};
    }
    plan.connection.shows_key = by.keys;
    if (!by.keys) return {};
    plan.notes.push_back(
        "The key is not in the file. Make one: " +
        tools::own_command("keys create --for PERSON --label " + plan.host + in_sandbox(options)) + "\n" +
        (plan.host == "vscode"
             ? "VS Code asks for it when it starts the server, and keeps it as a secret."
             : host + " finds it in its own environment: set " + std::string(setup::key_variable) +
                   " to the key where " + host + " is started."));
    return {};
}

std::string own_origin(const config::Settings& settings) {
    const auto& at = settings.listen;
    const auto host = at.host.find(':') == std::string::npos ? at.host : "[" + at.host + "]";
    return (settings.tls.given() ? "https://" : "http://") + host + ":" + std::to_string(at.port);
}

/// By OAuth serve needs one, and clients compare it: on this machine it is what people call it.
Result<std::string> public_url_for(const config::Settings& settings) {
    if (!settings.public_url.empty() || !settings.callers.oauth) return settings.public_url;
    if (!transport::is_loopback_address(settings.listen.host))
        if (const auto may = config::may_serve(settings); !may)
            return Error{Errc::invalid_params, may.error().message + " Nothing was written."};
    auto named = settings;
    if (named.listen.host == "127.0.0.1") named.listen.host = "localhost";
    return own_origin(named);
}

Error not_written(const Error& why) {
    constexpr std::string_view started = "Nothing was started.";
    auto text = why.message;
    if (const auto at = text.find(started); at != std::string::npos) text.replace(at, started.size(), "");
    while (text.ends_with(' ')) text.pop_back();
    return {Errc::invalid_params, text + " Nothing was written."};
}

/// Whether serve would start with these, and clients reach it at the address that is written down.
Result<void> could_serve(config::Settings settings, const std::string& public_url) {
    if (settings.callers.truefoundry && !settings.callers.keys && !settings.callers.oauth &&
        !settings.callers.issuer)
        return Error{
            Errc::invalid_params,
            "With --callers truefoundry serve accepts callers only through TrueFoundry's gateway and "
            "refuses a host that connects directly. Nothing was written. Give the host the gateway's "
            "address of this server (docs/gateway.md), or add keys or oauth to --callers."};
    boost::system::error_code ignored;
    if (public_url.empty() && boost::asio::ip::make_address(settings.listen.host, ignored).is_unspecified())
        return Error{Errc::invalid_params,
                     "--listen " + settings.listen.host +
                         " means all addresses of this machine, and a host needs one. Nothing was "
                         "written. Give the one that clients use with --public-url."};
    settings.public_url = public_url;
    if (const auto may = config::may_serve(settings); !may) return not_written(may.error());
    return {};
}

Result<void> name_address(const config::Options& options, setup::SetupPlan& plan) {
    const auto read = config::read_settings(options);
    for (const auto& wrong : read.wrong)
        if (wrong.name == "--listen" || wrong.name == "--public-url" || wrong.name == "--callers")
            return Error{wrong.error.code, wrong.error.message + " Nothing was written."};
    const auto& settings = read.settings;
    auto public_url = public_url_for(settings);
    if (!public_url) return public_url.error();
    if (auto could = could_serve(settings, *public_url); !could) return could;
    plan.connection.url = (public_url->empty() ? own_origin(settings) : *public_url) + "/mcp";
    if (settings.listen.port == 0 && settings.public_url.empty())
        return Error{
            Errc::invalid_params,
            "--listen has to name the port that serve listens at. Nothing was written. Give it, for example "
            "--listen 127.0.0.1:8780."};
    std::string given;
    if (settings.callers.credentials())
        for (const auto& word : options.callers) given += (given.empty() ? " --callers " : ",") + word;
    if (options.listen != config::Options{}.listen)
        given += " --listen " + tools::quoted_for_a_shell(options.listen);
    for (const auto& [name, value] : {std::pair{"--tls-cert", options.tls_cert},
                                      {"--tls-key", options.tls_key},
                                      {"--issuer", options.issuer}})
        if (!value.empty()) given += " " + std::string(name) + " " + tools::quoted_for_a_shell(value);
    if (!public_url->empty()) given += " --public-url " + tools::quoted_for_a_shell(*public_url);
    const auto oauth = setup::find_host(plan.host)->oauth_options;
    if (settings.callers.oauth && !oauth.empty()) given += " " + std::string(oauth);
    plan.notes.push_back("The server has to run: " +
                         tools::own_command("serve" + given + in_sandbox(options)));
    return name_caller(options, settings.callers, plan);
}

/// For everyone who clicks: without paths of this machine, and without a key's file, so that their login
/// counts.
Result<void> name_for_link(const config::Options& options, setup::SetupPlan& plan) {
    plan.connection.arguments = {"stdio"};
    if (options.sandbox) plan.connection.arguments.emplace_back("--sandbox");
    if (auto fewer = name_fewer_tools(options, plan.connection); !fewer) return fewer;
    if (options.sandbox) return {};
    const auto upstream = config::read_upstream();
    if (!upstream.url_problem.empty())
        return Error{Errc::invalid_params, upstream.url_problem + " No link was made."};
    if (!upstream.base_url.empty() && upstream.url_from != config::from_login)
        plan.connection.environment = {{"TFY_BASE_URL", upstream.base_url}};
    return {};
}

int print_links(const Invocation& call, const setup::SetupPlan& plan) {
    const auto link = setup::install_link_of(*setup::find_host(plan.host), plan.connection);
    if (!link) return call.fail(link.error());
    call.console.say(call.out, "For a web page:\n" + link->web + "\n\nFor this machine:\n" + link->app +
                                   "\n\nFor a README:\n" + link->badge + "\n");
    return 0;
}

std::string hosts_in_words() {
    std::string text;
    for (const auto& host : setup::all_hosts()) text += (text.empty() ? "" : ", ") + std::string(host.id);
    return text;
}

/// "Claude Code" and "claude-code" are "claudecode".
std::string letters_of(std::string_view text) {
    std::string letters;
    for (const char each : text) {
        const auto small = static_cast<char>(each | ' ');
        if (small >= 'a' && small <= 'z') letters += small;
    }
    return letters;
}

/// Those that have `typed` in their id or the other way round, else the one that is a slip away.
std::string near_host(std::string_view typed) {
    constexpr std::size_t least_letters = 4;
    const auto letters = letters_of(typed);
    std::vector<std::string_view> known;
    std::string near;
    for (const auto& host : setup::all_hosts()) {
        known.push_back(host.id);
        const auto own = letters_of(host.id);
        const bool has_it = letters.find(own) != std::string::npos ||
                            (letters.size() >= least_letters && own.find(letters) != std::string::npos);
        if (has_it) near += (near.empty() ? "" : " or ") + std::string(host.id);
    }
    if (near.empty()) near = policy::near_miss(typed, known).value_or("");
    return near.empty() ? "" : " Did you mean " + near + "?";
}

setup::Surroundings surroundings() {
    return {.system = setup::this_system(), .home = config::home_folder(), .variable = [](const char* name) {
                const auto* value = std::getenv(name);
                return std::string(value == nullptr ? "" : value);
            }};
}

int print_hosts(const Invocation& call) {
    const auto states = setup::host_states(surroundings());
    if (!states) return call.fail(states.error());
    auto hosts = Json::array();
    for (const auto& state : *states) {
        Json one = {{"host", std::string(state.host->id)},
                    {"name", std::string(state.host->name)},
                    {"file", state.file.string()},
                    {"state", std::string(state.is)}};
        if (state.is == "unreadable") one["why"] = state.said;
        hosts.push_back(std::move(one));
    }
    call.console.print(call.out, {{"hosts", std::move(hosts)}});
    return 0;
}

int run(Invocation& call, const SetupChoice& choice) {
    setup::SetupPlan plan{.host = choice.host, .remove = choice.remove, .dry_run = choice.dry_run};
    if (!plan.host.empty() && setup::find_host(plan.host) == nullptr)
        return call.fail({Errc::invalid_params, "Unknown host (not shown: it may be a secret)." +
                                                    near_host(plan.host) + " Hosts: " + hosts_in_words() +
                                                    "."});
    if (plan.host.empty() && (plan.remove || plan.dry_run || choice.serve || choice.link))
        return call.fail({Errc::invalid_params, "Which host? One of " + hosts_in_words() + "."});
    if (choice.json) return print_hosts(call);
    if (!plan.host.empty() && !plan.remove) {
        const auto named = choice.serve  ? name_address(call.options, plan)
                           : choice.link ? name_for_link(call.options, plan)
                                         : name_process(call.options, plan);
        if (!named) return call.fail(named.error());
        if (choice.link) return print_links(call, plan);
    }
    const auto done = setup::run_setup(plan, surroundings(),
                                       [&call](std::string_view text) { call.console.say(call.out, text); });
    return done ? 0 : call.fail(done.error());
}

}  // namespace

void add_setup(CommandLine& line) {
    const auto choice = std::make_shared<SetupChoice>();
    auto& setup = line.add(
        {"setup",
         "Put this server into the settings of an MCP host, or take it out again. Without HOST, list the "
         "hosts and their files",
         {"--sandbox --read-only --tools --state-dir --listen --public-url --callers --config",
          {"tfy-pat-mcp setup claude-code --sandbox", "tfy-pat-mcp setup cursor --remove"}},
         [choice](Invocation& call) { return run(call, *choice); }});
    auto* host = setup.add_option("HOST", choice->host, "One of " + hosts_in_words());
    setup.add_flag("--remove", choice->remove, "Take the server out again");
    setup.add_flag("--dry-run", choice->dry_run, "Show what would change, and write nothing");
    setup.add_flag("--serve", choice->serve, "Enter the address of a running serve instead of this program");
    setup
        .add_flag("--link", choice->link,
                  "Print install links and a badge for vscode or cursor, and write nothing")
        ->excludes("--remove")
        ->excludes("--dry-run");
    setup.add_flag("--json", choice->json, "Print the list of hosts as JSON")->excludes(host);
}

}  // namespace tfy::cli
