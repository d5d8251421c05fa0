// Two ends of HTTP/1.1 over loopback.
//
//   bench-http serve                                            the least a server can do: the same short answer to
//   everything.
//                                                               Prints its port; ends with its standard input
//   bench-http load PORT TARGET CONNECTIONS SECONDS [TOKEN]     asks for TARGET over keep-alive connections, one
//   request in
//                                                               flight on each; prints how many answers came

// clang-format off
#include <utility>  // Boost.Asio 1.74 uses std::exchange in C++20 and does not include it
// clang-format on
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

class MinimalSession : public std::enable_shared_from_this<MinimalSession> {
public:
    explicit MinimalSession(Tcp::socket socket) : stream_(std::move(socket)) {
        answer_.set(http::field::content_type, "application/json");
        answer_.body() = "[]\n";
        answer_.prepare_payload();
    }

    void read() {
        request_ = {};
        http::async_read(stream_, buffer_, request_,
                         [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                             if (!error) self->write();
                         });
    }

private:
    void write() {
        http::async_write(stream_, answer_, [self = shared_from_this()](const beast::error_code& error, std::size_t) {
            if (!error) self->read();
        });
    }

    beast::tcp_stream stream_;
    beast::flat_buffer buffer_;
    http::request<http::string_body> request_;
    http::response<http::string_body> answer_{http::status::ok, 11};
};

void accept(Tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](const beast::error_code& error, Tcp::socket socket) {
        if (error) return;
        beast::error_code ignored;
        socket.set_option(Tcp::no_delay(true), ignored);
        std::make_shared<MinimalSession>(std::move(socket))->read();
        accept(acceptor);
    });
}

int serve() {
    asio::io_context io{1};
    Tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    accept(acceptor);
    std::cout << acceptor.local_endpoint().port() << std::endl;
    std::thread parent([&io] {
        while (std::cin.get() != std::char_traits<char>::eof()) continue;
        io.stop();
    });
    io.run();
    parent.join();
    return 0;
}

struct Load {
    http::request<http::empty_body> request;
    Clock::time_point end;
    std::uint64_t answers = 0, bytes = 0;
};

class Client : public std::enable_shared_from_this<Client> {
public:
    Client(asio::io_context& io, const Tcp::endpoint& server, Load& load) : stream_(io), load_(load) {
        stream_.connect(server);
        stream_.socket().set_option(Tcp::no_delay(true));
    }

    void ask() {
        if (Clock::now() >= load_.end) return;
        http::async_write(stream_, load_.request,
                          [self = shared_from_this()](const beast::error_code& error, std::size_t) {
                              if (error) throw beast::system_error(error);
                              self->read();
                          });
    }

private:
    void read() {
        parser_.emplace();
        parser_->body_limit(64u << 20);
        http::async_read(stream_, buffer_, *parser_,
                         [self = shared_from_this()](const beast::error_code& error, std::size_t size) {
                             if (error) throw beast::system_error(error);
                             self->count(size);
                             self->ask();
                         });
    }

    void count(std::size_t size) {
        const auto status = parser_->get().result_int();
        if (status != 200) throw std::runtime_error("an answer of " + std::to_string(status));
        ++load_.answers;
        load_.bytes += size;
    }

    beast::tcp_stream stream_;
    Load& load_;
    beast::flat_buffer buffer_;
    std::optional<http::response_parser<http::string_body>> parser_;
};

int load(const std::vector<std::string>& words) {
    const Tcp::endpoint server(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::stoul(words.at(1))));
    const auto connections = std::stoul(words.at(3));
    Load load;
    load.request = {http::verb::get, words.at(2), 11};
    load.request.set(http::field::host, "127.0.0.1:" + words.at(1));
    if (words.size() > 5) load.request.set(http::field::authorization, "Bearer " + words.at(5));
    asio::io_context io{1};
    std::vector<std::shared_ptr<Client>> clients;
    for (std::size_t i = 0; i < connections; ++i) clients.push_back(std::make_shared<Client>(io, server, load));
    const auto begin = Clock::now();
    load.end = begin + std::chrono::milliseconds(std::lround(std::stod(words.at(4)) * 1000));
    for (const auto& client : clients) client->ask();
    io.run();
    const std::chrono::duration<double> taken = Clock::now() - begin;
    std::cout << nlohmann::json{{"answers", load.answers}, {"bytes", load.bytes}, {"seconds", taken.count()}} << '\n';
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        if (words.size() == 1 && words[0] == "serve") return serve();
        if (words.size() >= 5 && words[0] == "load") return load(words);
    } catch (const std::exception& error) {
        std::cerr << "bench-http: " << error.what() << '\n';
        return 1;
    }
    std::cerr << "usage: bench-http serve | bench-http load PORT TARGET CONNECTIONS SECONDS [TOKEN]\n";
    return 64;
}
