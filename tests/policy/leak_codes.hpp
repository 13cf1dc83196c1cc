// Codes that can be nested in each other, each with its reader: for random nestings.
#pragma once

#include <string>

#include "tests/policy/leak_techniques.hpp"

namespace tfy::leaks {

struct Code {
    const char* name;
    std::string (*write)(const std::string&);
    Reader read;
    bool takes_ascii_only = false;  // goes between characters, which must not cut one of several bytes
};

inline constexpr Code codes[] = {
    {"base64", [](const std::string& t) { return base64(t); }, unbase64},
    {"base64url after a byte", [](const std::string& t) { return base64url("{" + t); }, unbase64},
    {"base64 after two bytes, no padding", [](const std::string& t) { return base64("xy" + t, false); },
     unbase64},
    {"base64 in lines", [](const std::string& t) { return between(base64(t), "\n", 76); },
     [](const std::string& t) { return unbase64(unblank(t)); }},
    {"base32", [](const std::string& t) { return base32(t); }, unbase32},
    {"hex", [](const std::string& t) { return hex(t); }, unhex},
    {"hex, upper case", [](const std::string& t) { return as(t, "%02X"); }, unhex},
    {"percent", [](const std::string& t) { return as(t, "%%%02x"); }, unpercent},
    {"quoted-printable", [](const std::string& t) { return as(t, "=%02X"); }, unquoted_printable},
    {"JSON escapes", [](const std::string& t) { return as_characters(t, "\\u%04x"); }, unjson},
    {"HTML", [](const std::string& t) { return as_characters(t, "&#%u;"); }, unhtml},
    {"zero-width spaces", [](const std::string& t) { return between(t, "\u200b", 3); }, ascii_only, true},
    {"word joiners", [](const std::string& t) { return between(t, "\u2060"); }, ascii_only, true},
};

}  // namespace tfy::leaks
