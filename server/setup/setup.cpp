#include "server/setup/setup.hpp"

#include <algorithm>

#include "server/setup/host_file.hpp"
#include "server/setup/json_text.hpp"
#include "server/setup/toml_text.hpp"
#include "server/setup/yaml_text.hpp"

namespace tfy::setup {
namespace {

void say(const Printer& out, const std::string& text) { out(text + "\n"); }

std::unique_ptr<ConfigText> text_of(const HostDefinition& host) {
    const std::string section(host.section);
    if (host.format == FileFormat::toml) return toml_text(section);
    if (host.format == FileFormat::yaml) return yaml_text(section);
    return json_text(section);
}

Error about(const HostFile& file, const Error& error) {
    return {error.code,
            file.named.string() + " " + error.message +
                ". Nothing was changed. Correct the file, or change it by hand: docs/hosts/ says how."};
}

/// One line of the file each, with a sign in front. A printer writes out what is no text: a tab is shown as
/// the white space that it is.
std::string marked(std::string_view lines, char sign) {
    std::string text;
    for (std::size_t at = 0; at < lines.size();) {
        const auto end = std::min(lines.find('\n', at), lines.size());
        text += std::string("  ") + sign + " ";
        for (const char c : lines.substr(at, end - at))
            text += c == '\t' ? std::string(4, ' ') : std::string(1, c);
        text += "\n";
        at = end + 1;
    }
    return text;
}

std::string title(const HostDefinition& host, const HostFile& file) {
    auto text = std::string(host.name) + ": " + file.named.string();
    if (file.real != file.named) text += " (a link to " + file.real.string() + ")";
    return text;
}

/// The entry as the file shows it; JSON's has its name in front.
std::string shown(const HostDefinition& host, const std::string& entry) {
    if (host.format != FileFormat::json) return entry;
    return "\"" + std::string(entry_name) + "\": " + entry;
}

/// Without white space outside of quotes: hosts and editors write their files in a layout of their own.
std::string squeezed(std::string_view entry) {
    std::string text;
    bool quoted = false;
    for (std::size_t at = 0; at < entry.size(); ++at) {
        if (quoted && entry[at] == '\\')
            text += entry[at++];
        else if (entry[at] == '"')
            quoted = !quoted;
        if (at < entry.size() &&
            (quoted || std::string_view(" \t\r\n").find(entry[at]) == std::string_view::npos))
            text += entry[at];
    }
    return text;
}

/// A file's text once something was put into it, or taken out.
struct Changed {
    std::string text;
    bool input = false;  // the one by which VS Code asks for the key came or went, too
};

bool names_input(const std::string& entry) { return entry.find(key_answer) != std::string::npos; }

std::string shown(const HostDefinition& host, const std::string& entry, bool input) {
    return shown(host, entry) +
           (input ? "\n\"" + std::string(inputs_list) + "\": [" + key_input().dump() + "]" : "");
}

/// With the entry, and with the input that it names; one of that name that is there already is kept.
Result<Changed> with_entry(const ConfigText& format, const std::string& text, const std::string& entry) {
    const auto edits = format.add(text, entry);
    if (!edits) return edits.error();
    Changed after{edited(text, *edits)};
    if (!names_input(entry)) return after;
    auto whole = with_list_item(after.text, inputs_list, key_input());
    if (!whole) return whole.error();
    return Changed{*whole, *whole != after.text};
}

/// Without the entry, and without the input that `setup` put there for it.
Result<Changed> without_entry(const ConfigText& format, const HostFile& file, const std::string& entry) {
    const auto edits = format.take_out(*file.text);
    if (!edits) return edits.error();
    Changed after{edited(*file.text, *edits)};
    if (!names_input(entry) || names_input(after.text)) return after;
    if (const auto copy = read_host_file(copy_of(file)); copy && copy->text) {
        const auto kept = with_list_item(*copy->text, inputs_list, key_input());
        if (kept && *kept == *copy->text) return after;  // it was there before
    }
    auto rest = without_list_item(after.text, inputs_list, key_input());
    if (!rest) return rest.error();
    return Changed{*rest, *rest != after.text};
}

/// What was written once, without our entry: the copy, byte for byte, or no file at all. nullopt if the file
/// has changed since.
struct Original {
    std::optional<std::string> text = std::nullopt;
    std::optional<HostFile> copy = std::nullopt;
    bool input = false;  // as in Changed
};
std::optional<Original> original_of(const ConfigText& format, const HostFile& file,
                                    const std::string& entry) {
    auto copy = read_host_file(copy_of(file));
    if (!copy) return std::nullopt;
    const auto written = with_entry(format, copy->text.value_or(""), entry);
    if (!written || written->text != *file.text) return std::nullopt;
    if (!copy->text) return Original{.input = written->input};
    return Original{copy->text, std::move(*copy), written->input};
}

Result<void> add_to(const HostDefinition& host, const SetupPlan& plan, const HostFile& file,
                    const Printer& out) {
    const auto format = text_of(host);
    const auto text = file.text.value_or("");
    const auto found = format->find(text);
    if (!found) return about(file, found.error());
    const auto values = entry_of(host, plan.connection);
    if (!values) return values.error();
    const auto entry = format->write(*values, text);
    if (*found && squeezed(**found) == squeezed(entry)) {
        say(out, title(host, file) + "\nIs set up already; nothing was changed.");
        return {};
    }
    if (*found)
        return Error{Errc::conflict,
                     file.named.string() + " has an entry " + std::string(entry_name) +
                         " already, and it differs from this one. Nothing was changed. To replace it, "
                         "first run: tfy-pat-mcp setup " +
                         std::string(host.id) + " --remove"};
    const auto after = with_entry(*format, text, entry);
    if (!after) return about(file, after.error());
    if (const auto again = format->find(after->text); !again || *again != entry)
        return about(file, {Errc::refused, "is written in a way that would lose the new entry"});
    say(out, title(host, file) + "\n" + marked(shown(host, entry, after->input), '+'));
    if (plan.dry_run) {
        say(out, "Nothing was written: this is what a run without --dry-run would add.");
        return {};
    }
    if (file.text)
        if (auto kept = keep_copy(file); !kept) return kept.error();
    if (auto written = replace_host_file(file, after->text); !written) return written.error();
    say(out, "Written." + (file.text ? " The file as it was: " + copy_of(file).string()
                                     : std::string(" The file is new.")));
    for (const auto& note : plan.notes) say(out, note);
    const auto then = plan.connection.url.empty()
                          ? std::string(host.then)
                          : "Once the server runs, start a new session of " + std::string(host.name) + ".";
    say(out, then + " Then ask your agent: \"Is my TrueFoundry access set up?\"");
    return {};
}

Result<void> remove_from(const HostDefinition& host, const SetupPlan& plan, const HostFile& file,
                         const Printer& out) {
    const auto format = text_of(host);
    const auto text = file.text.value_or("");
    const auto found = format->find(text);
    if (!found) return about(file, found.error());
    if (!*found) {
        say(out, title(host, file) + "\nHas no entry " + std::string(entry_name) + "; nothing was changed.");
        return {};
    }
    const auto original = original_of(*format, file, **found);
    const auto rest = without_entry(*format, file, **found);
    if (!original && !rest) return about(file, rest.error());
    const bool input = original ? original->input : rest->input;
    say(out, title(host, file) + "\n" + marked(shown(host, **found, input), '-'));
    if (plan.dry_run) {
        say(out, "Nothing was written: this is what a run without --dry-run would take out.");
        return {};
    }
    const auto after = original ? original->text : std::optional(rest->text);
    if (auto written = replace_host_file(file, after); !written) return written.error();
    if (!original) {
        const auto copy = read_host_file(copy_of(file));
        const bool changed = copy && copy->text;  // else it may be that setup never wrote to it
        say(out, std::string("Taken out. ") +
                     (changed ? "The file has changed since setup, so the rest stays as it is. The copy from "
                                "before setup is still there: " +
                                    copy_of(file).string()
                              : "The rest of the file stays as it is."));
        return {};
    }
    if (!original->copy) {
        say(out, "Taken out. Nothing else was in the file, so it is gone, as it was before setup.");
        return {};
    }
    // The file is what it was. A copy that cannot be removed changes nothing about that.
    if (const auto gone = replace_host_file(*original->copy, std::nullopt); !gone)
        say(out, gone.error().message);
    say(out, "Taken out. The file is, byte for byte, what it was before setup.");
    return {};
}

HostState state_of(const HostDefinition& host, const std::filesystem::path& path) {
    const auto told = [&](std::string_view is, const std::string& words) {
        return HostState{.host = &host, .file = path, .is = is, .said = words + ": " + path.string()};
    };
    const auto file = read_host_file(path);
    if (!file)
        return HostState{.host = &host, .file = path, .is = "unreadable", .said = file.error().message};
    if (!file->text) return told("no_file", "no file yet");
    const auto found = text_of(host)->find(*file->text);
    if (!found)
        return HostState{.host = &host,
                         .file = path,
                         .is = "unreadable",
                         .said = path.string() + " " + found.error().message};
    return *found ? told("set_up", "set up") : told("not_set_up", "not set up");
}

Result<void> tell_of_all(const Surroundings& around, const Printer& out) {
    const auto states = host_states(around);
    if (!states) return states.error();
    for (const auto& state : *states) {
        auto id = std::string(state.host->id);
        id.resize(16, ' ');
        say(out, id + state.said);
    }
    say(out, "\nTo set one up: tfy-pat-mcp setup HOST");
    return {};
}

}  // namespace

Result<std::vector<HostState>> host_states(const Surroundings& around) {
    std::vector<HostState> states;
    for (const auto& host : all_hosts()) {
        const auto path = file_of(host, around);
        if (!path) return path.error();
        states.push_back(state_of(host, *path));
    }
    return states;
}

Result<void> run_setup(const SetupPlan& plan, const Surroundings& around, const Printer& out) {
    if (plan.host.empty()) return tell_of_all(around, out);
    const auto* host = find_host(plan.host);
    if (host == nullptr) return Error{Errc::invalid_params, "There is no such host."};
    const auto path = file_of(*host, around);
    if (!path) return path.error();
    const auto file = read_host_file(*path);
    if (!file) return file.error();
    return plan.remove ? remove_from(*host, plan, *file, out) : add_to(*host, plan, *file, out);
}

}  // namespace tfy::setup
