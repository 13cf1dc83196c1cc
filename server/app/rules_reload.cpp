#include "server/app/rules_reload.hpp"

#include <unistd.h>

#include <csignal>

#include "server/app/services.hpp"

namespace tfy::app {

RulesReload::RulesReload(boost::asio::io_context& loop, std::string file, approvals::CurrentGate& gate,
                         const observability::Log& log, std::function<bool()> abandoned, Take take,
                         std::function<void()> also)
    : signals_(loop, SIGHUP),
      file_(std::move(file)),
      gate_(gate),
      log_(log),
      abandoned_(std::move(abandoned)),
      take_(std::move(take)),
      also_(std::move(also)) {
    wait();
}

void RulesReload::wait() {
    signals_.async_wait([this](const boost::system::error_code& failed, int) {
        if (failed) return;
        if (abandoned_())
            std::raise(SIGTERM);
        else
            reload();
        if (also_) also_();
        wait();
    });
}

void RulesReload::reload() {
    const auto stay = [this](const Error& why) {
        log_.error("the rules were not reloaded: those in force stay", {{"why", why.message}});
    };
    auto rules = config::load_rules(file_);
    if (!rules) return stay(rules.error());
    if (take_)
        if (const auto taken = take_(*rules); !taken) return stay(taken.error());
    const auto count = rules->rules.size();
    gate_.replace(std::move(*rules));
    log_.info("the rules were read anew", {{"file", file_.empty() ? "built in" : file_}, {"rules", count}});
}

std::function<bool()> terminal_gone(int descriptor) {
    if (isatty(descriptor) != 1) return [] { return false; };
    return [descriptor] { return isatty(descriptor) != 1; };
}

}  // namespace tfy::app
