// What a host leaves in a setting that it did not fill in, and what a template has in a value's place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfy::upstream {

struct Placeholder {
    enum class Kind { variable, reference, words };
    Kind kind = Kind::words;
    std::string variable = {};  // the one that was not filled in; empty if it cannot be told, or shown
    std::string written = {};   // "$X", "{{X}}": the variable as it is there

    /// Who was to fill it in: the host that sets the environment; no one reads a file and fills it in.
    enum class Place { environment, file };
    /// The rest of a sentence that begins with the setting's place: "holds ${TFY_API_KEY} and no key: …".
    /// `what` is what belongs there: "key". Repeats nothing of the value but a variable's name.
    std::string says(std::string_view what, Place place) const;
    /// Of a setting that is there, and empty.
    static std::string says_empty(Place place);
};

/// ${X}, ${env:X}, ${input:x}, $X, %X%, {{X}}, <your-key>, op://…, null, undefined, YOUR_KEY and their like,
/// white space around it or none. Nothing that could be a bearer token (RFC 6750) but words that no one is
/// given as a key.
std::optional<Placeholder> read_placeholder(std::string_view text);

/// The same, and an address with one in it: https://${HOST}, https://your-org.example.com.
std::optional<Placeholder> read_url_placeholder(std::string_view text);

}  // namespace tfy::upstream
