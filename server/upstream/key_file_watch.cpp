#include "server/upstream/key_file_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tfy::upstream {

namespace asio = boost::asio;

KeyFileWatch::KeyFileWatch(Uses uses, std::string file, std::shared_ptr<OwnKey> key, Read read, Learn learn)
    : uses_(uses),
      file_(std::move(file)),
      key_(std::move(key)),
      read_(std::move(read)),
      learn_(std::move(learn)) {
    if (!learn_)
        learn_ = [this](redaction::TokenFingerprints prints) {
            uses_.redaction.configure(std::move(prints));
        };
}

void KeyFileWatch::start() {
    if (!file_.empty()) asio::co_spawn(uses_.loop, keep_looking(), asio::detached);
}

// The first looks read the file once more: it may have changed since the start read it.
Async<void> KeyFileWatch::keep_looking() {
    for (auto woken = loop::Woken::timed_out; woken != loop::Woken::draining;) {
        look();
        woken = co_await stop_.pause(std::chrono::seconds{1});
    }
}

void KeyFileWatch::look() {
    const auto mark = KeyFileMark::of(file_);
    const bool settled = mark == seen_;
    seen_ = mark;
    if (!settled || mark == taken_) return;
    take();
    taken_ = mark;
}

void KeyFileWatch::take() {
    auto value = read_ ? read_() : read_key_file(file_);
    if (!value) {
        uses_.log.warn(key_->facts().set ? "the key file cannot be used: the old key stays in use"
                                         : "the key file cannot be used: there is no key for TrueFoundry",
                       {{"why", value.error().message}});
        return key_->report(value.error());
    }
    const bool is_new = !key_->is(*value);
    if (is_new) {
        const bool had = key_->facts().set;
        learn_(prints_of(*value, uses_.redaction.key()));
        key_->replace(std::move(*value));
        uses_.log.info(had ? "the key was replaced: requests use the one in the file"
                           : "there is a key now: requests use the one in the file",
                       {{"file", file_}});
        if (replaced_) replaced_();
    }
    key_->warn(open_to_others(file_));  // also if the file is whole again
}

}  // namespace tfy::upstream
