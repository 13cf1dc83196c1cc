// One process's way to the control plane, as `serve` has it.
#pragma once

#include "server/app/services.hpp"
#include "server/upstream/exchange.hpp"
#include "tests/fakes/fake_escrow.hpp"
#include "tests/fakes/loop_thread.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/soak/soak_time.hpp"
#include "tools/access_tokens/creation.hpp"
#include "tools/access_tokens/deletion.hpp"
#include "tools/truefoundry/guarded_exchange.hpp"

namespace tfy::soak {

class Caller {
public:
    Caller(SoakTime& time, std::uint16_t port)
        : exchange_(truefoundry::guard(
              std::make_unique<Hurried>(
                  time, upstream::make_exchange(
                            {.base_url = "http://127.0.0.1:" + std::to_string(port)},
                            std::make_shared<const upstream::OwnKey>(policy::Secret(std::string("key"))))),
              time.pace())),
          client_(*exchange_, fakes::no_tokens(), truefoundry::Client::default_max_time, time.pace()) {}
    ~Caller() { loop_.drop(std::move(exchange_)); }
    Caller(const Caller&) = delete;
    Caller& operator=(const Caller&) = delete;

    Result<access_tokens::Created> create(const std::string& name) {
        truefoundry::CreateRequest asked{.name = *truefoundry::TokenName::read(name)};
        return loop_.run(access_tokens::create_once(client_, escrow_, clock_, std::move(asked),
                                                    {.principal = "stdio:alice"}, policy::Destination::none));
    }
    Result<truefoundry::AccessToken> find(const std::string& id) {
        return loop_.run(client_.find(*truefoundry::TokenId::read(id)));
    }
    /// As the delete tool does it.
    Result<void> remove(const truefoundry::AccessToken& token) {
        return loop_.run(access_tokens::delete_unchanged(client_, token));
    }
    /// As the second half of a rotation does it.
    Result<void> remove_once(const std::string& id) {
        return loop_.run(access_tokens::delete_once(client_, *truefoundry::TokenId::read(id)));
    }

private:
    tests::LoopThread loop_;
    app::SystemClock clock_;
    fakes::FakeEscrow escrow_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
    truefoundry::Client client_;
};

}  // namespace tfy::soak
