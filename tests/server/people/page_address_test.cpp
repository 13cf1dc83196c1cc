#include "server/people/page_address.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <set>

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

TEST_CASE("a server with a page removes what killed ones left, and a draft only of one that has ended") {
    const TempFolder folder;
    const auto state = storage::StateDir::open(folder.path()).value();
    const auto one = storage::Instance::hold(state, "ins_1").value();
    const auto instances = folder / "instances";
    for (const auto* left : {"ins_gone.page", ".ins_gone.page.4b1d", ".ins_1.page.9c2e", "ins_1.sock"})
        std::ofstream(instances / left) << "http://127.0.0.1:3/approvals\n";
    const people::PageAddress first(folder.path(), "ins_1", "http://127.0.0.1:2/approvals");
    std::set<std::string> there;
    for (const auto& entry : std::filesystem::directory_iterator(instances))
        there.insert(entry.path().filename().string());
    CHECK(there == std::set<std::string>{".ins_1.page.9c2e", "ins_1.lock", "ins_1.page", "ins_1.sock"});
    CHECK(people::page_addresses(folder.path()) == std::vector<std::string>{"http://127.0.0.1:2/approvals"});
}

}  // namespace tfy::page_address_test
