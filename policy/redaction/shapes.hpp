// Tokens that no one registered, known by how they look: the second net.
#pragma once

#include <string_view>
#include <vector>

#include "policy/redaction/index.hpp"

namespace tfy::redaction {

inline constexpr std::size_t least_shape = 24;  // characters

/// Adds an unnamed hit for every JWT with TrueFoundry's claims, and for every "tfy-…" or "tfy_…" of which the
/// rest is no name but random characters; and one with its token for every JWT whose id `index` knows.
///
/// `hits` are those of Index::find in this text, by window. A shape ends where a whole value of them ends
/// that begins with it.
void find_shapes(std::string_view text, const Index& index, std::vector<Hit>& hits);

/// "tfy-" and what follows it, or "tfy_pat_<name>_" and "tfy_va_<name>_" and a secret: true for a key, false
/// for names (tfy-python-buildpack), UUIDs and commit hashes.
bool looks_like_key(std::string_view word);

}  // namespace tfy::redaction
