// Where a rotation is, in words.
#include <algorithm>
#include <array>

#include "tools/access_tokens/names.hpp"
#include "tools/access_tokens/rotations.hpp"
#include "tools/offer.hpp"
#include "tools/own_command.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using State = Rotation::State;
using Kept = Rotation::Kept;

constexpr std::array<std::string_view, 5> state_names{"waiting", "due", "deleting", "done", "kept"};
constexpr std::array<std::string_view, 8> kept_names{
    "", "value_lapsed", "value_lost", "old_changed", "by_person", "refused", "unreachable", "gone_already"};

template <class Enum, std::size_t Size>
std::optional<Enum> read(const std::array<std::string_view, Size>& names, std::string_view text) {
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

std::string old_words(const Rotation& rotation, const policy::Seals& seal) {
    return "The old token " + tools::in_quotes(seal, rotation.plan.old_title());
}

std::string new_words(const Rotation& rotation, const policy::Seals& seal) {
    return "the new token " + tools::in_quotes(seal, rotation.plan.new_name);
}

// Both tokens live, and no one holds the new one's value.
std::string value_is_gone(const Rotation& rotation, const std::string& how, const policy::Seals& seal) {
    return old_words(rotation, seal) + " still works and will not be deleted. The value of " +
           new_words(rotation, seal) + " " + how + ", so it is lost: delete that token" +
           tools::by_tool_or_there(delete_tool) + ", and rotate again if the user still wants it.";
}

// An attempt is counted before it is sent, so that one may have ended with its process.
std::string refused_words(const std::string& stays) {
    return stays +
           ": each of three attempts to delete it was refused, had no answer, or ended with the server that "
           "made it.";
}

std::string kept_words(const Rotation& rotation, const policy::Seals& seal) {
    const auto stays = old_words(rotation, seal) + " was not deleted and still works";
    const auto by_hand =
        " When nothing uses it, it can be deleted" +
        (tools::may_be_named(delete_tool) ? ": by an agent" + tools::by_tool(delete_tool) + ", or" : "") +
        " in TrueFoundry.";
    switch (rotation.because) {
        case Kept::value_lapsed: return value_is_gone(rotation, "was not shown within its ten minutes", seal);
        case Kept::value_lost:
            return value_is_gone(rotation, "was lost when the server that held it stopped", seal);
        case Kept::old_changed:
            return stays + ": it has changed since the rotation was approved. List the tokens." + by_hand;
        case Kept::by_person: return stays + ": a person decided to keep it." + by_hand;
        case Kept::refused: return refused_words(stays) + by_hand;
        case Kept::unreachable:
            return "It is unknown whether the old token " +
                   tools::in_quotes(seal, rotation.plan.old_title()) +
                   " still works: TrueFoundry could not be reached for a day, or only with another user's "
                   "key. This server no longer tries. List the tokens." +
                   by_hand;
        case Kept::gone_already:
        case Kept::not_kept: break;
    }
    return stays + "." + by_hand;
}

}  // namespace

std::string_view to_string(State state) { return state_names.at(static_cast<std::size_t>(state)); }
std::optional<State> read_rotation_state(std::string_view text) { return read<State>(state_names, text); }
std::string_view to_string(Kept because) { return kept_names.at(static_cast<std::size_t>(because)); }
std::optional<Kept> read_kept(std::string_view text) { return read<Kept>(kept_names, text); }

std::string after_grace(const RotationPlan& plan, const std::string& value) {
    const bool at_once = plan.grace() == policy::Duration{0};
    const auto when = at_once ? "as soon as " : policy::format_duration(plan.grace()) + " after ";
    return when + value + " has been shown";
}

std::string when_it_goes(const Rotation& rotation) {
    switch (rotation.state) {
        case State::waiting:
            return after_grace(rotation.plan) + "; never, if that value is not shown in time";
        case State::due: return "on " + policy::format_time_for_people(rotation.due.value_or(policy::Time{}));
        case State::deleting: return "now";
        case State::done: return "it is deleted";
        case State::kept: break;
    }
    return "never automatically: it is kept";
}

std::string describe(const Rotation& rotation, const policy::Seals& seal) {
    const bool can_be_kept = rotation.state == State::waiting || rotation.state == State::due;
    const auto keep = " To keep it, a person " +
                      (rotation.page.empty() ? std::string{} : "opens " + rotation.page + " or ") +
                      "runs: " + tools::own_command("approvals keep " + rotation.id);
    return what_becomes_of_old(rotation, seal) + (can_be_kept ? keep : std::string{});
}

std::string what_becomes_of_old(const Rotation& rotation, const policy::Seals& seal) {
    switch (rotation.state) {
        case State::waiting:
            return old_words(rotation, seal) + " still works. It is deleted " +
                   after_grace(rotation.plan, "the value of " + new_words(rotation, seal)) +
                   ", and never before.";
        case State::due:
            return old_words(rotation, seal) + " will be deleted on " +
                   policy::format_time_for_people(rotation.due.value_or(policy::Time{})) +
                   ", because the value of " + new_words(rotation, seal) + " has been shown.";
        case State::deleting: return old_words(rotation, seal) + " is being deleted.";
        case State::done:
            if (rotation.because == Kept::gone_already)
                return old_words(rotation, seal) + " is no longer listed: another user deleted it. " +
                       "This server sent no DELETE.";
            return old_words(rotation, seal) + " is deleted; " + new_words(rotation, seal) +
                   " has taken its place.";
        case State::kept: break;
    }
    return kept_words(rotation, seal);
}

Json report(const Rotation& rotation, const policy::Seals& seal) {
    const auto& id = rotation.new_id;
    return {
        {"id", rotation.id},
        {"state", to_string(rotation.state)},
        {"because", rotation.because == Kept::not_kept ? Json(nullptr) : Json(to_string(rotation.because))},
        {"old",
         {{"id", rotation.plan.old_id()},
          {"name", tools::one_line(seal, rotation.plan.old_title())},
          {"deleted", rotation.state == State::done}}},
        {"new",
         {{"id", id.empty() ? Json(nullptr) : Json(tools::one_line(seal, id))},
          {"name", rotation.plan.new_name}}},
        {"due", rotation.due ? Json(policy::format_time(*rotation.due)) : Json(nullptr)},
        {"message", describe(rotation, seal)}};
}

}  // namespace tfy::access_tokens
