#include "tools/truefoundry/breaker.hpp"

#include <algorithm>

namespace tfy::truefoundry {

using std::chrono::duration_cast;

std::variant<Breaker::Pass, Breaker::Refusal> Breaker::admit(Instant now) {
    if (!opens_again_) return Pass::usual;
    if (now >= *opens_again_ && !probing_) {
        probing_ = true;
        return Pass::probe;
    }
    const auto left = std::chrono::ceil<Duration>(std::max(*opens_again_ - now, Instant::duration{0}));
    return Refusal{duration_cast<Duration>(now - silent_since_), left, last_};
}

void Breaker::answered() { *this = Breaker{}; }

void Breaker::silent(Pass pass, Instant now, std::string why) {
    if (silences_++ == 0) silent_since_ = now;
    last_ = std::move(why);
    if (pass == Pass::probe) {
        if (!probing_) return;  // closed meanwhile, by an answer that came late
        probing_ = false;
        pause_ = std::min(2 * pause_, longest_pause);
        opens_again_ = now + pause_;
    } else if (!opens_again_ && silences_ >= silences_to_open) {
        opens_again_ = now + pause_;
    }
}

void Breaker::left(Pass pass) {
    if (pass == Pass::probe) probing_ = false;
}

}  // namespace tfy::truefoundry
