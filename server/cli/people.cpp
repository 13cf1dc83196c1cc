#include "server/cli/people.hpp"

#include <unistd.h>

#include "policy/human.hpp"
#include "policy/visible.hpp"
#include "server/cli/command_window.hpp"
#include "server/config/settings.hpp"
#include "server/people/page_address.hpp"
#include "server/people/pairing.hpp"
#include "server/people/people_desk.hpp"
#include "server/people/sign_in_codes.hpp"
#include "server/storage/kept_text.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using storage::Person;

struct PeopleWindow : CommandWindow<PeopleOptions> {
    /// See storage::check_kept().
    Result<void> may_keep(const std::string& name, std::string_view undone) const {
        return storage::check_kept(*archive.sealer, "This name", name, undone);
    }
    int fail(Error error) const {
        if (error.code == Errc::not_found)
            error.message += " List people and passkeys: " + tools::own_command("people list");
        return archive.fail(err, error);
    }
};

using Passkeys = std::vector<storage::Passkey>;

Json passkeys_json(const std::string& person, const Passkeys& all) {
    auto own = Json::array();
    for (const auto& each : all)
        if (each.person == person)
            own.push_back({{"id", each.id},
                           {"name", each.name},
                           {"host", each.host},
                           {"registered_at", policy::format_time(each.created)}});
    return own;
}

std::string passkey_lines(const std::string& person, const Passkeys& all) {
    std::string text;
    for (const auto& each : all)
        if (each.person == person)
            text += "    passkey " + each.id +
                    (each.name.empty() ? "" : " " + policy::between_quotes(each.name)) + " for " + each.host +
                    ", since " + policy::format_time_for_people(each.created) + "\n";
    return text;
}

Json person_json(const Person& person, const Passkeys& passkeys) {
    return {{"name", person.name},
            {"id", person.id},
            {"enrolled_at", policy::format_time(person.enrolled)},
            {"let_in_by", person.let_in_by.empty() ? Json(nullptr) : Json(person.let_in_by)},
            {"confirmed", person.confirmed},
            {"suspended_at", person.suspended ? Json(policy::format_time(*person.suspended)) : Json(nullptr)},
            {"may_decide", person.decides()},
            {"passkeys", passkeys_json(person.name, passkeys)}};
}

std::string person_line(const Person& person) {
    const auto state = person.suspended ? "suspended on " + policy::format_time_for_people(*person.suspended)
                       : person.confirmed ? std::string("may decide")
                                          : std::string("waits for a second person to confirm");
    const auto how = person.let_in_by.empty()      ? std::string("the first person")
                     : person.came_from_provider() ? "came from " + person.let_in_by
                                                   : "invited by " + person.let_in_by;
    return person.name + "  " + state + "; " + how + ", enrolled on " +
           policy::format_time_for_people(person.enrolled) + "\n";
}

int list_people(const PeopleWindow& window) {
    const auto people = window.archive.ledger->people();
    if (!people) return window.fail(people.error());
    const auto passkeys = window.archive.ledger->passkeys();
    if (!passkeys) return window.fail(passkeys.error());
    PrintedList list;
    for (const auto& person : *people)
        list.add(person_json(person, *passkeys), person_line(person) + passkey_lines(person.name, *passkeys));
    return list.print(window.archive, window.out, window.options.json, "people",
                      "No one is enrolled, so no one is known to decide. Be the first: " +
                          tools::own_command("people first") + "\n");
}

Error not_a_name(std::string_view undone) {
    return {Errc::invalid_params, "A person's name has " + std::string(policy::person_names) + ". " +
                                      std::string(undone) + " Give one like that, for example ada."};
}

Error needs_terminal() {
    return {Errc::refused,
            "Only a person at a terminal can enrol, and standard input is not a terminal. No one was "
            "enrolled. Run the command yourself in a terminal window."};
}

/// What is kept of a new passphrase.
Result<std::string> ask_hash(const PeopleWindow& window) {
    const auto typed = people::ask_new_passphrase(window.prompt());
    if (!typed) return typed.error();
    return people::hash_at_terminal(*typed);
}

Result<std::string> ask_first_name(const PeopleWindow& window) {
    const auto& account = window.options.user;
    const bool proposed = policy::is_person_name(account);
    auto name = people::ask_line(window.prompt(),
                                 proposed ? "Your name [" + account + "]: " : std::string("Your name: "));
    if (!name) return Error{Errc::cancelled, "No one was enrolled."};
    if (name->empty() && proposed) return account;
    if (!policy::is_person_name(*name)) return not_a_name("No one was enrolled.");
    if (const auto kept = window.may_keep(*name, "No one was enrolled."); !kept) return kept.error();
    return std::move(*name);
}

/// Where a person opens an invitation, a line for each page that is there.
std::string join_links(const PeopleWindow& window, const std::string& code) {
    std::string lines;
    for (const auto& home : people::page_addresses(window.options.state_dir))
        lines += "  " + people::join_link(home, code) + "\n";
    return lines;
}

/// Registering takes a browser.
int pair_first(const PeopleWindow& window, const std::string& name) {
    if (people::page_addresses(window.options.state_dir).empty())
        return window.fail({Errc::refused,
                            "No approvals page is open on this state directory, and a passkey can only be "
                            "registered on that page. No one was enrolled. Start a server in another "
                            "terminal, then run this "
                            "again: " +
                                tools::own_command("serve") + ". Or choose a passphrase."});
    const auto paired = people::pair_first(*window.archive.ledger, name, window.now());
    if (!paired) return window.fail(paired.error());
    window.say("Open this in a browser, until " + policy::format_time_for_people(paired->until) + ":\n" +
               join_links(window, paired->code) + "It works once. Who opens it becomes " + name +
               ", the first person.\n");
    return 0;
}

int enrol_first(const PeopleWindow& window) {
    if (!window.options.stdin_is_terminal) return window.fail(needs_terminal());
    auto& ledger = *window.archive.ledger;
    const auto anyone = ledger.anyone_enrolled();
    if (!anyone) return window.fail(anyone.error());
    if (*anyone)
        return window.fail({Errc::conflict,
                            "Someone is enrolled here already, and only one person is the first. No one was "
                            "enrolled. Who that is: " +
                                tools::own_command("people list") +
                                ". They can invite you: " + tools::own_command("people invite NAME")});
    window.say(
        "You become the first person who may decide on this state directory. Others need your "
        "invitation.\n");
    const auto name = ask_first_name(window);
    if (!name) return window.fail(name.error());
    const auto typed = people::ask_passphrase_or(window.prompt(), "a passkey, on the approvals page");
    if (!typed) return window.fail(typed.error());
    if (!*typed) return pair_first(window, *name);
    const auto hash = people::hash_at_terminal(**typed);
    if (!hash) return window.fail(hash.error());
    const auto enrolled = ledger.enrol_first(*name, *hash, storage::Enrolment::first, window.now());
    if (!enrolled) return window.fail(enrolled.error());
    window.say(*name + " is enrolled and may decide. For a code to sign in to the approvals page: " +
               tools::own_command("approvals sign-in") + "\n");
    return 0;
}

int invite_person(const PeopleWindow& window) {
    const auto& name = window.options.name;
    if (!policy::is_person_name(name)) return window.fail(not_a_name("No one was invited."));
    if (const auto kept = window.may_keep(name, "No one was invited."); !kept)
        return window.fail(kept.error());
    const auto human = window.identify(people::TerminalAct::invite);
    if (!human) return window.fail(human.error());
    const auto invited = people::invite(*window.archive.ledger, *human, name, window.now());
    if (!invited) return window.fail(invited.error());
    if (window.options.json) {
        window.archive.print(window.out, {{"person", name},
                                          {"invitation", invited->code},
                                          {"until", policy::format_time(invited->until)}});
        return 0;
    }
    const auto links = join_links(window, invited->code);
    window.say(
        "Invitation for " + name + ": " + invited->code + "\nIt works once, until " +
        policy::format_time_for_people(invited->until) + ". Hand it to " + name + " alone.\n" +
        (links.empty() ? "No approvals page is open now. " + name +
                             " can type the invitation on the page of a server that is started later.\n"
                       : "To join with a passkey or a passphrase, " + name + " opens:\n" + links) +
        "Or, with a passphrase, in a terminal on this machine: " + tools::own_command("people join") + "\n");
    return 0;
}

int join(const PeopleWindow& window) {
    if (window.options.required.tty && !window.options.stdin_is_terminal)
        return window.fail(needs_terminal());
    auto& ledger = *window.archive.ledger;
    const auto typed = people::ask_line(window.prompt(), "Your invitation: ");
    if (!typed) return window.fail({Errc::cancelled, "No one was enrolled."});
    const auto code = people::hash_of_sign_in_code(*typed);
    const auto invitation = ledger.invitation(code, window.now());
    if (!invitation) return window.fail(invitation.error());
    if (!*invitation)
        return window.fail({Errc::denied,
                            "This invitation is wrong, used or expired. No one was enrolled. Ask the person "
                            "who invited you for another one."});
    window.say("You are invited by " + (*invitation)->by + " as " + (*invitation)->person + ".\n");
    const auto hash = ask_hash(window);
    if (!hash) return window.fail(hash.error());
    const auto person = ledger.enrol_invited(code, *hash, window.now());
    if (!person) return window.fail(person.error());
    window.say(person->confirmed
                   ? person->name + " is enrolled and may decide.\n"
                   : person->name + " is enrolled and may look. To decide, a person other than " +
                         person->let_in_by +
                         " has to confirm: " + tools::own_command("people confirm " + person->name) + "\n");
    return 0;
}

int confirm(const PeopleWindow& window) {
    const auto human = window.identify(people::TerminalAct::confirm);
    if (!human) return window.fail(human.error());
    const auto& name = window.options.name;
    auto done = window.archive.ledger->confirm_person(name, human->name(), window.now());
    if (!done) return window.fail(done.error());
    window.say(name + " may decide.\n");
    return 0;
}

int suspend(const PeopleWindow& window) {
    const auto human = window.identify(people::TerminalAct::suspend);
    if (!human) return window.fail(human.error());
    const auto& name = window.options.name;
    auto done = window.archive.ledger->suspend_person(name, human->name(), window.now());
    if (!done) return window.fail(done.error());
    window.say(name + " is suspended. With it ended: " + people::words_of(*done) + ".\n");
    return 0;
}

int remove_passkey(const PeopleWindow& window) {
    const auto human = window.identify(people::TerminalAct::remove_passkey);
    if (!human) return window.fail(human.error());
    auto done = window.archive.ledger->remove_passkey(window.options.name, human->name(), window.now());
    if (!done) return window.fail(done.error());
    window.say("The passkey is removed. What it signed stays valid.\n");
    return 0;
}

using PeopleVerb = PeopleOptions::Verb;

int run_verb(Invocation& call, PeopleOptions options, PeopleVerb verb) {
    auto state = config::state_dir(call.options.state_dir);
    if (!state) return call.fail(state.error());
    const auto rules = config::load_rules(call.options.policy);
    if (!rules) return call.fail(rules.error());
    options.verb = verb;
    options.state_dir = std::move(*state);
    options.stdin_is_terminal = isatty(STDIN_FILENO) == 1;
    options.required = people::terminal_requirements(options.state_dir, people::requirements_of(*rules));
    options.user = config::os_user();
    return run_people(options, call.in, call.out, call.err);
}

}  // namespace

int run_people(const PeopleOptions& options, std::istream& in, std::ostream& out, std::ostream& err) {
    // The first person may come before the first server.
    const auto open = options.verb == PeopleVerb::first ? app::Archive::open_or_make : app::Archive::open;
    auto archive = open(options.state_dir);
    if (!archive) return app::Console(options.state_dir).fail(err, archive.error());
    const PeopleWindow window{{options, *archive, in, out, err}};
    switch (options.verb) {
        case PeopleVerb::list: return list_people(window);
        case PeopleVerb::first: return enrol_first(window);
        case PeopleVerb::invite: return invite_person(window);
        case PeopleVerb::join: return join(window);
        case PeopleVerb::confirm: return confirm(window);
        case PeopleVerb::remove_passkey: return remove_passkey(window);
        case PeopleVerb::suspend: return suspend(window);
    }
    return 2;
}

void add_people(CommandLine& line) {
    constexpr std::string_view settings = "--state-dir --sandbox --policy --config";
    auto chosen = std::make_shared<PeopleOptions>();
    auto& people = line.add({"people",
                             "Say who may decide: enrol, invite and suspend people",
                             {settings, {"tfy-pat-mcp people first", "tfy-pat-mcp people list"}}});
    const auto add = [&](const char* name, const char* description, PeopleVerb verb,
                         std::array<std::string, 2> examples) -> CLI::App& {
        for (auto& example : examples) example.insert(0, "tfy-pat-mcp people ");
        return line.add(
            people, {name, description, {settings, std::move(examples)}, [chosen, verb](Invocation& call) {
                         return run_verb(call, *chosen, verb);
                     }});
    };
    const auto about = [&](CLI::App& verb, const char* whom, const char* option = "NAME") {
        verb.add_option(option, chosen->name, whom)->required();
        spelled(verb.add_option("--as", chosen->as, "Your enrolled name; you are asked if you leave it out"),
                "PERSON");
    };
    auto& list = add("list", "List who is enrolled", PeopleVerb::list, {"list", "list --json"});
    list.add_flag("--json", chosen->json, "Print JSON");
    add("first", "Become the first person who may decide, while no one is enrolled", PeopleVerb::first,
        {"first", "first --state-dir /var/lib/tfy-pat-mcp"});
    auto& invite = add("invite", "Print an invitation that enrols a person within 24 hours",
                       PeopleVerb::invite, {"invite grace", "invite grace --as ada"});
    about(invite, "Whom you invite");
    invite.add_flag("--json", chosen->json, "Print JSON");
    add("join", "Enrol with an invitation and choose a passphrase", PeopleVerb::join,
        {"join", "join --state-dir /var/lib/tfy-pat-mcp"});
    about(add("confirm", "Confirm a person whom someone else has invited", PeopleVerb::confirm,
              {"confirm grace", "confirm grace --as bob"}),
          "Whom you confirm");
    about(add("remove-passkey", "Remove a passkey, such as that of a lost device", PeopleVerb::remove_passkey,
              {"remove-passkey crd_abc", "remove-passkey crd_abc --as grace"}),
          "The passkey, as `people list` names it", "ID");
    about(add("suspend", "Suspend a person: end at once all that they have, gave and asked for here",
              PeopleVerb::suspend, {"suspend grace", "suspend grace --as ada"}),
          "Whom you suspend");
}

}  // namespace tfy::cli
