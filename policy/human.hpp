// A person who decides. Only the approval channels can make one.
#pragma once

#include <optional>
#include <string>

#include "policy/call.hpp"
#include "policy/signature.hpp"

namespace tfy::people {
class ClientForm;
class TerminalChannel;
class PageSessions;
class PasskeyDesk;
}  // namespace tfy::people

namespace tfy::policy {

/// Made by a channel that has identified a person, and carries how surely. Approvals take nothing else.
class Human {
public:
    const std::string& name() const { return name_; }
    Assurance assurance() const { return assurance_; }
    /// Of this very decision; present with the assurance `passkey`, and with no other.
    const std::optional<Signature>& signature() const { return signature_; }

private:
    friend class people::ClientForm;       // client
    friend class people::TerminalChannel;  // terminal
    friend class people::PageSessions;     // signed_in
    friend class people::PasskeyDesk;      // passkey
    friend struct HumanForTests;           // defined in tests/fakes only
    Human(std::string name, Assurance assurance) : name_(std::move(name)), assurance_(assurance) {}
    Human(std::string name, Signature signature)
        : name_(std::move(name)), assurance_(Assurance::passkey), signature_(std::move(signature)) {}

    std::string name_;
    Assurance assurance_;
    std::optional<Signature> signature_ = {};
};

/// 1 to 64 letters, digits, '.', '_', '-', '@', '+', beginning with a letter, digit or '_': names of accounts
/// and addresses, never a principal ("stdio:alice").
bool is_person_name(std::string_view name);
/// The same for people, as a clause about what a name has.
inline constexpr std::string_view person_names = "up to 64 letters A-Z and a-z, digits and . _ - @ +";
/// Whether both names are meant for one person: their case does not count.
bool same_person(std::string_view one, std::string_view other);
/// Whether `typed` looks like a slip for `known`, another name: its letters in another case, or one letter
/// more, less or another, or two swapped.
bool is_slip_for(std::string_view typed, std::string_view known);

}  // namespace tfy::policy
