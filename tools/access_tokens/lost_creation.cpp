#include "tools/access_tokens/lost_creation.hpp"

#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::tools {
namespace {

std::string in_brackets(const LostCreation& lost) { return " (" + lost.how + ")"; }

Error made(const LostCreation& lost, const truefoundry::AccessToken& token) {
    const auto created =
        token.created ? ", created " + policy::format_time_for_people(*token.created) : std::string{};
    return {Errc::ambiguous,
            "TrueFoundry created the token " + in_quotes(token.name) + " (ID " + one_line(token.id) +
                created +
                "), but its value was lost on the way and nobody has it. Do not create it again under this "
                "name: delete it with tfy_access_tokens_delete and create a new one." +
                in_brackets(lost),
            {{"token", {{"id", one_line(token.id)}, {"name", token.name}}}}};
}

Error older(const LostCreation& lost) {
    return {Errc::conflict, std::string(sentences::name_exists) +
                                " The token of this name is older than this call: nothing was created." +
                                in_brackets(lost)};
}

Error not_made(const LostCreation& lost) {
    return {Errc::upstream, "TrueFoundry does not list the token " + in_quotes(lost.name.text()) +
                                ": it was not created. Ask again if it is still wanted." + in_brackets(lost)};
}

Error nobody_knows(const LostCreation& lost) {
    return {Errc::ambiguous, "Nobody knows whether the token " + in_quotes(lost.name.text()) +
                                 " was created, and the tokens could not be read to see it. List the tokens "
                                 "first; if it is there and was created after " +
                                 policy::format_time_for_people(lost.begun) +
                                 ", delete it, because nobody has its value." + in_brackets(lost)};
}

}  // namespace

Async<Error> look_for(truefoundry::Client api, LostCreation lost) {
    const auto found = co_await api.find_by_name(lost.name);
    if (found && found->created && *found->created < lost.begun - clock_slack) co_return older(lost);
    if (found) co_return made(lost, *found);
    if (found.error().code == Errc::not_found && !lost.confirmed) co_return not_made(lost);
    co_return nobody_knows(lost);
}

}  // namespace tfy::tools
