// A person who decides. Only the approval channels can make one.
#pragma once

#include <string>

#include "policy/call.hpp"

namespace tfy::people {
class ClientForm;
class TerminalChannel;
class PageSessions;
}  // namespace tfy::people

namespace tfy::policy {

/// Made by a channel that has identified a person, and carries how surely. Approvals take nothing else.
class Human {
public:
    const std::string& name() const { return name_; }
    Assurance assurance() const { return assurance_; }

private:
    friend class people::ClientForm;       // client
    friend class people::TerminalChannel;  // terminal
    friend class people::PageSessions;     // signed_in
    friend struct HumanForTests;           // defined in tests/fakes only
    Human(std::string name, Assurance assurance) : name_(std::move(name)), assurance_(assurance) {}

    std::string name_;
    Assurance assurance_;
};

/// 1 to 64 letters, digits, '.', '_', '-', '@', '+', beginning with a letter, digit or '_': names of accounts
/// and addresses, never a principal ("stdio:alice").
bool is_person_name(std::string_view name);

}  // namespace tfy::policy
