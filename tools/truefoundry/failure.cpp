#include "tools/truefoundry/failure.hpp"

#include <algorithm>
#include <cctype>

#include "protocol/parse.hpp"
#include "tools/offer.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"
#include "tools/truefoundry/retry.hpp"

namespace tfy::truefoundry {
namespace {

namespace sentences = tools::sentences;

constexpr char nothing_done[] = " Nothing was done.";

constexpr std::size_t longest_word = 23;  // a longer one could be a token's value, no matter who wrote it

/// A UUID or other hexadecimal digits, or a word that is too short to be a value.
bool is_request_id(std::string_view id) {
    constexpr std::size_t uuid = 36;
    const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0 || c == '-'; };
    const auto is_letter = [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
    };
    if (id.empty() || id.size() > uuid) return false;
    return id.size() <= longest_word ? std::ranges::all_of(id, is_letter) : std::ranges::all_of(id, is_digit);
}

std::string without_long_words(std::string_view text) {
    std::string out;
    std::string word;
    const auto end_word = [&] {
        out += word.size() <= longest_word ? word : "(long word)";
        word.clear();
    };
    for (const char c : text) {
        const bool inside = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' ||
                            c == '.' || c == '+' || c == '/';
        if (inside) {
            word += c;
            continue;
        }
        end_word();
        out += c;
    }
    end_word();
    return out;
}

// TrueFoundry's own words from an HttpError body, cut and made safe; empty if there are none.
std::string quotation(const ApiResponse& response, const policy::Seals& seal) {
    const auto body = protocol::parse(response.text());
    if (!body || !body->is_object()) return {};
    const auto message = body->find("message");
    if (message == body->end() || !message->is_string()) return {};
    const auto sealed = seal.seal_text(message->get_ref<const std::string&>());
    return " It says: " + tools::in_quotes(seal, without_long_words(sealed.text())) + ".";
}

Error missing(Asked asked) {
    if (asked == Asked::remove) return {Errc::not_found, tools::id_not_found() + " Nothing was deleted."};
    return {Errc::upstream,
            "TrueFoundry has no access-token API at this address (404). Nothing was done. Check "
            "TFY_BASE_URL: it should be "
            "the control plane's address, without a path."};
}

Error unsettled(int status, Asked asked) {
    const auto number = std::to_string(status);
    if (asked == Asked::list)
        return {Errc::upstream,
                "TrueFoundry answered " + number + " on every try. Nothing was done. Try again later."};
    return {Errc::ambiguous,
            "TrueFoundry answered " + number + ", which does not say whether the request was carried out."};
}

Error in_words(const ApiResponse& response, Asked asked, const policy::Seals& seal) {
    const auto status = response.status;
    const auto number = std::to_string(status);
    switch (status) {
        case 400:
        case 422:
            return {Errc::upstream, "TrueFoundry refused the request (" + number + ")." +
                                        quotation(response, seal) + nothing_done};
        case 401:
            return {Errc::upstream,
                    "TrueFoundry refused the configured key (401): it is wrong, expired or deleted. Nothing "
                    "was done. Check " +
                        (response.key_from.empty() ? "the key of this server" : response.key_from) + "."};
        case 403: return {Errc::upstream, std::string(sentences::permission_denied) + nothing_done};
        case 404: return missing(asked);
        case 409:
            if (asked == Asked::create)
                return {Errc::conflict, std::string(sentences::name_exists) + " Nothing was created."};
            break;
        case 429:
            return {Errc::upstream, "TrueFoundry accepts no more requests for now (429). Nothing was done."};
        default: break;
    }
    if (may_pass(status)) return unsettled(status, asked);
    if (status >= 300 && status < 400)
        return {Errc::upstream, "TrueFoundry answered with a redirect (" + number +
                                    "), which is never followed. Nothing was done. Check TFY_BASE_URL."};
    return {Errc::upstream,
            "TrueFoundry answered " + number + ", which this server did not expect." + nothing_done};
}

}  // namespace

bool is_refusal(const Error& error) {
    const auto status = error.data.is_object() ? error.data.value("http_status", 0) : 0;
    return status >= 300 && !may_pass(status);
}

Error with_request_id(Error error, const ApiResponse& response) {
    error.data = {{"http_status", response.status}};
    if (is_request_id(response.request_id))
        error.message += " (TrueFoundry request id: " + response.request_id + ")";
    return error;
}

Error failure(const ApiResponse& response, Asked asked, const policy::Seals& seal) {
    auto error = in_words(response, asked, seal);
    const auto quiet = response.retry_after;
    if (may_pass(response.status) && quiet && quiet->count() > 0)
        error.message += " It asks to be left alone for " + policy::format_duration(*quiet) + ".";
    else if (response.status == 429)
        error.message += " Try again in a minute.";
    error = with_request_id(std::move(error), response);
    if (quiet) error.data["retry_after"] = quiet->count();
    return error;
}

}  // namespace tfy::truefoundry
