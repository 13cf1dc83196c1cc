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

}  // namespace

const char* to_string(Loss loss) {
    constexpr std::array<const char*, all_losses.size()> names{
        "none",         "reset_unread",     "reset_before",    "closed_before",
        "held_before",  "refused_before",   "reset_after",     "closed_after",
        "held_after",   "half_head_after",  "half_body_after", "timed_out_after",
        "failed_after", "unreadable_after", "repeated",        "closed_late",
        "held_late"};
    return names.at(static_cast<std::size_t>(loss));
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

void LossyPlane::plan(Loss next_post, unsigned ill_reads) {
    const std::lock_guard lock(mutex_);
    next_ = next_post;
    ill_reads_ = ill_reads;
    held_.clear();
}

LossyPlane::Seen LossyPlane::seen(const std::string& name) {
    const std::lock_guard lock(mutex_);
    make_due(true);
    return names_[name];
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
    make_due(false);
    // Which request it will be nobody knows before it is read: the POST's loss is for the POST.
    if (!RawSocket::is_readable(peer.fd(), 1000)) return;
    char method = 0;
    if (::recv(peer.fd(), &method, 1, MSG_PEEK) != 1) return;
    if (method == 'P' && next_ == Loss::reset_unread) return reset(std::move(peer));
    const auto message = peer.read_message();
    const auto head_end = message.find("\r\n\r\n");
    if (head_end == std::string::npos) return;
    const auto target = message.substr(message.find(' ') + 1, message.find(" HTTP/") - message.find(' ') - 1);
    if (method == 'P') return post(std::move(peer), message.substr(head_end + 4));
    get(std::move(peer), target);
}

void LossyPlane::post(RawSocket peer, const std::string& body) {
    const auto name = Json::parse(body).at("name").get<std::string>();
    ++names_[name].posts;
    const auto loss = std::exchange(next_, Loss::none);
    using enum Loss;
    if (loss == reset_before) return reset(std::move(peer));
    if (loss == closed_before) return;
    if (loss == held_before) return held_.push_back(std::move(peer));
    if (loss == refused_before) return void(peer.send(answer("502 Bad Gateway", "<html>", "text/html")));
    if (loss == closed_late || loss == held_late) {
        // "Late" counts from when the answer is lost: a held one is lost when its time is over.
        const auto lost = time_.now() + std::chrono::seconds{loss == held_late ? 30 : 0};
        late_.push_back({lost + std::chrono::milliseconds{random_() % 4000}, name});
        if (loss == held_late) held_.push_back(std::move(peer));
        return;
    }
    const auto value = make(name);
    const auto whole = answer("201 Created", value);
    if (loss == reset_after) return reset(std::move(peer));
    if (loss == closed_after) return;
    if (loss == held_after) return held_.push_back(std::move(peer));
    if (loss == half_head_after) return void(peer.send(whole.substr(0, 30)));
    if (loss == half_body_after) return void(peer.send(whole.substr(0, whole.size() - 20)));
    if (loss == timed_out_after) return void(peer.send(answer("504 Gateway Timeout", "<html>", "text/html")));
    if (loss == failed_after) return void(peer.send(error("500 Internal Server Error")));
    if (loss == unreadable_after) return void(peer.send(answer("200 OK", "<html>", "text/html")));
    if (loss == repeated) return void(peer.send(error("409 Conflict")));
    peer.send(whole);
}

void LossyPlane::get(RawSocket peer, const std::string& target) {
    if (random_() % 100 >= ill_reads_) return void(peer.send(answer("200 OK", listed(target))));
    switch (random_() % 5) {
        case 0: return reset(std::move(peer));
        case 1: return held_.push_back(std::move(peer));
        case 2: return void(peer.send(answer("503 Unavailable", "<html>", "text/html")));
        case 3: return void(peer.send(answer("200 OK", "<html>", "text/html")));
        default: return void(peer.send(answer("200 OK", listed(target)).substr(0, 120)));
    }
}

std::string LossyPlane::make(const std::string& name) {
    auto& made = names_[name];
    if (made.id.empty()) made.id = "id-" + name;
    return Json{{"token", "tfy-0123456789abcdefghijklmnopqrstuvwxyz-" + name}}.dump();
}

void LossyPlane::make_due(bool all) {
    std::erase_if(late_, [&](const Late& each) {
        const bool due = all || each.due <= time_.now();
        if (due) make(each.name);
        return due;
    });
}

std::string LossyPlane::listed(const std::string& target) const {
    Json data = Json::array();
    const auto wanted = query(target, "nameSearchQuery");
    for (const auto& [name, made] : names_) {
        if (made.id.empty() || wanted.empty() || name.find(wanted) == std::string::npos) continue;
        data.push_back({{"id", made.id},
                        {"manifest", {{"name", name}}},
                        {"createdAt", policy::format_time(truefoundry::Pace::real().today())}});
    }
    const auto total = data.size();
    if (query(target, "offset") != "0") data = Json::array();
    return Json{{"data", data}, {"pagination", {{"total", total}}}}.dump();
}

}  // namespace tfy::soak
