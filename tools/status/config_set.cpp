// tfy_config_set: TrueFoundry's skills call it to set address and key. Here a person does that, elsewhere.
#include "tools/offer.hpp"
#include "tools/own_command.hpp"
#include "tools/status/status.hpp"
#include "tools/text.hpp"
#include "tools/tool_names.hpp"

namespace tfy::status {

namespace {

std::string afterwards() {
    const auto status = tools::those_offered({tools::config_status_tool});
    return status.empty() ? status : " After that, call " + status + ".";
}

std::string on_the_page(const std::string& page, bool is_set) {
    auto text =
        "Nothing was changed. Ask the user to sign in to the approvals page and enter their own TrueFoundry "
        "API key there:\n\n  " +
        page +
        "\n\nThe page checks the key and keeps it for their own agents. Never ask for the key in this "
        "conversation.";
    if (is_set) text += " A key is set already; one that is entered there takes its place.";
    return text + afterwards();
}

}  // namespace

Result<Json> ConfigSet::canonical(Json arguments, policy::Time) const { return arguments; }

Async<Result<tools::ToolResult>> ConfigSet::run(policy::ReadPermit permit) {
    const auto& known = configuration_;
    const auto key = known.key ? known.key(permit.call().caller) : tools::KeyFacts{};
    const auto command = tools::own_program() + " login";
    const auto where = key.from.empty() ? std::string{} : tools::one_line(seal_, key.from);
    tools::ToolResult result;
    result.structured = {{"key_set", key.set}, {"sandbox", known.sandbox}};
    if (known.sandbox) {
        result.structured["status"] = "not_needed";
        result.text =
            "Nothing has to be set: this is sandbox mode, with test tokens only. To use TrueFoundry, the "
            "user "
            "starts the server without --sandbox.";
        co_return result;
    }
    result.structured["status"] = "ask_the_user";
    if (const auto page = known.own_key_page ? known.own_key_page() : std::string{}; !page.empty()) {
        result.structured["page"] = page;
        result.text = on_the_page(page, key.set);
        result.leads_to = tools::ToolResult::Page{.why =
                                                      "Sign in to the approvals page and enter your own "
                                                      "TrueFoundry API key there. Never enter it in "
                                                      "this conversation.",
                                                  .url = page};
        co_return result;
    }
    result.structured["command"] = command;
    result.text =
        "Nothing was changed. The user enters TrueFoundry's address and an API key themselves, in a "
        "terminal on this server's machine, as the account that runs it:\n\n  " +
        command +
        "\n\nIt checks the key and keeps it where this server finds it. Never ask for the key in this "
        "conversation, and do not run the command yourself.";
    if (where.ends_with(" in the environment") || where.ends_with(" in .env"))
        result.text +=
            " A key is set already (" + where + "), and comes before one that is kept by that command.";
    result.text += afterwards();
    co_return result;
}

}  // namespace tfy::status
