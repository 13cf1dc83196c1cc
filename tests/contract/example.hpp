// The table of wire examples (README.md beside this): reading it, and filling in its placeholders.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "policy/time.hpp"
#include "protocol/parse.hpp"

namespace tfy::contract {

/// What placeholders stand for: "<id 1>" → "jqfwg345gi25n5ju2yz5iz6m".
using Bindings = std::map<std::string, std::string>;

inline std::string replaced(std::string text, const std::string& what, const std::string& with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

/// Each string of the tree as `change` makes it.
template <class Change>
Json mapped(const Json& tree, const Change& change) {
    if (tree.is_string()) return change(tree.get<std::string>());
    if (!tree.is_structured()) return tree;
    Json made = tree;
    for (auto& [key, value] : made.items()) value = mapped(value, change);
    return made;
}

/// {"times", "from", "step", "each"} in lists, written out.
inline Json expanded(const Json& tree) {
    if (!tree.is_structured()) return tree;
    Json made = tree.is_array() ? Json::array() : Json::object();
    for (const auto& [key, value] : tree.items()) {
        if (tree.is_object()) {
            made[key] = expanded(value);
        } else if (!value.is_object() || !value.contains("times")) {
            made.push_back(expanded(value));
        } else {
            int n = value.value("from", 1);
            for (int i = 0; i < value.at("times").get<int>(); ++i, n += value.value("step", 1))
                made.push_back(mapped(expanded(value.at("each")), [n](const std::string& text) {
                    return replaced(text, "<n>", std::to_string(n));
                }));
        }
    }
    return made;
}

inline std::string filled(std::string text, const Bindings& bindings) {
    for (const auto& [name, value] : bindings) text = replaced(std::move(text), name, value);
    return text;
}
inline Json filled(const Json& tree, const Bindings& bindings) {
    return mapped(tree, [&](const std::string& text) { return filled(text, bindings); });
}

/// Examples of a file, in order; those that `side` ("client", "sandbox") can play.
inline std::vector<Json> examples(const std::string& side) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(TFY_SOURCE_DIR "/tests/contract"))
        if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::ranges::sort(files);
    std::vector<Json> found;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        std::stringstream text;
        text << in.rdbuf();
        const auto list = protocol::parse(text.str());
        if (!list || !list->is_array()) throw std::runtime_error(file.string() + " is no list of examples");
        for (const auto& example : *list) {
            if (example.contains("only") && example.value("because", "").empty())
                throw std::runtime_error(example.at("name").get<std::string>() +
                                         ": one side only, and no reason");
            if (example.value("only", side) == side) found.push_back(expanded(example));
        }
    }
    return found;
}

/// A value of the form that a placeholder stands for; the same one each time.
inline std::string sample(const std::string& placeholder) {
    const auto space = placeholder.find(' ');
    const auto kind = placeholder.substr(1, space - 1);
    const auto label = placeholder.substr(space + 1, placeholder.size() - space - 2);
    if (kind == "id") return std::string(24 - label.size(), 'x') + label;
    if (kind == "time") {
        const auto start = policy::read_time("2026-08-25T09:30:00Z").value();
        return policy::format_time(start + std::chrono::minutes{std::stoi(label)});
    }
    if (kind == "opaque") return "tfy-" + std::string(44 - label.size(), 'A') + label;
    if (kind == "jwt") return "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0." + std::string(342, 'A') + label;
    return "some text";
}

/// All placeholders in this tree with samples.
inline Bindings samples(const Json& tree) {
    static const std::regex placeholder("<(id|time|opaque|jwt|text) [a-z0-9]+>");
    Bindings bindings;
    const auto text = tree.dump();
    for (std::sregex_iterator found(text.begin(), text.end(), placeholder), end; found != end; ++found)
        bindings.emplace(found->str(), sample(found->str()));
    return bindings;
}

inline bool has_form(const std::string& kind, const std::string& value) {
    static const std::map<std::string, std::regex> forms = {
        {"id", std::regex("[a-z0-9]{24}")},
        {"time", std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z")},
        {"opaque", std::regex("tfy-[A-Za-z0-9]{44}")},
        {"text", std::regex("[^]+")}};
    const auto is_part = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_';
    };
    if (kind != "jwt") return std::regex_match(value, forms.at(kind));
    return std::ranges::count(value, '.') == 2 && value.starts_with("eyJ") &&
           std::ranges::all_of(value, [&](char c) { return c == '.' || is_part(c); });
}

/// Where `actual` is not as `expected` has it: "/data/0/id: …"; empty if it is. Placeholders that are met
/// for the first time are bound.
inline std::string difference(const Json& expected, const Json& actual, Bindings& bindings,
                              const std::string& where = "") {
    const auto told = [&] {
        return where + ": expected " + expected.dump() + ", got " + actual.dump() + "\n";
    };
    if (expected.is_string() && actual.is_string()) {
        const auto wanted = filled(expected.get<std::string>(), bindings);
        const auto got = actual.get<std::string>();
        if (wanted == got) return "";
        const bool open = wanted.starts_with('<') && wanted.ends_with('>');
        if (!open || !has_form(wanted.substr(1, wanted.find(' ') - 1), got)) return told();
        if (!wanted.starts_with("<text ")) bindings.emplace(wanted, got);
        return "";
    }
    if (!expected.is_structured() || expected.type() != actual.type() || expected.size() != actual.size())
        return expected == actual ? "" : told();
    std::string all;
    for (const auto& [key, value] : expected.items()) {
        if (expected.is_object() && !actual.contains(key)) return told();
        const auto& other = expected.is_array() ? actual.at(std::stoul(key)) : actual.at(key);
        all += difference(value, other, bindings, where + "/" + key);
    }
    return all;
}

}  // namespace tfy::contract
