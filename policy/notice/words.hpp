// What people read of a notice, in whichever channel: the same words, made safe to look at.
#pragma once

#include <string>
#include <vector>

#include "policy/notice/notice.hpp"

namespace tfy::notice {

struct NoticeWords {
    struct Field {
        std::string label;
        std::string value;
    };
    std::string headline;              // "Approval needed"
    std::string summary;               // one line: headline, what is asked, token
    std::vector<Field> fields;         // at most eight
    std::string effect;                // what happens on approval
    std::vector<std::string> remarks;  // warnings, and why it is asked; at most six
    std::string claimed;               // what the caller says of itself; empty if it says nothing
    std::string footer;                // the digest, and until when someone may decide
};

/// No value has more than 300 bytes, no effect or remark more than about 500: escaped, which makes them
/// five times as long at the most, they still keep to the limits of both services.
NoticeWords words_of(const Notice& notice, const policy::Seals& seal);

/// shown(), cut so that no more than `most` bytes come out, however much of it has to be marked.
std::string shown_within(const policy::Seals& seal, std::string_view text, std::size_t most);

}  // namespace tfy::notice
