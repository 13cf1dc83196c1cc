// What every tool that deletes a token does: the words for the person, what must not have changed, and
// the one DELETE.
#pragma once

#include <string>
#include <vector>

#include "policy/facts.hpp"
#include "tools/async.hpp"
#include "tools/key_facts.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

/// Its name, or its id where it has none.
std::string title_of(const truefoundry::AccessToken& token);

/// What must still be so when it is deleted. Not when it was last used: that may change at any moment and is
/// no other token.
Json target_of(const truefoundry::AccessToken& token);

/// `key`: with which it is deleted. Whether it is this token is told by the ids that a JWT carries.
policy::Facts describe_deletion(const truefoundry::AccessToken& token, const tools::KeyFacts& key,
                                policy::Time now, const policy::Seals& seal);

/// One DELETE; where its answer is lost, listing tells what became of it. Errc::upstream, Errc::not_found:
/// it was not deleted by this; Errc::ambiguous: no one knows.
Async<Result<void>> delete_once(truefoundry::Client api, truefoundry::TokenId id);

/// The same, of a token that was just read; where the answer is lost or TrueFoundry wants to be asked later,
/// it is read again, and where it is still there and still the same, there is another try, three in all.
/// All of them, and what is read between them, begin within the client's max_time; the last try has what is
/// left of it, and five seconds at the least. Errc::superseded: it changed before any try could have deleted
/// it.
Async<Result<void>> delete_unchanged(truefoundry::Client api, truefoundry::AccessToken token);

/// What became of a DELETE that was sent `age` ago and whose answer no one here has. A value: the token is
/// gone; Errc::upstream: it is still listed, for good (see Settling); Errc::ambiguous: the tokens could not
/// be read. `how` the answer was lost, for people.
Async<Result<void>> look_whether_deleted(truefoundry::Client api, truefoundry::TokenId id,
                                         policy::Duration age, std::string how);

}  // namespace tfy::access_tokens
