// Links that put this server into a host by a click. A link is public text: no key and no path of this
// machine is in it.
#pragma once

#include <string>

#include "server/setup/hosts.hpp"

namespace tfy::setup {

struct InstallLink {
    std::string web;    // for web pages
    std::string app;    // opens the host itself
    std::string badge;  // the first in Markdown, behind a picture
};

/// Of `connection` the program is named alone, to be found on PATH. An address of TrueFoundry that is not
/// known is asked of the person. Errc::refused for hosts without such links.
Result<InstallLink> install_link_of(const HostDefinition& host, HostConnection connection);

}  // namespace tfy::setup
