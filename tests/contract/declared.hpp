// What the official SDKs declare (declared/types.json), and where a value is not so.
#pragma once

#include <fstream>
#include <set>
#include <sstream>

#include "tests/contract/example.hpp"

namespace tfy::contract {

class Declared {
public:
    Declared() {
        std::ifstream in(TFY_SOURCE_DIR "/tests/contract/declared/types.json", std::ios::binary);
        std::stringstream text;
        text << in.rdbuf();
        types_ = protocol::parse(text.str()).value().at("types");
    }

    /// What is wrong with `value` as a `type`, sentence by sentence; empty: nothing.
    std::set<std::string> complaints(const std::string& type, const Json& value) {
        complaints_.clear();
        check(Json(type), value, type);
        return complaints_;
    }

    /// Members that may be absent: which of them came with a value, and which were absent or null.
    std::set<std::string> with_value;
    std::set<std::string> without;

    const Json& members(const std::string& type) const { return types_.at(type); }

private:
    void check(const Json& type, const Json& value, const std::string& where) {
        if (type.is_array()) {
            if (!value.is_array()) return complain(where, "is no list");
            for (const auto& each : value) check(type.at(0), each, where);
            return;
        }
        const auto name = type.get<std::string>();
        if (types_.contains(name)) return check_object(name, value);
        if (!fits(name, value)) complain(where, "is no " + name);
    }

    void check_object(const std::string& type, const Json& value) {
        if (!value.is_object()) return complain(type, "is no object");
        std::set<std::string> known;
        for (const auto& [written, member] : types_.at(type).items()) {
            const bool optional = written.ends_with('?');
            const auto name = optional ? written.substr(0, written.size() - 1) : written;
            const auto where = type + "." + name;
            known.insert(name);
            const bool there = value.contains(name) && !value.at(name).is_null();
            if (optional) (there ? with_value : without).insert(where);
            if (there) check(member, value.at(name), where);
            if (!there && !optional) complain(where, "is missing");
        }
        for (const auto& [name, _] : value.items())
            if (!known.contains(name)) complain(type + "." + name, "is not known");
    }

    static bool fits(const std::string& kind, const Json& value) {
        static const std::regex time("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
        static const std::regex date("\\d{4}-\\d\\d-\\d\\d");
        if (kind == "any") return true;
        if (kind == "object") return value.is_object();
        if (kind == "number") return value.is_number();
        if (kind == "boolean") return value.is_boolean();
        if (!value.is_string()) return false;
        const auto text = value.get<std::string>();
        if (kind == "time") return std::regex_match(text, time);
        if (kind == "date") return std::regex_match(text, date);
        if (kind == "string") return true;
        if (!kind.starts_with('=')) throw std::runtime_error("no such kind: " + kind);
        return ("|" + kind.substr(1) + "|").find("|" + text + "|") != std::string::npos;
    }

    void complain(const std::string& where, const std::string& what) {
        complaints_.insert(where + " " + what);
    }

    Json types_;
    std::set<std::string> complaints_;
};

}  // namespace tfy::contract
