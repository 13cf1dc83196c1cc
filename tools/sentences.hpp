// What users of TrueFoundry's access-token skill already know these failures by: each sentence is here,
// once.
#pragma once

namespace tfy::tools::sentences {

inline constexpr char permission_denied[] = "Cannot manage access tokens. Check your API key permissions.";
inline constexpr char not_found[] = "Token ID not found. List tokens first to find the correct ID.";
inline constexpr char name_exists[] = "A token with this name already exists. Use a different name.";
inline constexpr char still_in_use[] =
    "If services fail after token deletion, they were using the deleted token. Create a new token and update "
    "the "
    "affected services/pipelines.";
inline constexpr char value_is_over[] =
    "This value can no longer be shown: it was shown, its time is over, or the server that held it has "
    "ended. ";
inline constexpr char value_was_shown[] = "This value was shown, and is shown once. ";
inline constexpr char value_lapsed[] = "No one viewed this value in time, so it is lost. ";
inline constexpr char value_is_lost[] = "This value is lost: the server process that held it has ended. ";
inline constexpr char value_is_gone[] =
    "Token values are only shown at creation time. If lost, delete the old token and create a new one, then "
    "update "
    "all services that used the old token.";

inline constexpr char process_ended[] = "the server's process ended while this call was running";

/// Of a value that is not shown yet.
inline constexpr char save_when_shown[] =
    "⚠️ Save this token as soon as it is shown: it is shown once.\n"
    "Store it in a password manager, CI/CD secret store, or TrueFoundry secret group.\n"
    "Never commit tokens to Git or share them in plain text.";
inline constexpr char save_now[] =
    "⚠️ Save this token NOW — it will not be shown again.\n"
    "Store it in a password manager, CI/CD secret store, or TrueFoundry secret group.\n"
    "Never commit tokens to Git or share them in plain text.";

}  // namespace tfy::tools::sentences
