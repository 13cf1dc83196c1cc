#include "tests/lab/circumstances.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tfy::lab {
namespace {

constexpr std::array<std::pair<std::string_view, Shape>, 8> shapes{{
    {"virtual-account", Shape::virtual_account},
    {"full", Shape::full},
    {"pat", Shape::pat},
    {"mixed", Shape::mixed},
    {"camel", Shape::camel},
    {"flat", Shape::flat},
    {"required", Shape::required},
    {"nulls", Shape::nulls},
}};

}  // namespace

std::optional<Shape> read_shape(std::string_view text) {
    const auto* const found = std::ranges::find(shapes, text, &std::pair<std::string_view, Shape>::first);
    return found == shapes.end() ? std::nullopt : std::optional(found->second);
}

std::string_view name_of(Shape shape) {
    return std::ranges::find(shapes, shape, &std::pair<std::string_view, Shape>::second)->first;
}

}  // namespace tfy::lab
