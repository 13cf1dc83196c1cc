// Whole conversations with people, clock and upstream in them, as text: tests/transcripts/*.transcript.
//
//   # what it shows                        @ now 2026-11-23T12:00:00Z
//   > a message to the server              @ upstream GET /api/…?limit=100 -> 200 {"data":[]}
//   < the message that comes back          @ approve apr_#1 by grace signed_in [page|agent|none]
//                                          @ deny apr_#1 by grace signed_in because not today
//
//   @ told METHOD [with TEXT]              waits for a message that tells of a change; these stand only where
//                                          they are asked for, because they come when they come
//   @ an answer comes                      waits for it, where what went before it was no message
//   @ idle                                 until nothing that was approved is running
//   @ restart as user                      kill -9, and a new process of this user on the same state
//
// Random parts are numbered in the order in which they appear: apr_#1, rev_#1, state#1, sha256:#1.
#pragma once

#include <filesystem>
#include <string>

namespace tfy::test {

/// Runs one transcript and returns it as it really went: equal to the file's text where everything is as
/// expected.
std::string play(const std::filesystem::path& file);

}  // namespace tfy::test
