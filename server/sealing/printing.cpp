#include "server/sealing/printing.hpp"

#include <ostream>

#include "policy/visible.hpp"

namespace tfy::sealing {

void print_text(std::ostream& out, const redaction::Redactor& redactor, std::string_view text) {
    out << policy::visible(redactor.seal_text(text).text()) << std::flush;
}

void print_json(std::ostream& out, const redaction::Redactor& redactor, const Json& document) {
    out << policy::visible_json(redactor.seal(document).text()) << '\n' << std::flush;
}

void print_error(std::ostream& errors, std::string_view message) {
    const redaction::Redactor nothing_known({}, {});
    print_text(errors, nothing_known, "tfy-pat-mcp: " + std::string(message) + "\n");
}

}  // namespace tfy::sealing
