// A waiting request as one line of the page's inbox: what it takes to choose which one to open.
#pragma once

#include "policy/approval.hpp"

namespace tfy::dashboard {

/// id, tool, title, verb, danger, together, subject, principal, asked_by, created, request_expires_at,
/// short_digest, digest, risks [short texts], quorum, voters [names], narrowed, marked, may_approve (for this
/// person). Every string from others has passed policy::shown(); `marked` says that the request holds
/// characters which that writes out.
Json inbox_row(const policy::Approval& approval, std::string_view person, const policy::Seals& seal);

/// "It was used 2 hours before this was asked. Everything…" → "used 2 hours before this was asked".
std::string short_risk(std::string_view warning);

}  // namespace tfy::dashboard
