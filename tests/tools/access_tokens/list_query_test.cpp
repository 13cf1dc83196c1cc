// The order of a list is one and the same by tokens and by the positions that cursors hold.
#include "tools/access_tokens/list_query.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::list_query_test {

using namespace tfy::examples;
using truefoundry::AccessToken;

namespace {

std::vector<AccessToken> tokens_of_all_kinds() {
    std::vector<AccessToken> all;
    const std::optional<policy::Time> times[] = {std::nullopt, policy::Time{}, policy::Time{-1ms}, noon};
    const std::string long_name(70, 'n');
    for (const auto& time : times)
        for (const auto& name :
             {std::string{}, std::string("a"), long_name, long_name + "x", std::string("\xc3\xbc")})
            for (const auto* id : {"a", "b"})
                all.push_back({.id = id, .name = name, .created = time, .expires = time, .last_used = time});
    return all;
}

}  // namespace

TEST_CASE("one token precedes another exactly where its position does") {
    const auto all = tokens_of_all_kinds();
    for (const auto* sort :
         {"", "created", "name", "-name", "expires", "-expires", "last_used", "-last_used"}) {
        CAPTURE(sort);
        const auto order = access_tokens::Order::read(sort);
        int differences = 0;
        for (const auto& a : all)
            for (const auto& b : all)
                if (order.precedes(a, b) != order.precedes(order.position(a), order.position(b)))
                    ++differences;
        CHECK(differences == 0);
    }
}

}  // namespace tfy::list_query_test
