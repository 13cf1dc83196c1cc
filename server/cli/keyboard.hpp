// A terminal of which a command reads single keys, and what would end the command is read beside them.
#pragma once

#include <termios.h>

#include <csignal>
#include <string>

#include "server/storage/open_file.hpp"

namespace tfy::cli {

/// While it lives Ctrl-C, Ctrl-Z and their like are read from a descriptor and end nothing.
class HeldSignals {
public:
    HeldSignals();
    ~HeldSignals();
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    int file() const { return file_.get(); }

private:
    sigset_t held_{};
    sigset_t before_{};
    storage::OpenFile file_;
};

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
