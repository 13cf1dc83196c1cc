// Who looks at the tokens of a walk: all of them pass by, and the visitor keeps what it needs.
#pragma once

#include "tools/truefoundry/kept_list.hpp"

namespace tfy::truefoundry {

class Visitor {
public:
    virtual ~Visitor() = default;
    /// A look begins. Where the pages shifted meanwhile there is a second one, and the first does not count.
    virtual void begin() = 0;
    /// Each token, in upstream's order. `again`: one of its id was seen in this look before. That is told by
    /// a hash of the id, so that 100,000 ids need no memory for their text: good enough to leave a token out
    /// of a table. A visitor that decides by an id or a name compares it exactly, `again` or not.
    virtual void see(const AccessToken& token, bool again) = 0;
    /// The whole list, where it is to the byte what the last look saw. False: this visitor wants to see its
    /// tokens one by one.
    virtual bool see_all(const SharedList& list) {
        static_cast<void>(list);
        return false;
    }
};

inline void show_whole(const SharedList& list, Visitor& visitor) {
    if (visitor.see_all(list)) return;
    for (const auto& page : list->pages())
        for (const auto& token : page->read.tokens) visitor.see(token, false);
}

}  // namespace tfy::truefoundry
