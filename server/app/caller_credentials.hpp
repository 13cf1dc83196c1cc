// How serve knows its callers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "server/app/services.hpp"
#include "server/callers/authenticator.hpp"

namespace tfy::app {

class App;

/// What is made after the authenticator, and learns what happens there.
struct ToldApp {
    boost::asio::io_context& loop;
    App* app = nullptr;
};

/// As the operator said. What is used must outlive it. Errc::storage.
Result<std::unique_ptr<callers::Authenticator>> authenticator_of(const Services& parts, const Clock& clock,
                                                                 const ToldApp& told);

}  // namespace tfy::app
