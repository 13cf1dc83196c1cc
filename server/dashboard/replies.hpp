// Answers of the page's JSON API: sealed, never cached.
#pragma once

#include <string_view>

#include "server/sealing/sealer.hpp"
#include "server/transport/http.hpp"

namespace tfy::dashboard {

/// What every answer below /approvals carries: nothing foreign gets in, and no other site frames or reads it.
const transport::Headers& guards();

/// For bodies that are sealed already.
transport::HttpResponse sealed_reply(int status, redaction::Redacted body, transport::Headers extra = {});
transport::HttpResponse json_reply(const sealing::Sealer& redaction, int status, const Json& body,
                                   transport::Headers extra = {});
/// {"error": {"code", "message"}}
transport::HttpResponse error_reply(const sealing::Sealer& redaction, int status, std::string_view code,
                                    std::string_view message, transport::Headers extra = {});
/// {name: secret} and `more`, of which nothing stays here. No coroutine writes such a body out: gcc 12 leaves
/// what it makes of braces there in memory.
transport::HttpResponse secret_reply(const sealing::Sealer& redaction, int status, const char* name,
                                     const std::string& secret, Json more = Json::object());
/// 204, or any other without a body.
transport::HttpResponse empty_reply(int status, transport::Headers extra = {});

/// The status for what the desks answer with; Errc::refused is 422.
int page_status(Errc code);
/// What a desk answered with, to someone who wanted to sign in: "Nothing was changed." becomes "You are not
/// signed in."
Error not_signed_in(const Error& error);
/// What a desk answered with, under page_status().
transport::HttpResponse error_reply(const sealing::Sealer& redaction, const Error& error,
                                    transport::Headers extra = {});

}  // namespace tfy::dashboard
