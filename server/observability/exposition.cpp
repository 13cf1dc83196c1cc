#include "server/observability/exposition.hpp"

#include <array>
#include <charconv>

namespace tfy::observability {
namespace {

std::string_view word(Exposition::Type type) {
    switch (type) {
        case Exposition::Type::counter: return "counter";
        case Exposition::Type::gauge: return "gauge";
        case Exposition::Type::histogram: break;
    }
    return "histogram";
}

template <class Number>
void append_number(std::string& text, Number value) {
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text.append(digits.data(), end);
}

void append_quoted(std::string& text, std::string_view value) {
    text += '"';
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        text += c == '\n' ? std::string_view("\\n") : std::string_view(&c, 1);
    }
    text += '"';
}

}  // namespace

void Exposition::family(std::string_view name, Type type, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(help);
    text_.append("\n# TYPE ").append(name).append(" ").append(word(type)).append("\n");
}

void Exposition::begin(std::string_view suffix, const Labels& labels) {
    text_.append(name_).append(suffix);
    char before = '{';
    for (const auto& [name, value] : labels) {
        text_ += std::exchange(before, ',');
        text_.append(name).append("=");
        append_quoted(text_, value);
    }
    if (!labels.empty()) text_ += '}';
    text_ += ' ';
}

void Exposition::number(std::uint64_t value) {
    append_number(text_, value);
    text_ += '\n';
}

void Exposition::number(double value) {
    append_number(text_, value);
    text_ += '\n';
}

void Exposition::sample(const Labels& labels, std::uint64_t value) {
    begin("", labels);
    number(value);
}

void Exposition::sample(const Labels& labels, double value) {
    begin("", labels);
    number(value);
}

void Exposition::sample(const Labels& labels, const Histogram& taken) {
    auto with_limit = labels;
    with_limit.emplace_back("le", "+Inf");
    std::uint64_t so_far = 0;
    for (std::size_t i = 0; i < Histogram::limits.size(); ++i) {
        std::string limit;
        append_number(limit, Histogram::limits[i]);
        with_limit.back().second = limit;
        so_far += taken.in_bucket(i);
        begin("_bucket", with_limit);
        number(so_far);
    }
    with_limit.back().second = "+Inf";
    begin("_bucket", with_limit);
    number(taken.count());
    begin("_sum", labels);
    number(taken.sum());
    begin("_count", labels);
    number(taken.count());
}

}  // namespace tfy::observability
