// ceiling_http FILE: the most that HTTP over Beast allows on one thread. Reads each request whole, looks at
// nothing, and answers with FILE's bytes. Prints its port.
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

class Session : public std::enable_shared_from_this<Session> {
public:
    Session(tcp::socket socket, const std::string& answer) : socket_(std::move(socket)), answer_(answer) {
        socket_.set_option(tcp::no_delay(true));
    }
    void read() {
        request_ = {};
        http::async_read(socket_, buffer_, request_,
                         [self = shared_from_this()](boost::system::error_code failure, std::size_t) {
                             if (!failure) self->write();
                         });
    }

private:
    void write() {
        asio::async_write(socket_, asio::buffer(answer_),
                          [self = shared_from_this()](boost::system::error_code failure, std::size_t) {
                              if (!failure) self->read();
                          });
    }

    tcp::socket socket_;
    const std::string& answer_;
    boost::beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
};

void accept(tcp::acceptor& acceptor, const std::string& answer) {
    acceptor.async_accept([&](boost::system::error_code failure, tcp::socket socket) {
        if (!failure) std::make_shared<Session>(std::move(socket), answer)->read();
        accept(acceptor, answer);
    });
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    std::ifstream file(arguments[1], std::ios::binary);
    const std::string body((std::istreambuf_iterator<char>(file)), {});
    const auto answer =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncache-control: no-store\r\ncontent-length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    asio::io_context loop(1);
    tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    std::cout << "http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
    accept(acceptor, answer);
    loop.run();
}
