// A control plane that is asked about keys, by a script, and what it was asked with.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/upstream/own_keys.hpp"
#include "tests/fakes/scripted_exchange.hpp"

namespace tfy::fakes {

inline const std::string ask_one = "GET /api/svc/v1/personal-access-tokens?limit=1&offset=0";

class TriedKeys {
public:
    ScriptedExchange script;
    std::vector<std::string> asked_with;  // whole header lines
    std::vector<std::chrono::milliseconds> timeouts;

    /// `max_time` of each.
    upstream::KeyCheck check(std::chrono::milliseconds max_time = std::chrono::seconds{7}) {
        return {[this](std::shared_ptr<const upstream::OwnKey> key) {
                    return std::make_unique<Lent>(*this, std::move(key));
                },
                max_time};
    }
    /// The next key is accepted; it lists one token, made by this user.
    void accept(const std::string& user) {
        const Json maker = {{"subjectId", "x"}, {"subjectType", "user"}, {"subjectSlug", user}};
        const Json token = {{"id", "id1"}, {"manifest", {{"name", "one"}}}, {"createdBySubject", maker}};
        script.expect(ask_one, 200, Json{{"data", Json::array({token})}}.dump());
    }

private:
    class Lent final : public truefoundry::Exchange {
    public:
        Lent(TriedKeys& all, std::shared_ptr<const upstream::OwnKey> key) : all_(all), key_(std::move(key)) {}
        Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
            all_.asked_with.push_back(key_->authorization());
            all_.timeouts.push_back(request.timeout);
            return all_.script.send(std::move(request));
        }

    private:
        TriedKeys& all_;
        std::shared_ptr<const upstream::OwnKey> key_;
    };
};

/// Who is told of people's own keys: which are in force, and what it was told, in order.
struct KeysInForce {
    std::map<std::string, std::string> keys;
    std::vector<std::string> told;  // "put ada", "end ada"

    upstream::OwnKeys::Told told_of() {
        return {.put =
                    [this](const std::string& person, policy::Secret key, const std::string&) {
                        keys[person] = std::string(key.reveal());
                        told.push_back("put " + person);
                    },
                .end =
                    [this](const std::string& person) {
                        keys.erase(person);
                        told.push_back("end " + person);
                    }};
    }
};

}  // namespace tfy::fakes
