#include "server/webauthn/ceremonies.hpp"

#include <functional>
#include <memory>
#include <optional>

#include "policy/base64url.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/webauthn/bytes.hpp"
#include "server/webauthn/fido_library.hpp"

namespace tfy::webauthn {
namespace {

using policy::from_base64url;
using protocol::text_in;

constexpr protocol::ParseLimits client_data_limits{8 * 1024, 8};
constexpr std::size_t hash_size = 32, flags_at = 32, count_at = 33, head_size = 37;
constexpr std::size_t aaguid_size = 16, id_length_size = 2, longest_id = 1023;

constexpr unsigned user_present = 0x01, user_verified = 0x04, may_be_backed_up = 0x08, is_backed_up = 0x10,
                   has_key = 0x40, has_extensions = 0x80;

unsigned byte_at(std::string_view bytes, std::size_t place) { return data_of(bytes)[place]; }

// RFC 9052 numbers; the size is that of the key as COSE writes it, in CTAP2's canonical form.
struct Algorithm {
    int name;
    std::size_t key_size;   // as libfido2 gives it
    std::size_t cose_size;  // in the authenticator's data
};
constexpr Algorithm algorithms[] = {{-7, 64, 77}, {-8, 32, 42}, {-257, 259, 272}};

const Algorithm* find_algorithm(int name) {
    for (const auto& each : algorithms)
        if (each.name == name) return &each;
    return nullptr;
}

std::optional<Json> read_client_data(std::string_view text) {
    auto read = protocol::parse(text, client_data_limits);
    if (!read || !read->is_object()) return std::nullopt;
    return std::move(*read);
}

// Members that we do not know are there on purpose, says the specification.
Result<void> check_client_data(std::string_view text, std::string_view type, const RelyingParty& party,
                               std::string_view challenge) {
    const auto data = read_client_data(text);
    if (!data) return not_accepted("the browser's part cannot be read");
    if (text_in(*data, "type") != type) return not_accepted("it was made for another purpose");
    if (from_base64url(text_in(*data, "challenge")) != std::string(challenge))
        return not_accepted("it signs something else than was asked");
    if (text_in(*data, "origin") != party.origin()) return not_accepted("it was made for another page");
    const auto embedded = data->find("crossOrigin");
    if (embedded != data->end() && *embedded != Json(false))
        return not_accepted("it was made in a frame of another page");
    return {};
}

/// The 37 bytes that begin an authenticator's data.
Result<void> check_head(std::string_view data, const RelyingParty& party) {
    if (data.size() < head_size) return not_accepted("the authenticator's part is too short");
    if (data.substr(0, hash_size) != sha256_bytes(party.id()))
        return not_accepted("it was made for another host");
    const auto flags = byte_at(data, flags_at);
    if ((flags & user_present) == 0) return not_accepted("it does not say that a person was there");
    if ((flags & user_verified) == 0)
        return not_accepted("it does not say that the person was verified, by a PIN, a finger or a face");
    if ((flags & is_backed_up) != 0 && (flags & may_be_backed_up) == 0)
        return not_accepted("it says that it is backed up and cannot be");
    if ((flags & has_extensions) != 0) return not_accepted("it holds extensions that were not asked for");
    return {};
}

std::uint32_t count_in(std::string_view data) {
    std::uint32_t count = 0;
    for (std::size_t place = count_at; place < head_size; ++place) count = count << 8U | byte_at(data, place);
    return count;
}

/// libfido2 lets bytes at the end pass.
bool has_right_length(std::string_view data, const Algorithm& algorithm) {
    constexpr auto before_id = head_size + aaguid_size + id_length_size;
    if (data.size() < before_id) return false;
    const auto id = byte_at(data, before_id - 2) << 8U | byte_at(data, before_id - 1);
    return id > 0 && id <= longest_id && data.size() == before_id + id + algorithm.cose_size;
}

std::string copied(const unsigned char* data, std::size_t size) {
    return data == nullptr ? std::string{} : std::string(reinterpret_cast<const char*>(data), size);
}

struct FreeCredential {
    const FidoLibrary* library;
    void operator()(fido_cred_t* made) const { library->cred_free(&made); }
};
struct FreeAssertion {
    const FidoLibrary* library;
    void operator()(fido_assert_t* made) const { library->assert_free(&made); }
};

template <class Key, class Make, class Read, class Free>
bool verify_with(const FidoLibrary& library, const fido_assert_t* made, const CredentialKey& key, Make make,
                 Read read, Free release) {
    auto* pointer = make();
    const auto keep =
        std::unique_ptr<Key, std::function<void(Key*)>>(pointer, [release](Key* each) { release(&each); });
    return pointer != nullptr && read(pointer, key.bytes.data(), key.bytes.size()) == FIDO_OK &&
           library.assert_verify(made, 0, key.algorithm, pointer) == FIDO_OK;
}

bool verify(const FidoLibrary& library, const fido_assert_t* made, const CredentialKey& key) {
    if (key.algorithm == -7)
        return verify_with<es256_pk_t>(library, made, key, library.es256_new, library.es256_from_ptr,
                                       library.es256_free);
    if (key.algorithm == -8)
        return verify_with<eddsa_pk_t>(library, made, key, library.eddsa_new, library.eddsa_from_ptr,
                                       library.eddsa_free);
    return verify_with<rs256_pk_t>(library, made, key, library.rs256_new, library.rs256_from_ptr,
                                   library.rs256_free);
}

bool is_signed(const FidoLibrary& library, const Assertion& made, const CredentialKey& key,
               const RelyingParty& party) {
    const std::unique_ptr<fido_assert_t, FreeAssertion> one(library.assert_new(), {&library});
    const auto hash = sha256_bytes(made.client_data);
    auto* held = one.get();
    return held != nullptr && library.assert_set_rp(held, party.id().c_str()) == FIDO_OK &&
           library.assert_set_clientdata_hash(held, data_of(hash), hash.size()) == FIDO_OK &&
           library.assert_set_count(held, 1) == FIDO_OK &&
           library.assert_set_authdata_raw(held, 0, data_of(made.authenticator_data),
                                           made.authenticator_data.size()) == FIDO_OK &&
           library.assert_set_sig(held, 0, data_of(made.signature), made.signature.size()) == FIDO_OK &&
           library.assert_set_up(held, FIDO_OPT_TRUE) == FIDO_OK &&
           library.assert_set_uv(held, FIDO_OPT_TRUE) == FIDO_OK && verify(library, held, key);
}

}  // namespace

Error not_accepted(std::string_view why) {
    return {Errc::denied, "The passkey's answer is not accepted: " + std::string(why) + "."};
}

RelyingParty::RelyingParty(std::string origin) : origin_(std::move(origin)) {
    const auto scheme = origin_.find("://");
    const auto begin = scheme == std::string::npos ? 0 : scheme + 3;
    id_ = origin_.substr(begin, origin_.find(':', begin) - begin);
}

Result<NewPasskey> check_registration(const Registration& made, const RelyingParty& party,
                                      std::string_view challenge) {
    if (auto good = check_client_data(made.client_data, "webauthn.create", party, challenge); !good)
        return good.error();
    const auto& data = made.authenticator_data;
    if (auto good = check_head(data, party); !good) return good.error();
    const auto* algorithm = find_algorithm(made.algorithm);
    if (algorithm == nullptr) return not_accepted("its algorithm is none of those that were asked for");
    const auto flags = byte_at(data, flags_at);
    if ((flags & has_key) == 0 || !has_right_length(data, *algorithm))
        return not_accepted("it does not hold one key of that algorithm");
    const auto library = fido();
    if (!library) return library.error();
    const std::unique_ptr<fido_cred_t, FreeCredential> one((*library)->cred_new(), {*library});
    auto* held = one.get();
    if (held == nullptr || (*library)->cred_set_type(held, made.algorithm) != FIDO_OK ||
        (*library)->cred_set_authdata_raw(held, data_of(data), data.size()) != FIDO_OK)
        return not_accepted("the key in it cannot be read");
    NewPasskey found{
        .id = copied((*library)->cred_id_ptr(held), (*library)->cred_id_len(held)),
        .key = {made.algorithm, copied((*library)->cred_pubkey_ptr(held), (*library)->cred_pubkey_len(held))},
        .sign_count = count_in(data),
        .backup_eligible = (flags & may_be_backed_up) != 0,
        .aaguid = copied((*library)->cred_aaguid_ptr(held), (*library)->cred_aaguid_len(held))};
    if (found.key.bytes.size() != algorithm->key_size)
        return not_accepted("the key in it has another length");
    return found;
}

Result<std::uint32_t> check_assertion(const Assertion& made, const CredentialKey& key, bool backup_eligible,
                                      const RelyingParty& party, std::string_view challenge) {
    if (auto good = check_client_data(made.client_data, "webauthn.get", party, challenge); !good)
        return good.error();
    const auto& data = made.authenticator_data;
    if (auto good = check_head(data, party); !good) return good.error();
    const auto flags = byte_at(data, flags_at);
    if (data.size() != head_size || (flags & has_key) != 0)
        return not_accepted("it holds more than was asked for");
    if (((flags & may_be_backed_up) != 0) != backup_eligible)
        return not_accepted("it says something else about backups than at its registration");
    const auto* algorithm = find_algorithm(key.algorithm);
    if (algorithm == nullptr || key.bytes.size() != algorithm->key_size)
        return not_accepted("the key that is kept of it cannot be read");
    const auto library = fido();
    if (!library) return library.error();
    if (!is_signed(**library, made, key, party)) return not_accepted("its signature is wrong");
    return count_in(data);
}

std::vector<int> algorithms_asked_for() {
    std::vector<int> names;
    for (const auto& each : algorithms) names.push_back(each.name);
    return names;
}

bool may_follow(std::uint32_t before, std::uint32_t count) {
    return count > before || (before == 0 && count == 0);
}

std::optional<std::string> challenge_in(std::string_view client_data) {
    const auto data = read_client_data(client_data);
    return data ? from_base64url(text_in(*data, "challenge")) : std::nullopt;
}

}  // namespace tfy::webauthn
