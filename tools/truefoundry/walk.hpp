// All tokens of the caller, one page at a time: for those who need to look at each and to keep few.
#pragma once

#include "tools/truefoundry/client.hpp"

namespace tfy::truefoundry {

class Visitor {
public:
    virtual ~Visitor() = default;
    /// A look begins. Where the pages shifted meanwhile there is a second one, and the first does not count.
    virtual void begin() = 0;
    /// Each token once a look, in upstream's order.
    virtual void see(AccessToken token) = 0;
};

/// What a walk reads at the most; a control plane may give fewer than `page_size` tokens a page.
inline constexpr int most_pages_walked = 2'000;

/// Keeps one page, and a hash of the id of each token that was seen. `name_contains` is a substring that
/// upstream may not know: it then sends all. Errors are those of the client, and Errc::upstream where there
/// are more pages; what the visitor saw until then is not all. `visitor` must outlive it.
Async<Result<void>> walk(Client api, std::string name_contains, Visitor& visitor);

}  // namespace tfy::truefoundry
