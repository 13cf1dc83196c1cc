#include "server/sealing/printing.hpp"

#include <ostream>

#include "policy/visible.hpp"

namespace tfy::sealing {

void print_text(std::ostream& out, const redaction::Redacted& text) {
    out << policy::visible(text) << std::flush;
}

void print_json(std::ostream& out, const redaction::Redacted& document) {
    out << policy::visible_json(document) << '\n' << std::flush;
}

}  // namespace tfy::sealing
