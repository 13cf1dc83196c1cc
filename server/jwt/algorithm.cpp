#include "server/jwt/algorithm.hpp"

#include <algorithm>
#include <array>

namespace tfy::jwt {
namespace {

using enum Algorithm::Family;

constexpr std::array all_algorithms = {
    Algorithm{"RS256", rsa, "SHA256", ""},         Algorithm{"RS384", rsa, "SHA384", ""},
    Algorithm{"RS512", rsa, "SHA512", ""},         Algorithm{"PS256", rsa_pss, "SHA256", ""},
    Algorithm{"PS384", rsa_pss, "SHA384", ""},     Algorithm{"PS512", rsa_pss, "SHA512", ""},
    Algorithm{"ES256", ec, "SHA256", "P-256", 32}, Algorithm{"ES384", ec, "SHA384", "P-384", 48},
    Algorithm{"ES512", ec, "SHA512", "P-521", 66}};

const Algorithm* found_in(auto place) { return place == all_algorithms.end() ? nullptr : &*place; }

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
    return found_in(std::ranges::find(all_algorithms, name, &Algorithm::name));
}

const Algorithm* algorithm_of_curve(std::string_view curve) {
    if (curve.empty()) return nullptr;
    return found_in(std::ranges::find(all_algorithms, curve, &Algorithm::curve));
}

}  // namespace tfy::jwt
