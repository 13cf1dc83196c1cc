// A script of faults for the sandbox: which requests it strikes, and what becomes of them.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/error.hpp"
#include "tests/lab/circumstances.hpp"

namespace tfy::lab {

using std::chrono::milliseconds;

/// Strikes the `count` requests from the `nth` on, of those that fit since it was posted.
struct FaultMatch {
    std::string method = {};  // empty: any
    std::string path = {};    // without the query; "…/*" is all that begins so; empty: any
    std::string query = {};   // a part of the query: "offset=100"; empty: any
    std::uint32_t nth = 1;
    std::uint32_t count = 1;

    bool fits(std::string_view asked_method, std::string_view asked_path, std::string_view asked_query) const;
};

/// The work is done, and the answer comes late.
struct Delay {
    milliseconds time{0};
};
/// Another answer. `after_work`: what was asked for has been done all the same.
struct Instead {
    int status = 500;
    std::string content_type = {};
    std::string body = {};
    std::string retry_after = {};  // empty: no such header
    bool after_work = false;
};
/// The work is done; of the body only half is sent.
struct HalfBody {};
/// The connection is reset.
struct Reset {
    bool after_work = false;
};
/// The work is done; the body comes byte by byte.
struct Drip {
    milliseconds each{0};
};
struct Skew {
    std::chrono::seconds ahead{0};
};
using Action = std::variant<Delay, Instead, HalfBody, Reset, Drip, Skew, Interference, Shape>;

struct Fault {
    FaultMatch match;
    Action action;
    Json written;            // as it was posted
    std::uint32_t seen = 0;  // requests that fitted so far

    /// How often it strikes yet.
    std::uint32_t left() const;
};

/// All that strikes one request. Of the actions that spoil the answer the first one of the script counts.
struct Plan {
    Circumstances circumstances = {};
    milliseconds delay{0};
    std::variant<std::monostate, Instead, HalfBody, Reset, Drip> spoiled = {};
    Json applied = Json::array();  // the "do" of each, as posted

    /// Whether what the request asks for is done.
    bool works() const;
};

/// One fault, or an array of them: {"match": {...}, "do": {...}}, see docs/sandbox.md. Errc::refused where
/// anything in it is not known or out of bounds; the message says where, and what would be right.
Result<std::vector<Fault>> read_faults(std::string_view json);

class FaultScript {
public:
    /// Errc::refused beyond 1000 faults at once; then none is added.
    Result<void> add(std::vector<Fault> faults);
    /// Those that have not struck as often as they shall, in order, each as it was posted and with `left`.
    Json left() const;
    /// How many were left.
    std::size_t clear();
    /// Counts this request.
    Plan next(std::string_view method, std::string_view path, std::string_view query);

private:
    std::vector<Fault> faults_;
};

}  // namespace tfy::lab
