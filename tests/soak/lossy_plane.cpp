#include "tests/soak/lossy_plane.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tfy::soak {
namespace {

using tests::RawSocket;

std::string answer(const char* status, const std::string& body, const char* type = "application/json") {
    return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: " + type +
           "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string error(const char* status) {
    return answer(status, R"({"statusCode":)" + std::string(status).substr(0, 3) + R"(,"message":"lost"})");
}

void reset(RawSocket peer) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(peer.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::string query(const std::string& target, const std::string& key) {
    const auto at = target.find(key + "=");
    if (at == std::string::npos) return {};
    const auto value = target.substr(at + key.size() + 1);
    return value.substr(0, value.find('&'));
}

bool changes(char first_letter) { return first_letter == 'P' || first_letter == 'D'; }

}  // namespace

const char* to_string(Meanwhile meanwhile) {
    constexpr std::array<const char*, all_meanwhiles.size()> names{"nothing", "recreated", "changed", "gone"};
    return names.at(static_cast<std::size_t>(meanwhile));
}

int Seen::posts(const std::string& name) const {
    return static_cast<int>(std::ranges::count(log, "POST " + name));
}

std::string Seen::id_of(const std::string& name) const {
    for (const auto& [id, token] : tokens)
        if (token.name == name) return id;
    return {};
}

LossyPlane::LossyPlane(const SoakTime& time, std::uint64_t seed)
    : time_(time), random_(seed), thread_([this] { serve(); }) {}

LossyPlane::~LossyPlane() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    RawSocket::connect(port());
    thread_.join();
}

void LossyPlane::begin(std::map<std::string, PlaneToken> tokens) {
    const std::lock_guard lock(mutex_);
    losses_.clear();
    ill_reads_ = 0;
    meanwhile_ = Meanwhile::nothing;
    round_ = {.tokens = std::move(tokens), .log = {}};
    late_.clear();
    held_.clear();
}

void LossyPlane::plan(std::deque<Loss> losses, unsigned ill_reads, Meanwhile meanwhile) {
    const std::lock_guard lock(mutex_);
    losses_ = std::move(losses);
    ill_reads_ = ill_reads;
    meanwhile_ = meanwhile;
}

Seen LossyPlane::seen() {
    const std::lock_guard lock(mutex_);
    work_due(true);
    return round_;
}

void LossyPlane::serve() {
    for (;;) {
        pollfd ask{.fd = server_.fd(), .events = POLLIN, .revents = 0};
        ::poll(&ask, 1, -1);
        auto peer = server_.accept();
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        handle(std::move(peer));
    }
}

void LossyPlane::handle(RawSocket peer) {
    work_due(false);
    // Which request it will be no one knows before it is read: losses are for what changes something.
    if (!RawSocket::is_readable(peer.fd(), 1000)) return;
    char method = 0;
    if (::recv(peer.fd(), &method, 1, MSG_PEEK) != 1) return;
    const auto loss = !changes(method) || losses_.empty() ? Loss::none : losses_.front();
    if (changes(method) && !losses_.empty()) losses_.pop_front();
    if (loss == Loss::reset_unread) return reset(std::move(peer));
    const auto message = peer.read_message();
    const auto head_end = message.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    const auto target = message.substr(message.find(' ') + 1, message.find(" HTTP/") - message.find(' ') - 1);
    if (!changes(method)) return get(std::move(peer), target);
    Asked asked;
    if (method == 'P') asked.post = Json::parse(message.substr(head_end + 4)).at("name").get<std::string>();
    if (method == 'D') asked.remove = target.substr(target.rfind('/') + 1);
    round_.log.push_back(method == 'P' ? "POST " + asked.post : "DELETE " + asked.remove);
    change(std::move(peer), asked, loss);
    if (method == 'D' && loss != Loss::none) others_come(asked.remove);
}

void LossyPlane::change(RawSocket peer, const Asked& asked, Loss loss) {
    using enum Loss;
    if (loss == reset_before) return reset(std::move(peer));
    if (loss == closed_before) return;
    if (loss == held_before) return held_.push_back(std::move(peer));
    if (loss == refused_before) return void(peer.send(answer("502 Bad Gateway", "<html>", "text/html")));
    if (loss == busy_before)
        return void(peer.send("HTTP/1.1 429 Busy\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"));
    if (loss == closed_late || loss == held_late) return change_later(std::move(peer), asked, loss);
    const auto whole = work(asked);
    if (loss == reset_after) return reset(std::move(peer));
    if (loss == closed_after) return;
    if (loss == held_after) return held_.push_back(std::move(peer));
    if (loss == half_head_after) return void(peer.send(whole.substr(0, 30)));
    if (loss == half_body_after) return void(peer.send(whole.substr(0, whole.size() - 1)));
    if (loss == timed_out_after) return void(peer.send(answer("504 Gateway Timeout", "<html>", "text/html")));
    if (loss == failed_after) return void(peer.send(error("500 Internal Server Error")));
    if (loss == unreadable_after) return void(peer.send(answer("200 OK", "<html>", "text/html")));
    if (loss == repeated) return void(peer.send(work(asked)));
    peer.send(whole);
}

void LossyPlane::change_later(RawSocket peer, const Asked& asked, Loss loss) {
    // "Late" counts from when the answer is lost: a held one is lost when its time is over. The client waits
    // five seconds.
    const auto lost = time_.now() + std::chrono::seconds{loss == Loss::held_late ? 30 : 0};
    late_.push_back({lost + std::chrono::milliseconds{random_() % 2000}, asked});
    if (loss == Loss::held_late) held_.push_back(std::move(peer));
}

void LossyPlane::others_come(const std::string& id) {
    const auto meanwhile = std::exchange(meanwhile_, Meanwhile::nothing);
    const auto token = round_.tokens.find(id);
    const bool there = token != round_.tokens.end();
    if (meanwhile == Meanwhile::recreated)
        round_.tokens["new-" + id] = {.name = id.substr(id.find('-') + 1),
                                      .created = truefoundry::Timing::real().today()};
    if (meanwhile == Meanwhile::gone && there) {
        round_.tokens.erase(token);
        round_.log.push_back("GONE " + id);
        return;
    }
    if (meanwhile != Meanwhile::changed || !there) return;
    token->second.expires += std::chrono::hours{1};
    round_.log.push_back("CHANGED " + id);
}

void LossyPlane::get(RawSocket peer, const std::string& target) {
    if (random_() % 100 >= ill_reads_) {
        round_.log.emplace_back("LIST");
        return void(peer.send(answer("200 OK", listed(target))));
    }
    switch (random_() % 5) {
        case 0: return reset(std::move(peer));
        case 1: return held_.push_back(std::move(peer));
        case 2: return void(peer.send(answer("503 Unavailable", "<html>", "text/html")));
        case 3: return void(peer.send(answer("200 OK", "<html>", "text/html")));
        default: return void(peer.send(answer("200 OK", listed(target)).substr(0, 120)));
    }
}

/// Does what is asked for, and says so as the real one would.
std::string LossyPlane::work(const Asked& asked) {
    if (!asked.remove.empty())
        return round_.tokens.erase(asked.remove) > 0 ? answer("200 OK", "{}") : error("404 Not Found");
    if (!round_.id_of(asked.post).empty()) return error("409 Conflict");
    round_.tokens["id-" + asked.post] = {.name = asked.post, .created = truefoundry::Timing::real().today()};
    return answer("200 OK", Json{{"token", "tfy-0123456789abcdefghijklmnopqrstuvwxyz-" + asked.post}}.dump());
}

void LossyPlane::work_due(bool all) {
    std::erase_if(late_, [&](const Late& each) {
        const bool due = all || each.due <= time_.now();
        if (due) work(each.asked);
        return due;
    });
}

std::string LossyPlane::listed(const std::string& target) const {
    Json data = Json::array();
    const auto part = query(target, "nameSearchQuery");
    for (const auto& [id, token] : round_.tokens) {
        if (token.name.find(part) == std::string::npos) continue;
        data.push_back({{"id", id},
                        {"manifest", {{"name", token.name}}},
                        {"createdAt", policy::format_time(token.created)}});
        if (token.expires != policy::Time{})
            data.back()["manifest"]["expiration_date"] = policy::format_time(token.expires);
    }
    const auto total = data.size();
    if (query(target, "offset") != "0") data = Json::array();
    return Json{{"data", data}, {"pagination", {{"total", total}}}}.dump();
}

}  // namespace tfy::soak
