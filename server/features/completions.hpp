// What an argument of a prompt or of a resource template could be: names and ids of what its caller may see.
#pragma once

#include <map>

#include "server/features/caller_view.hpp"
#include "server/mcp/features.hpp"

namespace tfy::features {

class Completions final : public mcp::CompletionFeature {
public:
    /// View and clock must outlive it. Of the prompts and templates with these definitions.
    Completions(CallerView& view, const Clock& clock, std::vector<Json> prompts, std::vector<Json> templates);

    /// First what begins with the text typed so far, then what holds it anywhere, case aside; an id is found
    /// by its token's name, too. Empty, never an error, where TrueFoundry cannot be asked. An id or a name
    /// that is settled already leaves only what belongs to it.
    Async<Result<Found>> complete(mcp::Requester& requester, protocol::CompleteParams params) override;

private:
    struct Candidate {
        std::string value;
        std::string also = {};  // another text that it is found by
    };
    using Candidates = std::vector<Candidate>;
    using Settled = std::map<std::string, std::string>;

    static Found best_of(const Candidates& candidates, std::string_view typed);
    Async<Candidates> taken_from(const mcp::Requester& requester, std::string source, Settled settled);
    Async<Json> tokens(const mcp::Requester& requester);

    CallerView& view_;
    const Clock& clock_;
    std::vector<Json> prompts_;
    std::vector<Json> templates_;

    struct Recent {
        policy::Time read;
        Json tokens;
    };
    std::map<std::string, Recent> recent_;  // by principal
};

}  // namespace tfy::features
