// A terminal of which a command reads single keys, and what would end the command is read beside them.
#pragma once

#include <termios.h>

#include <array>
#include <chrono>
#include <csignal>
#include <string>

namespace tfy::cli {

/// While it lives Ctrl-C, Ctrl-Z and their like are read from a descriptor and end nothing. One at a time.
class HeldSignals {
public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    int file() const { return ends_[0]; }

private:
    static constexpr std::array signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    std::array<int, 2> ends_{-1, -1};
    std::array<struct sigaction, signals.size()> before_{};
};

/// What there is to read after `patience` at the latest.
struct Readable {
    bool key = false;     // of standard input, or its end
    bool signal = false;  // one that is held
};
Readable wait_for_key(const HeldSignals& signals, std::chrono::milliseconds patience);

/// While it lives, keys of standard input are read one by one and not shown; what was typed and not read is
/// dropped at its end.
class KeyByKey {
public:
    KeyByKey();
    ~KeyByKey();
    KeyByKey(const KeyByKey&) = delete;
    KeyByKey& operator=(const KeyByKey&) = delete;

private:
    termios before_{};
    bool terminal_;
};

/// Takes the first key out of what was read, which is not empty: a character, or the sequence of an arrow and
/// its like. Who types while the command is slow has several keys read at once.
std::string take_key(std::string& read);

}  // namespace tfy::cli
