// A control plane that outlives every server before it, fails as it is told to, and writes down what it was
// asked to change and what it really did.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/model/virtual_time.hpp"
#include "tools/sandbox/control_plane.hpp"

namespace tfy::model {

enum class Fault {
    none,
    lost_before,
    lost_after,
    refused,
    http_500,
    http_500_after,
    http_404,
    http_409,
    garbage,
    slow
};

/// A POST or DELETE, from the moment at which it left a server.
struct Change {
    std::string method;
    std::string target;
    std::string body;
    std::string trace;     // the header's trace id: whose request it came from
    std::string base_url;  // that its server believes to talk to
    std::string instance;  // the server that sent it
    std::string approval;  // what the reference takes it for
    bool done = false;     // the control plane did it
    std::string token;     // POST: that it made
};

class Upstream {
public:
    explicit Upstream(const VirtualTime& time);

    /// Called when a change leaves a server, and when one was carried out.
    std::function<void(Change&)> on_leaving = [](Change&) {};
    std::function<void(Change&)> on_done = [](Change&) {};

    /// One server's way here. The upstream must outlive it.
    std::unique_ptr<truefoundry::Exchange> line(std::string base_url, std::string instance);

    void plan(Fault fault, bool for_lists) { (for_lists ? list_faults_ : faults_).push_back(fault); }
    void heal();
    /// Someone deletes it in TrueFoundry itself.
    void remove(const std::string& token_id);
    std::size_t list_faults() const { return list_faults_taken_; }  // that were met until now
    /// Answers the oldest request that can be answered now. False if there is none.
    bool deliver();
    /// The server is gone: what is under way arrives, or does not.
    void cut_off(const std::string& instance, bool arrives);

    const std::deque<Change>& changes() const { return changes_; }
    const std::vector<std::string>& values() const { return values_; }  // of the tokens that it made
    const std::vector<std::string>& token_ids();  // that it ever listed, in the order of their making
    std::string name_of(const std::string& token_id) const;
    bool lists(const std::string& token_id);

private:
    class Line;
    struct Flight;

    std::shared_ptr<Flight> take_off(truefoundry::ApiRequest request, const Line& from);
    void land(Flight& flight);
    truefoundry::ApiResponse carry_out(Flight& flight);
    Json listed();
    void learn_ids();

    const VirtualTime& time_;
    sandbox::ControlPlane plane_;
    std::deque<std::shared_ptr<Flight>> flights_;
    std::deque<Fault> faults_;
    std::deque<Fault> list_faults_;
    std::size_t list_faults_taken_ = 0;
    std::deque<Change> changes_;
    std::vector<std::string> values_;
    std::vector<std::pair<std::string, std::string>> tokens_;
    std::vector<std::string> ids_;
};

}  // namespace tfy::model
