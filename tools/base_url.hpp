// Where the control plane is, for all that is bound to it.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace tfy::tools {

/// "https://acme.truefoundry.cloud"; "sandbox:" for the built-in stand-in; empty as long as none is known.
/// Copies are the same one. What is bound to an address stays so: it is settled once, by what the server
/// starts with or by a login that comes later, and never changes then. One loop only.
class BaseUrl {
public:
    BaseUrl(std::string url = {}) : url_(std::make_shared<std::string>(std::move(url))) {}
    BaseUrl(const char* url) : BaseUrl(std::string(url)) {}

    const std::string& now() const { return *url_; }
    bool known() const { return !url_->empty(); }
    /// Nothing happens if it is known.
    void settle(std::string url) const {
        if (!known()) *url_ = std::move(url);
    }

private:
    std::shared_ptr<std::string> url_;
};

}  // namespace tfy::tools
