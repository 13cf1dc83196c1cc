// How a command prints: everything is sealed with all that this process can know.
#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "policy/secret.hpp"
#include "server/sealing/sealer.hpp"

namespace tfy::app {

/// What every error of a command begins with.
inline constexpr std::string_view told_by = "tfy-pat-mcp: ";

/// Knows the tokens of the state directory, the configured key, and the shapes of tokens. If no state
/// directory can be opened, the last two. Make it before the key is taken out of the environment.
class Console {
public:
    /// `state_dir` as the command line has it; empty: the usual one. It is read when something is printed for
    /// the first time. Nothing is made in it.
    explicit Console(std::string state_dir);
    ~Console();

    void say(std::ostream& out, std::string_view text) const;
    void print(std::ostream& out, const Json& document) const;
    /// Says what went wrong and gives its exit code.
    int fail(std::ostream& err, const Error& error) const;

    /// A key that was typed: from here on nothing that is printed holds it.
    void learn(const policy::Secret& key) const;

    /// What seals text by others before it is shown.
    const policy::Seals& seals() const { return sealer(); }
    const sealing::Sealer& sealer() const;

private:
    std::string state_dir_;
    mutable policy::Secret key_;
    mutable std::unique_ptr<sealing::Sealer> sealer_;
};

}  // namespace tfy::app
