// Facts as stored JSON.
#include "policy/facts.hpp"

#include "policy/stored.hpp"

namespace tfy::policy {

Json Facts::json() const {
    auto list = Json::array();
    for (const auto& fact : shown) list.push_back({{"label", fact.label}, {"value", fact.value}});
    return {{"subject", subject},
            {"effect", effect},
            {"shown", std::move(list)},
            {"warnings", warnings},
            {"target", target},
            {"yields_value", yields_value},
            {"expires", expires ? Json(format_time(*expires)) : Json(nullptr)},
            {"confirmation", confirmation},
            {"needs", needs},
            {"consumes", consumes},
            {"until", until ? Json(format_time(*until)) : Json(nullptr)},
            {"contested", contested}};
}

Facts read_facts(const Members& from) {
    Facts facts;
    facts.subject = from.text("subject");
    facts.effect = from.text("effect");
    for (const auto& fact : from.list("shown"))
        facts.shown.push_back({fact.text("label"), fact.text("value")});
    facts.warnings = from.texts("warnings");
    facts.target = from.value("target");
    facts.yields_value = from.flag("yields_value");
    if (from.has("expires") && !from.is_null("expires")) facts.expires = from.time("expires");
    if (from.has("confirmation")) facts.confirmation = from.text("confirmation");
    if (from.has("needs")) facts.needs = from.texts("needs");
    if (from.has("consumes")) facts.consumes = from.texts("consumes");
    if (from.has("until") && !from.is_null("until")) facts.until = from.time("until");
    if (from.has("contested")) facts.contested = from.flag("contested");
    return facts;
}

Facts Facts::read(const Json& value) {
    std::string problem;  // what cannot be read stays empty; Approval::read refuses it
    return read_facts(Members(value, "facts", problem));
}

}  // namespace tfy::policy
