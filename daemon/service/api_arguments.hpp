#pragma once

#include "controller/control.hpp"
#include "service/http.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::service {

/// What a client got wrong; becomes 400.
struct ArgumentError {
    std::string message, help;
};

// All of these throw ArgumentError.

[[nodiscard]] std::optional<std::uint64_t> number_argument(const Request& request, const char* name);
/// "30s", "500ms" or "2m" under `wait`; 30 s without it.
[[nodiscard]] std::chrono::milliseconds wait_argument(const Request& request);
/// environment, object (Kind/name), since (RFC 3339), run, severity, after, limit.
[[nodiscard]] controller::HistoryFilter history_filter(const Request& request);
/// `ticket=prod:17` or `ticket=prod:0:4`, repeated.
[[nodiscard]] std::vector<controller::Control::Ticket> tickets_argument(const Request& request);
[[nodiscard]] std::int64_t run_number(const std::string& text);

/// The JSON object in the body of a POST; an empty body is an empty object.
class Arguments {
public:
    explicit Arguments(const std::string& body);
    ~Arguments();
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;

    /// A name that is not listed is a mistake, never ignored.
    void only(std::initializer_list<std::string_view> names) const;
    [[nodiscard]] std::string text(const char* name) const;
    [[nodiscard]] bool flag(const char* name) const;
    [[nodiscard]] std::optional<std::uint64_t> number(const char* name) const;
    [[nodiscard]] std::optional<model::Address> address(const char* name) const;
    [[nodiscard]] std::optional<std::chrono::seconds> seconds(const char* name) const;

private:
    [[nodiscard]] const nlohmann::json* find(const char* name) const;
    std::unique_ptr<nlohmann::json> json_;
};

}  // namespace regent::service
