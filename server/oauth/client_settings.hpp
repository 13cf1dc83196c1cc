// What the operator says of OAuth clients.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tfy::oauth {

struct ClientSettings {
    std::vector<std::string> hosts = {};             // whose documents are read, beside usual_client_hosts
    std::vector<std::string> redirect_schemes = {};  // private ones, to which an answer may go: "cursor"
    bool registration = false;                       // clients without a document may register themselves
};

/// "clients.example.com", with a port where it is not 443.
bool is_client_host(std::string_view text);
/// A scheme that programs register with the system, not one that browsers know themselves.
bool is_private_scheme(std::string_view text);

}  // namespace tfy::oauth
