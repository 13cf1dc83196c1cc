#include "policy/program_words.hpp"

#include "policy/visible.hpp"

namespace tfy::policy {
namespace {

constexpr std::size_t longest_part = 100;

}  // namespace

std::string program_words(const Program& program, const Seals& seal) {
    const auto quoted = between_quotes(shown_line(seal.seal_text(program.name), longest_part));
    if (program.listed) return quoted + ", added by this server's operator";
    if (program.host.empty())
        return program.name.empty() ? std::string{} : "no host vouches for it; it calls itself " + quoted;
    const auto host = shown_line(seal.seal_text(program.host), longest_part);
    return program.name.empty() ? host : host + ", which calls itself " + quoted;
}

}  // namespace tfy::policy
