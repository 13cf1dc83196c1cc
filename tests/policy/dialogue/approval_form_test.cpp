#include "policy/dialogue/approval_form.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::approval_form_test {

using namespace tfy::fakes;

TEST_CASE("who denies has to type no name") {
    const auto form = dialogue::approval_form(approval("apr_1"), noon, protocol::Version::v2025_11_25, {}, {},
                                              fakes::no_tokens());
    const auto& schema = form.at("requestedSchema");
    CHECK(schema.at("required") == Json{"decision"});
    const auto& name = schema.at("properties").at("confirm_name");
    CHECK_FALSE(name.contains("minLength"));
    CHECK(name.at("description") == "To approve, type: ci-pipeline");
}

}  // namespace tfy::approval_form_test
