// Reading our own stored JSON: each member is checked before it is used, and the first thing that is wrong is
// kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

/// Nested readers share one `problem`. A member that is missing or of another type gives an empty value and
/// sets it; unknown members are passed over. `object` and `problem` must outlive the reader.
class Members {
public:
    Members(const Json& object, std::string path, std::string& problem);

    std::string text(const char* key) const;
    bool flag(const char* key) const;
    std::int64_t integer(const char* key) const;
    Time time(const char* key) const;
    std::vector<std::string> texts(const char* key) const;
    /// Any JSON value, null too.
    Json value(const char* key) const;
    Json object(const char* key) const;
    bool is_null(const char* key) const;
    /// For members that records of earlier versions do not have.
    bool has(const char* key) const { return object_.is_object() && object_.contains(key); }
    Members member(const char* key) const;
    /// One reader for each object of an array.
    std::vector<Members> list(const char* key) const;

    template <class T>
    T one_of(const char* key, std::optional<T> (*read)(std::string_view), T otherwise) const {
        const auto word = text(key);
        const auto known = read(word);
        if (!known) fail(key, "has an unknown value");
        return known.value_or(otherwise);
    }

    void fail(const char* key, const char* what) const;

private:
    const Json* find(const char* key) const;

    const Json& object_;
    std::string path_;
    std::string& problem_;
};

}  // namespace tfy::policy
