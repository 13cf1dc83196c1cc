// The person behind a client, who answers its form (policy/dialogue/approval_form.hpp).
#pragma once

#include "policy/dialogue/approval_form.hpp"
#include "policy/human.hpp"

namespace tfy::people {

class ClientForm {
public:
    /// Who gave this answer. Only the least assurance comes of it: hosts have hooks that answer for people.
    /// Not by the client's name: that is the client's own choice, and another name would be another person.
    static policy::Human person(const dialogue::Decide&) {
        return {"the person behind the client", policy::Assurance::client};
    }
};

}  // namespace tfy::people
