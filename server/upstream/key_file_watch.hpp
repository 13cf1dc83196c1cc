// The file with this server's key is looked at while the server runs: a new key in it is used from the next
// request on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/loop/signal.hpp"
#include "server/observability/log.hpp"
#include "server/sealing/sealer.hpp"
#include "server/upstream/api_key.hpp"
#include "server/upstream/key_file.hpp"
#include "tools/async.hpp"

namespace tfy::upstream {

class KeyFileWatch {
public:
    struct Uses {
        boost::asio::io_context& loop;
        sealing::Sealer& redaction;
        const observability::Log& log;
    };
    /// Gives the key in the file. Errc::storage.
    using Read = std::function<Result<policy::Secret>()>;

    /// Makes a key known to the redactor.
    using Learn = std::function<void(redaction::TokenFingerprints)>;

    /// What is used must outlive it. An empty `file` is not watched. `read`: read_key_file() of it, where it
    /// is not given; `learn`: as the key that is configured.
    KeyFileWatch(Uses uses, std::string file, std::shared_ptr<OwnKey> key, Read read = {}, Learn learn = {});

    /// Called after each replacement of the key.
    void on_replaced(std::function<void()> tell) { replaced_ = std::move(tell); }

    /// Looks each second from then on, until drain().
    void start();
    void drain() { stop_.drain(); }

    /// One look. What changed is taken up by the look after the one that saw it, where it has stayed the same
    /// meanwhile: a file that is being written is left alone. Replaced by renaming, removed and made anew, or
    /// written over, it is all the same. A file that is missing, empty or no key is logged once, and the key
    /// of before stays. A new key is known to the redactor before the first request has it.
    void look();

private:
    Async<void> keep_looking();
    void take();

    using Seen = std::optional<KeyFileMark>;  // none: there is no file
    Uses uses_;
    std::string file_;
    std::shared_ptr<OwnKey> key_;
    Read read_;
    Learn learn_;
    std::function<void()> replaced_ = {};
    Seen taken_;
    Seen seen_;
    loop::Signal stop_;
};

}  // namespace tfy::upstream
