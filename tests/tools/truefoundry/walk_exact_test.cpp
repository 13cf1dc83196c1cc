// Ids that have one hash are still two ids: what is found and what is listed is compared exactly.
#include <doctest/doctest.h>

#include <cstring>
#include <random>

#include "tests/tools/examples.hpp"

namespace tfy::walk_exact_test {

using namespace tfy::examples;

namespace {

/// libstdc++'s std::hash of a string, MurmurHash64A, as far as it is needed to turn a block round.
constexpr std::uint64_t multiplier = 0xc6a4a7935bd1e995;
constexpr std::uint64_t seed = 0xc70f6907;
constexpr std::size_t id_size = 16;

std::uint64_t shifted(std::uint64_t value) { return value ^ (value >> 47U); }
std::uint64_t mixed(std::uint64_t block) { return shifted(block * multiplier) * multiplier; }
std::uint64_t unmixed(std::uint64_t value) {
    std::uint64_t inverse = multiplier;  // of an odd number, by Newton
    for (int i = 0; i < 6; ++i) inverse *= 2 - multiplier * inverse;
    return shifted(value * inverse) * inverse;
}
std::uint64_t after(std::uint64_t block) {
    return ((seed ^ (id_size * multiplier)) ^ mixed(block)) * multiplier;
}
std::uint64_t block_of(const std::string& text) {
    std::uint64_t block = 0;
    std::memcpy(&block, text.data(), sizeof block);
    return block;
}
std::string text_of(std::uint64_t block) {
    std::string text(sizeof block, '\0');
    std::memcpy(text.data(), &block, sizeof block);
    return text;
}

/// Two lawful ids of 16 characters with one hash: the second half makes up for the first.
std::pair<std::string, std::string> two_of_one_hash() {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::mt19937 random(7);
    const std::string one = "a-usual-token-id";
    for (;;) {
        std::string half(8, ' ');
        for (auto& c : half) c = letters[random() % letters.size()];
        const auto wanted = after(block_of(one)) ^ mixed(block_of(one.substr(8)));
        auto other = half + text_of(unmixed(wanted ^ after(block_of(half))));
        if (truefoundry::TokenId::read(other)) return {one, other};
    }
}

}  // namespace

TEST_CASE(
    "two ids of one hash are both found, both listed, and the newest of a name is found whatever its hash") {
    const auto [one, other] = two_of_one_hash();
    REQUIRE(one != other);
    REQUIRE(std::hash<std::string>{}(one) == std::hash<std::string>{}(other));
    const auto both =
        page(Json::array({item(one, "ci-pipeline"), item(other, "ci-pipeline", "2026-09-01T00:00:00.000Z")}));
    Upstream upstream;
    upstream.exchange.then([&](const std::string&) { return answer(200, both); });
    for (const auto& id : {one, other})
        CHECK(run(upstream.client.find(*truefoundry::TokenId::read(id))).value().id == id);
    CHECK(run(upstream.client.find_by_name(*truefoundry::TokenName::read("ci-pipeline"))).value().id ==
          other);
    CHECK(run(upstream.client.list()).value().size() == 2);
}

TEST_CASE("what repeats is listed once, also when it repeats after two ids of one hash") {
    const auto [one, other] = two_of_one_hash();
    const auto body = page(Json::array({item(one, "name-1"), item("id0", "name-0"), item(other, "name-2"),
                                        item(one, "name-1"), item(other, "name-2"), item("id0", "name-0")}));
    Upstream upstream;
    upstream.exchange.then([&](const std::string&) { return answer(200, body); });
    std::vector<std::string> ids;
    for (const auto& token : run(upstream.client.list()).value()) ids.push_back(token.id);
    CHECK(ids == std::vector<std::string>{one, "id0", other});
}

}  // namespace tfy::walk_exact_test
