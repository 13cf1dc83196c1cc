#include "server/mcp/prepared_answers.hpp"

namespace tfy::mcp {

std::optional<redaction::Redacted> PreparedAnswers::find(const Known& known, const protocol::Request& request,
                                                         protocol::Version version) {
    forget_unless_of(known);
    const auto found = results_.find({request.method, version});
    if (found == results_.end()) return std::nullopt;
    return known->answer(request.id.json(), found->second);
}

void PreparedAnswers::keep(const Known& known, const protocol::Request& request, protocol::Version version,
                           const Json& result) {
    forget_unless_of(known);
    results_.insert_or_assign({request.method, version}, known->seal(result));
}

void PreparedAnswers::forget_unless_of(const Known& known) {
    if (known_ == known) return;
    results_.clear();
    known_ = known;
}

}  // namespace tfy::mcp
