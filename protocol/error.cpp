// The table behind Errc: names, JSON-RPC numbers, HTTP statuses. No other file holds an error number.
#include "protocol/error.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace tfy::protocol {
namespace {

struct Row {
    Errc code;
    std::string_view name;
    int number;
    int status;
};

constexpr int internal_error = -32603;
constexpr int legacy_resource_not_found = -32002;

// Nothing is wrong with the server: 200, so that clients show the sentence and not a number.
constexpr Row ours(Errc code, std::string_view name) { return {code, name, internal_error, 200}; }

constexpr std::array rows = {
    Row{Errc::parse_error, "parse_error", -32700, 400},
    Row{Errc::invalid_request, "invalid_request", -32600, 400},
    Row{Errc::method_not_found, "method_not_found", -32601, 404},
    Row{Errc::invalid_params, "invalid_params", -32602, 400},
    Row{Errc::internal, "internal", internal_error, 500},
    Row{Errc::header_mismatch, "header_mismatch", -32020, 400},
    Row{Errc::missing_capability, "missing_capability", -32021, 400},
    Row{Errc::unsupported_version, "unsupported_version", -32022, 400},
    Row{Errc::resource_not_found, "resource_not_found", -32602, 400},
    ours(Errc::refused, "refused"),
    ours(Errc::denied, "denied"),
    ours(Errc::expired, "expired"),
    ours(Errc::withdrawn, "withdrawn"),
    ours(Errc::superseded, "superseded"),
    ours(Errc::not_found, "not_found"),
    ours(Errc::conflict, "conflict"),
    Row{Errc::rate_limited, "rate_limited", internal_error, 429},
    ours(Errc::no_approval_channel, "no_approval_channel"),
    ours(Errc::upstream, "upstream"),
    ours(Errc::ambiguous, "ambiguous"),
    Row{Errc::storage, "storage", internal_error, 500},
    Row{Errc::too_large, "too_large", -32600, 413},
    Row{Errc::closed, "closed", internal_error, 503},
    Row{Errc::cancelled, "cancelled", internal_error, 500},
};

constexpr const Row& row(Errc code) { return rows[static_cast<std::size_t>(code)]; }

constexpr bool each_code_has_its_row() {
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (rows[i].code != static_cast<Errc>(i)) return false;
    return rows.back().code == Errc::cancelled;
}
static_assert(each_code_has_its_row());

void append_escaped(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '\'' && c != '\\') {
        out += c;
    } else if (c == '\'' || c == '\\') {
        out += {'\\', c};
    } else {
        out += {'\\', 'x', hex[byte >> 4U], hex[byte & 0xfU]};
    }
}

}  // namespace

std::string_view name(Errc code) { return row(code).name; }

int json_rpc_code(Errc code, bool legacy) {
    return legacy && code == Errc::resource_not_found ? legacy_resource_not_found : row(code).number;
}

Errc read_json_rpc_code(std::int64_t number) {
    if (number == legacy_resource_not_found) return Errc::resource_not_found;
    // The first row of a number is the one that the number stands for.
    const auto found = std::ranges::find(rows, number, &Row::number);
    return found == rows.end() ? Errc::internal : found->code;
}

int http_status(Errc code) { return row(code).status; }

std::string escaped(std::string_view untrusted) {
    constexpr std::size_t limit = 200, of_longer = 20;
    std::string out;
    std::size_t fits = 0;
    for (const char c : untrusted) {
        append_escaped(out, c);
        if (out.size() > limit) return out.substr(0, fits).append("...");
        if (out.size() <= of_longer) fits = out.size();
    }
    return out;
}

std::string quoted(std::string_view untrusted) { return "'" + escaped(untrusted) + "'"; }

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(std::string(name(error.code)) + ": " + error.message);
}

}  // namespace tfy::protocol
