// libsodium, made ready on first use.
#pragma once

namespace tfy::policy {

/// Call before anything that allocates locked memory or draws random bytes. Cheap after the first time; safe
/// from any thread. Throws std::runtime_error if the system gives no randomness.
void ready_sodium();

}  // namespace tfy::policy
