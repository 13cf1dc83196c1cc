#include "server/people/sign_in_codes.hpp"

#include <sodium.h>

#include <array>

#include "policy/canonical_json.hpp"

namespace tfy::people {
namespace {

constexpr std::string_view alphabet =
    "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32 symbols; no 0 and O, no 1 and I
constexpr std::size_t symbols = 12;      // 60 bits

/// For a code: what is freed is wiped, and what stood on a stack is not.
std::string never_on_the_stack() {
    std::string text;
    text.reserve(32);
    return text;
}

}  // namespace

std::string make_sign_in_code() {
    std::array<unsigned char, symbols> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    auto code = never_on_the_stack();
    for (const auto byte : bytes) {
        if (code.size() == 4 || code.size() == 9) code += '-';
        code += alphabet[byte % alphabet.size()];  // 256 is a multiple of 32: no bias
    }
    sodium_memzero(bytes.data(), bytes.size());
    return code;
}

// Never longer than `symbols` + 1.
std::string normal_sign_in_code(std::string_view typed) {
    auto code = never_on_the_stack();
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

namespace {

Error not_a_code() { return {Errc::denied, "This is not a sign-in code. You are not signed in."}; }
Error unknown_code() { return {Errc::denied, "This code is unknown. You are not signed in."}; }

}  // namespace

Async<Result<std::string>> SignInCodes::whose(std::string_view typed) {
    if (normal_sign_in_code(typed).size() != symbols) co_return not_a_code();
    auto work = [hash = hash_of_sign_in_code(typed), now = clock_.now()](storage::Ledger& ledger) {
        return ledger.sign_in_code(hash, now);
    };
    auto person = co_await store_.run(std::move(work));
    if (!person) co_return person.error();
    if (!*person) co_return unknown_code();
    co_return std::move(**person);
}

Async<Result<SignInProof>> SignInCodes::take(std::string_view typed) {
    if (normal_sign_in_code(typed).size() != symbols) co_return not_a_code();
    auto work = [hash = hash_of_sign_in_code(typed), now = clock_.now()](storage::Ledger& ledger) {
        return ledger.take_sign_in_code(hash, now);
    };
    auto person = co_await store_.run(std::move(work));
    if (!person) co_return person.error();
    if (!*person) co_return unknown_code();
    co_return SignInProof(std::move(**person));
}

}  // namespace tfy::people
