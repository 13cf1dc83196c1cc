#include "server/people/page_address.hpp"

#include <doctest/doctest.h>

#include "server/storage/state_dir.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::page_address_test {

using namespace tfy::fakes;

TEST_CASE("pages of running servers are known, and no longer than they run") {
    const TempFolder folder;
    const auto state = storage::StateDir::open(folder.path()).value();
    CHECK(people::page_addresses(folder.path()).empty());
    const auto one = storage::Instance::hold(state, "ins_1").value();
    const people::PageAddress first(folder.path(), "ins_1", "http://127.0.0.1:2/approvals");
    const people::PageAddress ended(folder.path(), "ins_gone", "http://127.0.0.1:3/approvals");
    {
        const auto two = storage::Instance::hold(state, "ins_2").value();
        const people::PageAddress second(folder.path(), "ins_2", "http://127.0.0.1:1/approvals");
        CHECK(people::page_addresses(folder.path()) ==
              std::vector<std::string>{"http://127.0.0.1:1/approvals", "http://127.0.0.1:2/approvals"});
    }
    CHECK(people::page_addresses(folder.path()) == std::vector<std::string>{"http://127.0.0.1:2/approvals"});
    CHECK_FALSE(std::filesystem::exists(folder / "instances/ins_gone.page"));
}

}  // namespace tfy::page_address_test
