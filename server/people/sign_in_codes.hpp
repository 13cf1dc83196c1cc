// One-time codes that let someone sign in to the approvals page under a name, given out by anyone who may use
// a terminal on the state directory.
#pragma once

#include <string>
#include <string_view>

#include "server/people/sign_in_proof.hpp"
#include "server/storage/store.hpp"

namespace tfy::people {

/// Random, 60 bits: "K7Q2-9FXM-3TVB".
std::string make_sign_in_code();
/// Upper case, without what people add when they copy: dashes and white space.
std::string normal_sign_in_code(std::string_view typed);
/// What is stored instead of the code.
std::string hash_of_sign_in_code(std::string_view typed);

/// Those that a command on this state directory gave out (Ledger::add_sign_in_code).
class SignInCodes {
public:
    SignInCodes(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    /// Whether there is anyone who could make one. Where that cannot be seen there is.
    Async<bool> anyone_makes_them();
    /// Whose code it is, which goes on counting. Errors as of take().
    Async<Result<std::string>> whose(std::string_view typed);
    /// The same, and it is used up. Errc::denied if there is none; Errc::storage.
    Async<Result<SignInProof>> take(std::string_view typed);

private:
    storage::Store& store_;
    const Clock& clock_;
};

}  // namespace tfy::people
