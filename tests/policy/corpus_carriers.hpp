// What leaves the process, with a text inside: as each kind is sealed, and as its reader has it.
#pragma once

#include "policy/notice/notice.hpp"
#include "tests/policy/examples.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace tfy::leaks {

inline void join_strings(const Json& value, std::string_view between, std::string& out) {
    if (value.is_string()) out.append(value.get<std::string>()).append(between);
    if (!value.is_structured()) return;
    for (const auto& [key, member] : value.items()) {
        if (value.is_object()) out.append(key).append(between);
        join_strings(member, between, out);
    }
}

inline void join_values(const Json& value, std::string& out) {
    if (value.is_string()) out.append(value.get<std::string>());
    if (value.is_structured())
        for (const auto& member : value) join_values(member, out);
}

/// What someone can put together from a JSON text: all keys and strings, one behind the other, and all
/// strings without the keys.
inline std::string put_together(std::string_view json) {
    const auto message = Json::parse(json);
    std::string all;
    join_strings(message, "", all);
    all += "\n";
    join_values(message, all);
    return all;
}

struct Carrier {
    const char* name;
    std::string (*carry)(const redaction::Redactor&, const std::string&);
    bool encodes = false;  // what is carried is one encoding deeper
};

/// As its reader has it: decoded, a line for each key and string.
inline std::string read_sealed(const redaction::Redactor& redactor, const Json& message) {
    std::string out;
    join_strings(Json::parse(redactor.seal(message).text()), "\n", out);
    return out;
}

inline const Carrier carriers[] = {
    {"a result's text",
     [](const redaction::Redactor& r, const std::string& text) {
         return read_sealed(
             r,
             {{"id", 7}, {"result", {{"content", {{{"type", "text"}, {"text", "It is: " + text + " ."}}}}}}});
     }},
    {"a structured result",
     [](const redaction::Redactor& r, const std::string& text) {
         return read_sealed(
             r, {{"result", {{"structuredContent", {{"tokens", {{{"id", text}, {"name", "x"}}}}}}}}});
     }},
    {"a key",
     [](const redaction::Redactor& r, const std::string& text) {
         return read_sealed(r, {{"result", {{"structuredContent", {{text, 1}, {"b", {{text, text}}}}}}}});
     }},
    {"an error",
     [](const redaction::Redactor& r, const std::string& text) {
         return read_sealed(
             r, {{"error", {{"code", 1}, {"message", "No tool " + text + "."}, {"data", {text}}}}});
     }},
    {"an SSE event",
     [](const redaction::Redactor& r, const std::string& text) {
         return read_sealed(r, {{"method", "notifications/progress"}, {"params", {{"message", text}}}});
     }},
    {"a log line",
     [](const redaction::Redactor& r, const std::string& text) {
         return std::string(r.seal_text("2026-11-24T12:00:00Z info call " + text + "\n").text());
     }},
    {"JSON in a log line",
     [](const redaction::Redactor& r, const std::string& text) {
         return std::string(
             r.seal_text(Json{{"log", text}}.dump(-1, ' ', true, Json::error_handler_t::replace)).text());
     },
     true},
    {"a header",
     [](const redaction::Redactor& r, const std::string& text) {
         return std::string(r.seal_text("Location: /approvals/" + text + "\r\n").text());
     }},
    {"a page body",
     [](const redaction::Redactor& r, const std::string& text) {
         return std::string(
             r.seal_text("<!doctype html>\n<p title=\"" + text + "\">" + text + "</p>\n").text());
     }},
    {"a journal record",
     [](const redaction::Redactor& r, const std::string& text) {
         std::string out;
         join_strings(
             r.scrub({{"kind", "requested"}, {"body", {{"reason", text}, {"arguments", {{"id", text}}}}}}),
             "\n", out);
         return out;
     }},
    {"a webhook body",
     [](const redaction::Redactor& r, const std::string& text) {
         notice::Notice notice;
         notice.approval = policy::examples::pending();
         notice.approval->facts.subject = text;
         notice.approval->facts.effect = text;
         return read_sealed(r, notice::json_body(notice, r));
     }},
    {"a mail",
     [](const redaction::Redactor& r, const std::string& text) {
         notice::Notice notice;
         notice.approval = policy::examples::pending();
         notice.approval->facts.subject = text;
         notice.approval->facts.effect = text;
         const auto message = notice::message_of(notice, policy::Channel::Format::email, r);
         return std::string(message.subject.text()) + "\n" + std::string(message.body.text());
     }},
};

}  // namespace tfy::leaks
