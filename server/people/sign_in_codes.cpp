#include "server/people/sign_in_codes.hpp"

#include <sodium.h>

#include <array>

#include "policy/canonical_json.hpp"

namespace tfy::people {
namespace {

constexpr std::string_view alphabet =
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32 symbols; no 0 and O, no 1 and I
constexpr std::size_t symbols = 12;      // 60 bits
}  // namespace

std::string make_sign_in_code() {
    std::array<unsigned char, symbols> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    std::string code;
    for (const auto byte : bytes) {
        if (code.size() == 4 || code.size() == 9) code += '-';
        code += alphabet[byte % alphabet.size()];  // 256 is a multiple of 32: no bias
    }
    return code;
}

// Never longer than `symbols` + 1.
std::string normal_sign_in_code(std::string_view typed) {
    std::string code;
    for (const char c : typed) {
        if (c == '-' || c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (code.size() > symbols) break;
        code += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    return code;
}

std::string hash_of_sign_in_code(std::string_view typed) {
    return policy::sha256(normal_sign_in_code(typed));
}

Async<bool> SignInCodes::anyone_makes_them() {
    auto work = [](storage::Ledger& ledger) { return ledger.anyone_enrolled(); };
    const auto anyone = co_await store_.run(std::move(work));
    co_return !anyone || *anyone;
}

Async<Result<std::string>> SignInCodes::take(std::string_view typed) {
    if (normal_sign_in_code(typed).size() != symbols)
        co_return Error{Errc::denied, "This is not a sign-in code. You are not signed in."};
    auto work = [hash = hash_of_sign_in_code(typed), now = clock_.now()](storage::Ledger& ledger) {
        return ledger.take_sign_in_code(hash, now);
    };
    auto person = co_await store_.run(std::move(work));
    if (!person) co_return person.error();
    if (!*person) co_return Error{Errc::denied, "This code is unknown. You are not signed in."};
    co_return std::move(**person);
}

}  // namespace tfy::people
