// What the doctor found, as text for people and as JSON.
#pragma once

#include "server/doctor/doctor.hpp"

namespace tfy::doctor {

std::string report_text(const CheckResults& findings);
/// {findings: [{level, what, why, todo, cause}], settings: [{name, variable, value, from}], broken,
/// warnings}; null for what a finding or a setting has none of.
Json report_json(const CheckResults& findings, const std::vector<config::Setting>& settings);

}  // namespace tfy::doctor
