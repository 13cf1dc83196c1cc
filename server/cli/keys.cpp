#include "server/cli/keys.hpp"

#include <unistd.h>

#include "policy/human.hpp"
#include "policy/principals.hpp"
#include "policy/secret.hpp"
#include "policy/visible.hpp"
#include "server/app/services.hpp"
#include "server/callers/api_key.hpp"
#include "server/cli/command_window.hpp"
#include "server/cli/new_file.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using storage::CallerKey;

constexpr policy::Duration longest_life = std::chrono::days{365};
constexpr std::size_t longest_label = 80;
constexpr std::string_view of_keys = "--state-dir --sandbox --config";

struct KeyWish {
    std::string person = {};
    std::string label = {};
    std::string life = "90d";
    std::string out = {};
    std::string id = {};
    bool reads = false;
    bool json = false;
};

policy::Time time_now() { return app::SystemClock().now(); }

std::string scopes_of(const CallerKey& key) {
    return key.may_request ? "tokens:read tokens:request" : "tokens:read";
}

Json key_json(const CallerKey& key) {
    const auto time = [](const std::optional<policy::Time>& at) {
        return at ? Json(policy::format_time(*at)) : Json(nullptr);
    };
    return {{"id", key.id},
            {"principal", std::string(policy::key_principals) + key.id},
            {"person", key.person},
            {"label", key.label},
            {"scopes", scopes_of(key)},
            {"created_at", policy::format_time(key.created)},
            {"expires_at", policy::format_time(key.until)},
            {"revoked_at", time(key.revoked)},
            {"last_used_on", key.used ? Json(policy::format_time(*key.used).substr(0, 10)) : Json(nullptr)},
            {"valid", key.holds(time_now())}};
}

journal::JournalEntry key_record(const app::Archive& archive, std::string kind, const CallerKey& key) {
    const Json body = {{"key", key.id},
                       {"person", key.person},
                       {"label", key.label},
                       {"scopes", scopes_of(key)},
                       {"until", policy::format_time(key.until)},
                       {"by", config::os_user()}};
    return {std::move(kind), "", archive.sealer->seal(body), time_now()};
}

Error not_made(const std::string& why) { return {Errc::invalid_params, why + " No key was made."}; }

Result<CallerKey> read_key_wish(const KeyWish& wish) {
    if (!policy::is_person_name(wish.person))
        return not_made("--for takes a person's name: " + std::string(policy::person_names) + ".");
    if (wish.label.size() > longest_label)
        return not_made("--label takes up to " + std::to_string(longest_label) + " bytes.");
    const auto life = policy::read_duration(wish.life);
    if (!life || *life > longest_life) return not_made("--expires takes a time up to 365d, for example 90d.");
    CallerKey key;
    key.person = wish.person;
    key.label = wish.label;
    key.may_request = !wish.reads;
    key.created = time_now();
    key.until = key.created + *life;
    return key;
}

/// A name that a key cannot be for; and what to say of one that no one has.
Result<std::string> look_at_person(storage::Ledger& ledger, const std::string& name) {
    const auto people = ledger.people();
    if (!people) return people.error();
    const auto named = storage::person_named(*people, name);
    switch (named.is) {
        case storage::NamedPerson::Is::enrolled: return std::string{};
        case storage::NamedPerson::Is::suspended: return not_made(name + " is suspended.");
        case storage::NamedPerson::Is::slip:
            return not_made("--for " + name + " names no one who is enrolled; did you mean " + named.meant +
                            "?");
        case storage::NamedPerson::Is::no_one: break;
    }
    return name +
           " is not enrolled here: self_approval = false keeps no one from approving what this key asks "
           "for.\n";
}

std::string how_to_use(const CallerKey& key) {
    return "Principal: key:" + key.id + ", for " + key.person + ", until " +
           policy::format_time_for_people(key.until) + "\nScopes: " + scopes_of(key) +
           "\nThe client sends it as the header \"Authorization: Bearer KEY\". serve takes it with --callers "
           "keys.\n";
}

int create_key(Invocation& call, const KeyWish& wish) {
    auto key = read_key_wish(wish);
    if (!key) return call.fail(key.error());
    if (wish.out.empty() && ::isatty(STDOUT_FILENO) != 1)
        return call.fail({Errc::refused,
                          "The key is shown on a terminal or written to a new file, and standard output is "
                          "neither. No key was made. Give --out FILE."});
    auto archive = open_archive(call, true);
    if (!archive) return call.fail(archive.error());
    const auto remark = look_at_person(*archive->ledger, wish.person);
    if (!remark) return archive->fail(call.err, remark.error());
    auto made = callers::make_api_key();
    key->id = made.id;
    key->hash = callers::hash_of_api_key(made.text);
    if (!wish.out.empty())
        if (auto put = write_new(wish.out, made.text + "\n", "No key was made."); !put)
            return archive->fail(call.err, put.error());
    if (auto kept = archive->ledger->add_caller_key(*key, key_record(*archive, "caller_key_created", *key),
                                                    *archive->sealer);
        !kept) {
        if (!wish.out.empty()) ::unlink(wish.out.c_str());
        return archive->fail(call.err, kept.error());
    }
    if (wish.out.empty())
        archive->say(call.out,
                     made.text + "\n\nSave it now: it is not shown again.\n" + how_to_use(*key) + *remark);
    else
        archive->say(call.out, "The key is in " + wish.out + ".\n" + how_to_use(*key) + *remark);
    policy::wipe(made.text);
    return 0;
}

std::string key_line(const CallerKey& key, const policy::Seals& seal) {
    const bool holds = key.holds(time_now());
    const auto end = key.revoked ? "revoked on " + policy::format_time_for_people(*key.revoked)
                     : holds     ? "until " + policy::format_time_for_people(key.until)
                                 : "expired on " + policy::format_time_for_people(key.until);
    const auto* const may =
        key.may_request ? (holds ? "may ask" : "could ask") : (holds ? "reads" : "could read");
    auto line = "key:" + key.id + "  " + key.person + "  " + may + "  " + end;
    if (key.used) line += ", last used on " + policy::format_time(*key.used).substr(0, 10);
    if (!key.label.empty()) line += "  (" + policy::shown(seal, key.label, longest_label) + ")";
    return line + "\n";
}

int list_keys(Invocation& call, bool json) {
    const auto archive = open_archive(call);
    if (!archive) return call.fail(archive.error());
    const auto keys = archive->ledger->caller_keys();
    if (!keys) return archive->fail(call.err, keys.error());
    PrintedList list;
    for (const auto& key : *keys) list.add(key_json(key), key_line(key, *archive->sealer));
    return list.print(
        *archive, call.out, json, "keys",
        "There are no keys. Make one: " + tools::own_command("keys create --for PERSON") + "\n");
}

int revoke_key(Invocation& call, const KeyWish& wish) {
    const auto archive = open_archive(call);
    if (!archive) return call.fail(archive.error());
    constexpr auto kind = policy::key_principals;
    const auto id = wish.id.starts_with(kind) ? wish.id.substr(kind.size()) : wish.id;
    const auto before = archive->ledger->revoke_caller_key(id, time_now(), [&](const CallerKey& key) {
        return key_record(*archive, "caller_key_revoked", key);
    });
    if (!before) return archive->fail(call.err, before.error());
    if (!*before)
        return archive->fail(call.err,
                             {Errc::not_found, "There is no such key. Nothing was revoked. List them: " +
                                                   tools::own_command("keys list")});
    const bool again = (*before)->revoked.has_value();
    archive->say(call.out, again ? "key:" + id + " was revoked before.\n"
                                 : "key:" + id +
                                       " is revoked. What it asked for and has not started is "
                                       "withdrawn; its streams end within seconds.\n");
    return 0;
}

}  // namespace

void add_keys(CommandLine& line) {
    auto wish = std::make_shared<KeyWish>();
    auto& keys = line.add({"keys",
                           "Make, list and revoke the keys with which programs call serve --callers keys",
                           {of_keys, {"tfy-pat-mcp keys create --for ada", "tfy-pat-mcp keys list"}}});
    auto& create_verb =
        line.add(keys, {"create",
                        "Make a key for a person's agent and show it once",
                        {of_keys,
                         {"tfy-pat-mcp keys create --for ada --label cursor",
                          "tfy-pat-mcp keys create --for ada --reads --expires 7d --out ci.key"}},
                        [wish](Invocation& call) { return create_key(call, *wish); }});
    create_verb.add_option("--for", wish->person, "Whose agent uses it: a person's name")->required();
    create_verb.add_option("--label", wish->label, "What it is for; shown in lists");
    create_verb.add_flag("--reads", wish->reads, "It may read, but not ask for changes");
    spelled(create_verb.add_option("--expires", wish->life, "How long it is valid, up to 365d"), "TIME")
        ->capture_default_str();
    spelled(create_verb.add_option("--out", wish->out,
                                   "Write it to this new file (mode 0600) instead of showing it"),
            "FILE");
    auto& list_verb = line.add(keys, {"list",
                                      "List the keys, including those that have ended",
                                      {of_keys, {"tfy-pat-mcp keys list", "tfy-pat-mcp keys list --json"}},
                                      [wish](Invocation& call) { return list_keys(call, wish->json); }});
    list_verb.add_flag("--json", wish->json, "Print JSON");
    auto& revoke_verb = line.add(
        keys, {"revoke",
               "Revoke a key; whatever is using it ends within seconds",
               {of_keys, {"tfy-pat-mcp keys revoke K7Q29FXM", "tfy-pat-mcp keys revoke key:K7Q29FXM"}},
               [wish](Invocation& call) { return revoke_key(call, *wish); }});
    revoke_verb.add_option("ID", wish->id, "The key's id, as keys list shows it")->required();
}

}  // namespace tfy::cli
