#include "policy/notice/mime.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "policy/sodium.hpp"

namespace tfy::notice {
namespace {

constexpr auto line_end = "\r\n";
constexpr std::size_t bytes_of_line = 57;          // 76 characters of base64
constexpr std::size_t bytes_of_word = 42;          // 56 characters, and 12 around them, after "Subject: "
constexpr std::size_t longest_plain_subject = 68;  // and "Subject: " before it
constexpr std::size_t most_of_subject = 300;

std::string base64_of(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_ORIGINAL;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), variant);
    text.pop_back();  // sodium ends it with a zero byte
    return text;
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// As many whole characters as fit into `most` bytes.
std::string_view first_characters(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && continues_character(text[most])) --most;
    return text.substr(0, most);
}

bool is_short_and_plain(std::string_view text) {
    const auto is_printable = [](char c) { return c >= 0x20 && c <= 0x7e; };
    return text.size() <= longest_plain_subject && std::ranges::all_of(text, is_printable) &&
           text.find("=?") == std::string_view::npos && !text.starts_with(' ') && !text.ends_with(' ');
}

/// Text lines as mail has them, in base64.
std::string encoded_body(std::string_view text) {
    std::string lines;
    for (const char c : text) {
        if (c == '\r') continue;
        if (c == '\n') lines += '\r';
        lines += c;
    }
    std::string encoded;
    for (std::string_view rest = lines; !rest.empty();
         rest.remove_prefix(std::min(rest.size(), bytes_of_line)))
        encoded += base64_of(rest.substr(0, bytes_of_line)) + line_end;
    return encoded;
}

std::string two_digits(unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string recipients(const std::vector<std::string>& to) {
    std::string text;
    for (const auto& each : to) text += (text.empty() ? "" : ",\r\n ") + each;
    return text;
}

}  // namespace

std::string mail_date(policy::Time time) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    return std::string(days.at(std::chrono::weekday(day).c_encoding())) + ", " +
           std::to_string(static_cast<unsigned>(date.day())) + " " +
           months.at(static_cast<unsigned>(date.month()) - 1) + " " +
           std::to_string(static_cast<int>(date.year())) + " " +
           two_digits(static_cast<unsigned>(clock.hours().count())) + ":" +
           two_digits(static_cast<unsigned>(clock.minutes().count())) + ":" +
           two_digits(static_cast<unsigned>(clock.seconds().count())) + " +0000";
}

std::string encoded_subject(const redaction::Redacted& subject) {
    policy::ready_sodium();
    auto rest = first_characters(subject.text(), most_of_subject);
    if (is_short_and_plain(rest)) return std::string(rest);
    std::string encoded;
    while (!rest.empty()) {
        const auto word = first_characters(rest, bytes_of_word);
        if (word.empty()) break;  // no UTF-8 after all
        encoded += (encoded.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64_of(word) + "?=";
        rest.remove_prefix(word.size());
    }
    return encoded;
}

std::string mail_text(const MailHead& head, const Message& message) {
    const auto domain = head.from.substr(head.from.find('@'));
    const auto thread = "<" + message.thread + domain + ">";
    std::string text = "Date: " + mail_date(head.at) + line_end;
    text += "From: " + head.from + line_end;
    text += "To: " + recipients(head.to) + line_end;
    text += "Subject: " + encoded_subject(message.subject) + line_end;
    text += "Message-ID: <" + message.id + domain + ">" + line_end;
    if (message.thread != message.id)
        text += "In-Reply-To: " + thread + line_end + "References: " + thread + line_end;
    text += "Auto-Submitted: auto-generated\r\n";
    text += "MIME-Version: 1.0\r\n";
    text += "Content-Type: text/plain; charset=utf-8\r\n";
    text += "Content-Transfer-Encoding: base64\r\n\r\n";
    return text + encoded_body(message.body.text());
}

}  // namespace tfy::notice
