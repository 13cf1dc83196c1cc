#include "server/app/console.hpp"

#include <filesystem>
#include <tuple>

#include "server/app/archive.hpp"
#include "server/config/config.hpp"
#include "server/config/settings.hpp"
#include "server/sealing/printing.hpp"
#include "server/upstream/api_key.hpp"

namespace tfy::app {
namespace {

KnownTokens known_in(const std::string& state_dir) {
    const auto root = config::state_dir(state_dir);
    std::error_code ignored;
    if (!root || !std::filesystem::exists(*root / "ledger.db", ignored)) return {};
    const auto state = storage::StateDir::open(*root);
    if (!state) return {};
    auto known = known_tokens(*state);
    return known ? std::move(*known) : KnownTokens{};
}

}  // namespace

Console::Console(std::string state_dir) : state_dir_(std::move(state_dir)), key_(config::configured_key()) {}

Console::~Console() = default;

const sealing::Sealer& Console::sealer() const {
    if (sealer_) return *sealer_;
    auto known = known_in(state_dir_);
    sealer_ = std::make_unique<sealing::Sealer>(known.key, std::move(known.tokens));
    if (!key_.empty()) sealer_->configure(upstream::prints_of(key_, known.key));
    key_ = {};
    return *sealer_;
}

void Console::learn(const policy::Secret& key) const {
    std::ignore = sealer();
    sealer_->add(upstream::prints_of(key, sealer_->key()));
}

void Console::say(std::ostream& out, std::string_view text) const {
    sealing::print_text(out, sealer().seal_text(text));
}

void Console::print(std::ostream& out, const Json& document) const {
    sealing::print_json(out, sealer().seal(document));
}

int Console::fail(std::ostream& err, const Error& error) const {
    say(err, std::string(told_by) + error.message + "\n");
    return config::exit_code(error);
}

}  // namespace tfy::app
