#include "server/mcp/prepared_answers.hpp"

namespace tfy::mcp {

std::optional<redaction::Redacted> PreparedAnswers::find(const Known& known, const protocol::Request& request,
                                                         protocol::Version version) {
    forget_unless_of(known);
    const auto found = results_.find({request.method, version});
    if (found == results_.end()) return std::nullopt;
    return known->answer(request.id.json(), found->second);
}

std::optional<redaction::Redacted> PreparedAnswers::keep(const Known& known, const protocol::Request& request,
                                                         protocol::Version version, const Json& result,
                                                         const protocol::MemberOrder& order) {
    forget_unless_of(known);
    const auto kept = results_.insert_or_assign({request.method, version}, known->seal(result, order)).first;
    return known->answer(request.id.json(), kept->second);
}

std::optional<redaction::Redacted> PreparedAnswers::find(const Known& known, const protocol::RequestId& id,
                                                         const Again& again, protocol::Version version) {
    forget_unless_of(known);
    const auto found = again_.find({again.is, version});
    if (found == again_.end()) return std::nullopt;
    return known->answer(id.json(), found->second);
}

std::optional<redaction::Redacted> PreparedAnswers::keep(const Known& known, const protocol::RequestId& id,
                                                         const Again& again, protocol::Version version,
                                                         const Json& result) {
    forget_unless_of(known);
    auto sealed = known->seal(result);
    again_bytes_ += sealed.text().size();
    if (again_bytes_ > most_bytes) {
        again_.clear();
        again_bytes_ = sealed.text().size();
    }
    const auto kept = again_.insert_or_assign({again.is, version}, std::move(sealed)).first;
    return known->answer(id.json(), kept->second);
}

void PreparedAnswers::forget_unless_of(const Known& known) {
    if (known_ == known) return;
    results_.clear();
    again_.clear();
    again_bytes_ = 0;
    known_ = known;
}

}  // namespace tfy::mcp
