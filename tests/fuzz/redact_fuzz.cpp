// A random value, encoded up to three times in random ways, in a random message: no 24 of its characters can
// be read in what leaves. And a message without it is never marked as holding it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/redactor.hpp"
#include "tests/policy/leak_techniques.hpp"
#include "tests/policy/leak_tokens.hpp"

namespace {

using namespace tfy;
using namespace tfy::leaks;

struct Code {
    std::string (*write)(const std::string&);
    Reader read;
    bool takes_ascii_only;
};

const Code codes[] = {
    {[](const std::string& t) { return base64(t); }, unbase64, false},
    {[](const std::string& t) { return base64url("{" + t); }, unbase64, false},
    {[](const std::string& t) { return between(base64(t), "\n", 76); },
     [](const std::string& t) { return unbase64(unblank(t)); }, false},
    {[](const std::string& t) { return base32(t); }, unbase32, false},
    {[](const std::string& t) { return hex(t); }, unhex, false},
    {[](const std::string& t) { return as(t, "%%%02x"); }, unpercent, false},
    {[](const std::string& t) { return as(t, "=%02X"); }, unquoted_printable, false},
    {[](const std::string& t) { return as_characters(t, "\\u%04x"); }, unjson, false},
    {[](const std::string& t) { return as_characters(t, "&#%u;"); }, unhtml, false},
    {[](const std::string& t) { return between(t, "\u200b", 3); }, ascii_only, true},
    {[](const std::string& t) { return between(t, "\u2060"); }, ascii_only, true},
};

/// Choices come from the end of the input, the text around the value from its start.
class Choices {
public:
    Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
    unsigned next() { return size_ == 0 ? 0 : data_[--size_]; }
    std::string_view rest() const { return {reinterpret_cast<const char*>(data_), size_}; }

private:
    const std::uint8_t* data_;
    std::size_t size_;
};

void require(bool holds) {
    if (!holds) std::abort();
}

void check(std::string_view sealed, const std::string& secret, const std::vector<Reader>& readers) {
    require(readable_piece(std::string(sealed), secret, readers).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Choices choices(data, std::min<std::size_t>(size, 4096));
    const auto token = choices.next() % 4 == 0 ? jwt_token(choices.next())
                                               : opaque_token(choices.next(), 24 + choices.next() % 60);
    const auto redactor = redactor_for({{"fuzzed", token}});
    std::string leak = token;
    std::vector<Reader> readers;
    for (auto depth = choices.next() % 4; depth > 0; --depth) {
        const auto& code = codes[choices.next() % std::size(codes)];
        if (code.takes_ascii_only && ascii_only(leak) != leak) continue;
        leak = code.write(leak);
        readers.insert(readers.begin(), code.read);
    }
    const auto cut = choices.next();
    const auto around = choices.rest();
    const auto before = around.substr(0, std::min<std::size_t>(cut, around.size()));
    const auto text = std::string(before) + leak + std::string(around.substr(before.size()));

    check(redactor.seal_text(text).text(), secret_of(token), readers);
    const auto message = Json::parse(redactor.seal({{"text", text}, {text, 1}}).text());
    for (const auto& [key, value] : message.items()) {
        check(key, secret_of(token), readers);
        if (value.is_string()) check(value.get<std::string>(), secret_of(token), readers);
    }
    require(redactor.seal_text(around).text().find("[redacted:access-token fuzzed]") ==
            std::string_view::npos);
    return 0;
}
