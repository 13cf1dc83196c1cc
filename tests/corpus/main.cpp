// The corpus of leaks for tests from outside: `leak_corpus write DIR` writes each leak of the value on
// standard input into DIR/NNN.in, `leak_corpus score DIR` says how many of DIR/NNN.out still give it away.
// Exit 1 where one of the promised does. `leak_corpus benign FILE` writes lines that give nothing away.
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>

#include "tests/policy/benign_lines.hpp"
#include "tests/policy/corpus_carriers.hpp"
#include "tests/policy/corpus_score.hpp"

namespace {

using namespace tfy;
using namespace tfy::leaks;

std::string read(std::istream& in) { return {std::istreambuf_iterator<char>(in), {}}; }

std::string joined(const std::string& json) { return tfy::Json::accept(json) ? put_together(json) : json; }

int write_all(const std::string& folder, const std::string& value) {
    int number = 100;
    for (const auto& leak : corpus())
        std::ofstream(folder + "/" + std::to_string(number++) + ".in", std::ios::binary) << leak.write(value);
    return 0;
}

int score_all(const std::string& folder, const std::string& value) {
    Board board;
    int number = 100;
    for (const auto& leak : corpus()) {
        std::ifstream in(folder + "/" + std::to_string(number++) + ".out", std::ios::binary);
        if (!in) return 2;
        const auto text = read(in);
        board.add(leak, can_be_read(leak.is_message ? joined(text) : text, value, leak.read) ? "it" : "");
    }
    std::cout << board.table();
    for (const auto& missed : board.missed()) std::cout << missed << "\n";
    return board.missed().empty() ? 0 : 1;
}

int write_benign(const std::string& file) {
    std::ofstream out(file, std::ios::binary);
    for_each_benign_line([&](const std::string& line) { out << line << "\n"; });
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    if (std::string_view(argv[1]) == "benign") return write_benign(argv[2]);
    auto value = read(std::cin);
    while (value.ends_with('\n')) value.pop_back();
    const std::string verb = argv[1];
    return verb == "write" ? write_all(argv[2], value) : verb == "score" ? score_all(argv[2], value) : 2;
}
