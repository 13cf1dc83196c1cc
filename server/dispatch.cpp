#include "server/dispatch.hpp"

namespace tfy::server {

Dispatch::Dispatch(CallTool& call_tool, const tools::Catalog& catalog, const Redaction& redaction,
                   protocol::ServerInfo server, std::size_t calls_per_principal)
    : call_tool_(call_tool),
      catalog_(catalog),
      redaction_(redaction),
      server_(std::move(server)),
      calls_per_principal_(calls_per_principal) {}

Async<Dispatch::Sealed> Dispatch::answer(Requester& requester, protocol::Request request) {
    const bool modern = protocol::is_modern(requester.context.version);
    auto answer = co_await route(requester, request);
    if (!answer) co_return refuse(request.id, answer.error(), !modern);
    auto result = modern ? protocol::modern_result(std::move(answer->result), server_, answer->result_type)
                         : std::move(answer->result);
    const auto message = protocol::write_result(request.id, std::move(result));
    if (answer->reveal)
        co_return Sealed{redaction_.now()->seal_reveal(message, std::move(*answer->reveal)), {}};
    co_return Sealed{redaction_.seal(message), {}};
}

Dispatch::Sealed Dispatch::refuse(const std::optional<protocol::RequestId>& id, const Error& error,
                                  bool legacy) const {
    return {redaction_.seal(protocol::write_error(id, error, legacy)), error.code};
}

Async<Result<Answer>> Dispatch::route(Requester& requester, const protocol::Request& request) {
    const auto version = requester.context.version;
    const bool modern = protocol::is_modern(version);
    if (request.method == "tools/list") {
        auto list = protocol::write_tool_list(catalog_.definitions(), request.params, version);
        if (!list) co_return list.error();
        co_return Answer{.result = std::move(*list)};
    }
    if (request.method == "tools/call") co_return co_await call(requester, request.params);
    if (modern && request.method == "server/discover")
        co_return Answer{.result = protocol::write_discover(server_)};
    if (!modern && request.method == "ping") co_return Answer{};
    co_return Error{Errc::method_not_found,
                    "This server has no method " + protocol::quoted(request.method) + "."};
}

Async<Result<Answer>> Dispatch::call(Requester& requester, const Json& params) {
    auto read = protocol::read_call_tool(params);
    if (!read) co_return read.error();
    auto& in_flight = calls_[requester.caller.principal];
    if (in_flight >= calls_per_principal_)
        co_return write_answer(
            tools::failed({Errc::rate_limited,
                           "Too many calls of yours are running. Nothing was done. Wait for one to end."}),
            requester.context.version);
    ++in_flight;
    const std::unique_ptr<std::size_t, void (*)(std::size_t*)> leave(&in_flight,
                                                                     [](std::size_t* count) { --*count; });
    co_return co_await call_tool_.run(requester, std::move(*read));
}

}  // namespace tfy::server
