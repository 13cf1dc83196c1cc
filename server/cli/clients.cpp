#include "server/cli/clients.hpp"

#include <unistd.h>

#include "policy/secret.hpp"
#include "policy/visible.hpp"
#include "server/app/services.hpp"
#include "server/cli/command_window.hpp"
#include "server/cli/new_file.hpp"
#include "server/oauth/redirect_uri.hpp"
#include "server/oauth/values.hpp"
#include "server/storage/oauth_grants.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using storage::OAuthClientRow;
using storage::OAuthGrants;

constexpr std::string_view of_clients = "--state-dir --sandbox --config";
constexpr std::size_t longest_client_name = 100, most_addresses = 20;

struct ClientWish {
    std::vector<std::string> addresses = {};
    std::string name = {};
    std::string out = {};
    std::string id = {};
    bool secret = false;
    bool json = false;
};

Error not_added(const std::string& why) { return {Errc::invalid_params, why + " No client was added."}; }

/// Who runs this command lists the scheme of a private address by naming it.
std::vector<std::string> scheme_of(const std::string& address) {
    return {address.substr(0, address.find(':'))};
}

Result<OAuthClientRow> read_client_wish(const ClientWish& wish) {
    if (wish.name.size() > longest_client_name)
        return not_added("--name takes up to " + std::to_string(longest_client_name) + " bytes.");
    if (wish.addresses.size() > most_addresses)
        return not_added("--redirect-uri takes up to " + std::to_string(most_addresses) + " addresses.");
    for (const auto& address : wish.addresses)
        if (const auto good = oauth::check_redirect_uri(address, scheme_of(address)); !good)
            return not_added("--redirect-uri: " + good.error().message +
                             ". Give the address as the client sends it, for example "
                             "https://client.example.com/callback.");
    const auto now = app::SystemClock().now();
    return OAuthClientRow{.id = oauth::make_value("tpm_c_"),
                          .name = wish.name,
                          .redirect_uris = wish.addresses,
                          .created = now,
                          .used = now};
}

Json client_json(const OAuthClientRow& client) {
    return {{"id", client.id},
            {"registered_by", client.kind == OAuthClientRow::Kind::listed ? "operator" : "itself"},
            {"name", client.name},
            {"redirect_uris", client.redirect_uris},
            {"has_secret", client.secret_hash.has_value()},
            {"created_at", policy::format_time(client.created)},
            {"last_used_at", policy::format_time(client.used)}};
}

journal::JournalEntry client_record(const app::Archive& archive, std::string kind,
                                    const OAuthClientRow& client) {
    const Json body = {{"client", client.id},
                       {"name", client.name},
                       {"redirect_uris", client.redirect_uris},
                       {"by", config::os_user()}};
    return {std::move(kind), "", archive.sealer->seal(body), app::SystemClock().now()};
}

int add_client(Invocation& call, const ClientWish& wish) {
    auto client = read_client_wish(wish);
    if (!client) return call.fail(client.error());
    if (wish.secret && wish.out.empty() && ::isatty(STDOUT_FILENO) != 1)
        return call.fail(
            {Errc::refused,
             "The secret is shown on a terminal or written to a new file, and standard output is "
             "neither. No client was added. Give --out FILE."});
    auto archive = open_archive(call, true);
    if (!archive) return call.fail(archive.error());
    auto secret = wish.secret ? oauth::make_value("tpm_s_") : std::string{};
    if (wish.secret) client->secret_hash = oauth::hash_of_value(secret);
    if (!wish.out.empty())
        if (auto put = write_new(wish.out, secret + "\n", "No client was added."); !put)
            return archive->fail(call.err, put.error());
    const auto added =
        OAuthGrants(*archive->ledger)
            .add_client(*client, client_record(*archive, "client_registered", *client), *archive->sealer);
    if (!added) {
        if (!wish.out.empty()) ::unlink(wish.out.c_str());
        return archive->fail(call.err, added.error());
    }
    auto text = "Client id: " + client->id + "\n";
    if (wish.secret && wish.out.empty())
        text += "Client secret: " + secret + "\n\nSave the secret now: it is not shown again.\n";
    if (!wish.out.empty()) text += "Its secret is in " + wish.out + ".\n";
    if (!wish.secret) text += "It has no secret: it proves itself by PKCE alone.\n";
    archive->say(call.out, text);
    policy::wipe(secret);
    return 0;
}

std::string client_line(const OAuthClientRow& client, const policy::Seals& seal) {
    auto line =
        client.id + "  " +
        (client.kind == OAuthClientRow::Kind::listed ? "added by the operator" : "registered itself") +
        (client.secret_hash ? ", with a secret" : "");
    if (client.used > client.created)
        line += ", last used on " + policy::format_time(client.used).substr(0, 10);
    const bool claims = client.kind != OAuthClientRow::Kind::listed;
    if (!client.name.empty())
        line += std::string("  (") + (claims ? "calls itself " : "") +
                policy::shown(seal, client.name, longest_client_name) + ")";
    for (const auto& address : client.redirect_uris) line += "\n    " + address;
    return line + "\n";
}

int list_clients(Invocation& call, bool json) {
    const auto archive = open_archive(call);
    if (!archive) return call.fail(archive.error());
    const auto clients = OAuthGrants(*archive->ledger).clients();
    if (!clients) return archive->fail(call.err, clients.error());
    PrintedList list;
    for (const auto& client : *clients) list.add(client_json(client), client_line(client, *archive->sealer));
    return list.print(
        *archive, call.out, json, "clients",
        "No client is kept here. Those that are known by the address of a document need not be.\n");
}

int remove_client(Invocation& call, const ClientWish& wish) {
    const auto archive = open_archive(call);
    if (!archive) return call.fail(archive.error());
    const auto removed = OAuthGrants(*archive->ledger)
                             .remove_client(wish.id, app::SystemClock().now(), [&](const auto& client) {
                                 return client_record(*archive, "client_removed", client);
                             });
    if (!removed) return archive->fail(call.err, removed.error());
    if (!*removed)
        return archive->fail(call.err,
                             {Errc::not_found, "There is no such client. Nothing was removed. List them: " +
                                                   tools::own_command("clients list")});
    archive->say(call.out, wish.id + " is removed, with all that was granted to it.\n");
    return 0;
}

}  // namespace

void add_clients(CommandLine& line) {
    auto wish = std::make_shared<ClientWish>();
    auto& clients =
        line.add({"clients",
                  "Add, list and remove the OAuth clients of serve --callers oauth",
                  {of_clients,
                   {"tfy-pat-mcp clients list",
                    "tfy-pat-mcp clients add --redirect-uri https://gateway.example.com/callback"}}});
    auto& add_verb =
        line.add(clients, {"add",
                           "Add a client, and show its id, and its secret if it has one, once",
                           {of_clients,
                            {"tfy-pat-mcp clients add --secret --redirect-uri https://gate.example.com/back",
                             "tfy-pat-mcp clients add --redirect-uri http://localhost/callback"}},
                           [wish](Invocation& call) { return add_client(call, *wish); }});
    spelled(add_verb.add_option(
                "--redirect-uri", wish->addresses,
                "Where people are sent back to the client: https, http on localhost, 127.0.0.1 or "
                "[::1], or the scheme of a program such as cursor; repeatable"),
            "ADDRESS")
        ->required();
    add_verb.add_option("--name", wish->name, "The name that people see when they are asked about it");
    auto* const secret =
        add_verb.add_flag("--secret", wish->secret, "Make a secret for it, as gateways need one");
    spelled(add_verb.add_option("--out", wish->out,
                                "Write the secret to this new file (mode 0600) instead of showing it"),
            "FILE")
        ->needs(secret);
    auto& list_verb =
        line.add(clients, {"list",
                           "List the clients that were added, and those that registered themselves",
                           {of_clients, {"tfy-pat-mcp clients list", "tfy-pat-mcp clients list --json"}},
                           [wish](Invocation& call) { return list_clients(call, wish->json); }});
    list_verb.add_flag("--json", wish->json, "Print JSON");
    auto& remove_verb = line.add(
        clients,
        {"remove",
         "Remove a client, and end what people granted to it",
         {of_clients,
          {"tfy-pat-mcp clients remove tpm_c_7q29fxm", "tfy-pat-mcp clients remove tpm_c_7q29fxm --sandbox"}},
         [wish](Invocation& call) { return remove_client(call, *wish); }});
    remove_verb.add_option("ID", wish->id, "The client's id, as clients list shows it")->required();
}

}  // namespace tfy::cli
