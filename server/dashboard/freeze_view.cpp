#include "server/dashboard/freeze_view.hpp"

#include "policy/visible.hpp"

namespace tfy::dashboard {

Json freeze_views(const std::vector<policy::Freeze>& freezes, const policy::Seals& seal) {
    Json all = Json::array();
    for (const auto& freeze : freezes)
        all.push_back({{"principal", policy::shown(seal, freeze.principal)},
                       {"by", policy::shown(seal, freeze.by)},
                       {"since", policy::format_time(freeze.since)},
                       {"reason", policy::shown(seal, freeze.reason)}});
    return all;
}

}  // namespace tfy::dashboard
