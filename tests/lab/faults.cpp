#include "tests/lab/faults.hpp"

#include <algorithm>

namespace tfy::lab {
namespace {

constexpr std::size_t most_faults = 1000;

template <class... Kinds>
struct Overloaded : Kinds... {
    using Kinds::operator()...;
};
template <class... Kinds>
Overloaded(Kinds...) -> Overloaded<Kinds...>;

void strike(const Action& action, Plan& plan) {
    const auto spoil = [&plan](const auto& how) {
        if (std::holds_alternative<std::monostate>(plan.spoiled)) plan.spoiled = how;
    };
    std::visit(Overloaded{[&](const Delay& delay) { plan.delay += delay.time; },
                          [&](const Skew& skew) { plan.circumstances.skew += skew.ahead; },
                          [&](const Interference& change) { plan.circumstances.before.push_back(change); },
                          [&](const Shape& shape) { plan.circumstances.shape = shape; }, spoil},
               action);
}

}  // namespace

bool FaultMatch::fits(std::string_view asked_method, std::string_view asked_path,
                      std::string_view asked_query) const {
    const bool open_end = path.ends_with('*');
    const bool path_fits = path.empty() || path == asked_path ||
                           (open_end && asked_path.starts_with(path.substr(0, path.size() - 1)));
    return path_fits && (method.empty() || method == asked_method) &&
           asked_query.find(query) != std::string_view::npos;
}

std::uint32_t Fault::left() const {
    const auto struck = seen < match.nth ? 0 : seen - match.nth + 1;
    return match.count - std::min(match.count, struck);
}

bool Plan::works() const {
    const auto* instead = std::get_if<Instead>(&spoiled);
    const auto* reset = std::get_if<Reset>(&spoiled);
    return (instead == nullptr || instead->after_work) && (reset == nullptr || reset->after_work);
}

Result<void> FaultScript::add(std::vector<Fault> faults) {
    std::erase_if(faults_, [](const Fault& fault) { return fault.left() == 0; });
    if (faults_.size() + faults.size() > most_faults)
        return Error{Errc::refused, "A script can have up to 1000 faults. None of these was added."};
    std::ranges::move(faults, std::back_inserter(faults_));
    return {};
}

Json FaultScript::left() const {
    Json list = Json::array();
    for (const auto& fault : faults_) {
        if (fault.left() == 0) continue;
        Json each(fault.written);
        each["left"] = fault.left();
        list.push_back(std::move(each));
    }
    return list;
}

std::size_t FaultScript::clear() {
    const auto left = std::ranges::count_if(faults_, [](const Fault& fault) { return fault.left() > 0; });
    faults_.clear();
    return static_cast<std::size_t>(left);
}

Plan FaultScript::next(std::string_view method, std::string_view path, std::string_view query) {
    Plan plan;
    for (auto& fault : faults_) {
        if (fault.left() == 0 || !fault.match.fits(method, path, query)) continue;
        ++fault.seen;
        if (fault.seen < fault.match.nth) continue;
        strike(fault.action, plan);
        plan.applied.push_back(fault.written.at("do"));
    }
    return plan;
}

}  // namespace tfy::lab
