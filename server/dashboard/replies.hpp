// Answers of the page's JSON API: sealed, never cached, never framed.
#pragma once

#include <string_view>

#include "server/redaction.hpp"
#include "server/transport/http.hpp"

namespace tfy::server {

/// For bodies that are sealed already.
HttpReply sealed_reply(int status, policy::Redacted body, Headers extra = {});
HttpReply json_reply(const Redaction& redaction, int status, const Json& body, Headers extra = {});
/// {"error": {"code", "message"}}
HttpReply error_reply(const Redaction& redaction, int status, std::string_view code, std::string_view message,
                      Headers extra = {});
/// 204, or any other without a body.
HttpReply empty_reply(int status, Headers extra = {});

/// The status for what the desks answer with; Errc::refused is 422.
int page_status(Errc code);
/// What a desk answered with, under page_status().
HttpReply error_reply(const Redaction& redaction, const Error& error, Headers extra = {});

/// The value of one cookie of a Cookie header; empty where it is not there.
std::string cookie_value(std::string_view header, std::string_view name);

}  // namespace tfy::server
