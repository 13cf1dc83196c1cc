// The asking side of one request: who it is, what it can do, and the way back to it while it waits.
#pragma once

#include <optional>
#include <string>

#include "policy/call.hpp"
#include "policy/reveal.hpp"
#include "protocol/meta.hpp"
#include "server/questions.hpp"
#include "server/transport/transport.hpp"

namespace tfy::server {

struct Requester {
    protocol::ClientContext context;
    policy::Caller caller;
    Outbox& outbox;                  // lives as long as the request
    Questions* questions = nullptr;  // legacy clients that can be asked
    std::string session = {};        // of a legacy client
};

/// What a request is answered with, before it is sealed. A reveal's value goes in where `result` holds its
/// placeholder.
struct Answer {
    Json result = Json::object();
    std::string result_type = "complete";
    std::optional<policy::Reveal> reveal = {};
};

}  // namespace tfy::server
