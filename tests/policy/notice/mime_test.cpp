// Mail as it leaves: any mail program reads what was written, and nothing that was written becomes a header.
#include "policy/notice/mime.hpp"

#include <doctest/doctest.h>
#include <sodium.h>

#include <regex>

#include "tests/fakes/redactor.hpp"

namespace tfy::notice::mime_test {
namespace {

using namespace std::chrono_literals;

const policy::Time noon = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h;

std::string from_base64(const std::string& text) {
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    REQUIRE(sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                              text.size(), "\r\n", &size, nullptr, sodium_base64_VARIANT_ORIGINAL) == 0);
    bytes.resize(size);
    return bytes;
}

/// As a mail program reads it: encoded words joined, the folding between them dropped.
std::string read_subject(const std::string& header) {
    static const std::regex word(R"(=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=)");
    if (!header.starts_with("=?")) return header;
    std::string text;
    for (auto each = std::sregex_iterator(header.begin(), header.end(), word); each != std::sregex_iterator();
         ++each)
        text += from_base64((*each)[1]);
    return text;
}

bool is_utf8(const std::string& text) {
    try {
        return !Json(text).dump().empty();
    } catch (const Json::type_error&) {
        return false;
    }
}

Message message(const std::string& subject, const std::string& body) {
    return {"evt_1", "apr_1", fakes::as_sealed(subject), fakes::as_sealed(body)};
}

std::string mail(const std::string& subject, const std::string& body) {
    return mail_text({"tfy@example.com", {"ann@example.com", "bob@example.com"}, noon},
                     message(subject, body));
}

}  // namespace

TEST_CASE("a short ASCII subject is sent as it is, any other as encoded words that cut no character") {
    CHECK(encoded_subject(fakes::as_sealed("Approval needed: ci-runner")) == "Approval needed: ci-runner");
    const std::string subjects[] = {
        "Löschen: prod-äöü",
        std::string(100, 'a'),
        "=?UTF-8?B?QQ==?=",
        "a\r\nBcc: eve@example.com",
        "\xf0\x9f\x94\x91 key "
        "\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91"
        "\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91 "
        "end",
        " blank",
    };
    for (const auto& subject : subjects) {
        CAPTURE(subject);
        const auto header = encoded_subject(fakes::as_sealed(subject));
        CHECK(read_subject(header) == subject);
        CHECK(std::regex_match(header,
                               std::regex(R"(=\?UTF-8\?B\?[\w+/=]+\?=(\r\n =\?UTF-8\?B\?[\w+/=]+\?=)*)")));
        static const std::regex word(R"(=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=)");
        for (auto each = std::sregex_iterator(header.begin(), header.end(), word);
             each != std::sregex_iterator(); ++each) {
            CHECK((*each)[0].length() <= 75);
            CHECK(is_utf8(from_base64((*each)[1])));
        }
    }
    std::string accents;
    for (int i = 0; i < 400; ++i) accents += "é";
    const auto cut = read_subject(encoded_subject(fakes::as_sealed(accents)));
    CHECK(cut.size() == 300);
    CHECK(is_utf8(cut));
}

TEST_CASE("nothing in subject or body begins a header or a line of its own") {
    const std::string evil = "a\r\nBcc: eve@example.com\r\n\r\nHTML\n.\r\nMAIL FROM:<eve@example.com>";
    const auto text = mail(evil, evil);
    const auto head = text.substr(0, text.find("\r\n\r\n") + 2);
    CHECK(head.find("Bcc") == std::string::npos);
    CHECK(text.find("eve@") == std::string::npos);
    static const std::regex header(R"((\S+: [^\r\n]*(\r\n [^\r\n]+)*\r\n)+)");
    CHECK(std::regex_match(head, header));
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text.find("\r\n", at);
        REQUIRE(end != std::string::npos);
        CHECK(end - at <= 78);
        CHECK(text.substr(at, end - at).find_first_of("\r\n") == std::string::npos);
        at = end + 2;
    }
}

TEST_CASE("the body comes out as it was written, with the line ends of mail") {
    const std::string body = "Ärger\nline two\n\n" + std::string(200, 'x') + "\n";
    const auto text = mail("s", body);
    auto read = from_base64(text.substr(text.find("\r\n\r\n") + 4));
    CHECK(read.find("Ärger\r\nline two\r\n\r\n") == 0);
    std::erase(read, '\r');
    CHECK(read == body);
    CHECK(text.find("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n") !=
          std::string::npos);
}

TEST_CASE("the head names both ends, the event, and the request's thread") {
    const auto text = mail("s", "b");
    for (const auto* line : {"Date: Mon, 23 Nov 2026 12:00:00 +0000\r\n", "From: tfy@example.com\r\n",
                             "To: ann@example.com,\r\n bob@example.com\r\n", "Subject: s\r\n",
                             "Message-ID: <evt_1@example.com>\r\n", "In-Reply-To: <apr_1@example.com>\r\n",
                             "Auto-Submitted: auto-generated\r\n", "MIME-Version: 1.0\r\n"}) {
        CAPTURE(line);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(mail_date(noon + 24h * 8 + 3min + 9s) == "Tue, 1 Dec 2026 12:03:09 +0000");
}

}  // namespace tfy::notice::mime_test
