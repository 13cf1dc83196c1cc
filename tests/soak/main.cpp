// upstream_soak [--rounds=N] [--seed=N|random]: creations and deletions over real HTTP on loopback whose
// answers are lost in every way there is. What the caller is told is what the control plane did, whenever it
// did it; and each is settled within half a minute, or said to be unknown.
#include <cstdio>
#include <string>

#include "tests/soak/round.hpp"

int main(int count, char** arguments) {
    int rounds = 1000;
    std::uint64_t seed = 20261123;
    for (int i = 1; i < count; ++i) {
        const std::string argument = arguments[i];
        const auto value = argument.substr(argument.find('=') + 1);
        if (argument.starts_with("--rounds="))
            rounds = std::stoi(value);
        else if (argument.starts_with("--seed="))
            seed = value == "random" ? std::random_device{}() : std::stoull(value);
        else
            return std::fprintf(stderr, "usage: upstream_soak [--rounds=N] [--seed=N|random]\n"), 2;
    }
    const int creations = tfy::soak::play_creations(rounds, seed);
    return creations != 0 ? creations : tfy::soak::play_deletions(rounds, seed);
}
