#include "service/api_arguments.hpp"

#include "service/status_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace regent::service {
namespace {

constexpr std::size_t longest_text = 1000;
constexpr std::size_t most_entries = 1000;

template <typename Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

model::Address address_of(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == text.size() ||
        text.find('/', slash + 1) != std::string::npos)
        throw ArgumentError{fmt::format("`{}` names no object", text), "write KIND/NAME: Application/portal"};
    return {text.substr(0, slash), text.substr(slash + 1)};
}

controller::EventSeverity severity_of(const std::string& text) {
    for (const auto severity :
         {controller::EventSeverity::info, controller::EventSeverity::warning, controller::EventSeverity::error})
        if (to_string(severity) == text) return severity;
    throw ArgumentError{fmt::format("`{}` is no severity", text), "info, warning or error"};
}

/// "prod:17", or with the look at the source that it waits for "prod:0:4".
std::optional<controller::Control::Ticket> ticket_of(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto numbers = text.substr(colon + 1);
    const auto second = numbers.find(':');
    const auto number = number_of<std::uint64_t>(numbers.substr(0, second));
    const auto look = second == std::string_view::npos ? std::optional<std::uint64_t>(0)
                                                       : number_of<std::uint64_t>(numbers.substr(second + 1));
    if (!number || !look) return std::nullopt;
    return controller::Control::Ticket{std::string(text.substr(0, colon)), *number, *look};
}

}  // namespace

std::optional<std::uint64_t> number_argument(const Request& request, const char* name) {
    const auto text = request.parameter(name);
    if (!text) return std::nullopt;
    const auto number = number_of<std::uint64_t>(*text);
    if (!number) throw ArgumentError{fmt::format("`{}` must be a number, not `{}`", name, *text), ""};
    return number;
}

std::chrono::milliseconds wait_argument(const Request& request) {
    using namespace std::chrono_literals;
    const auto text = request.parameter("wait");
    if (!text) return 30s;
    const auto digits = std::min(text->find_first_not_of("0123456789"), text->size());
    const auto number = number_of<std::uint32_t>(std::string_view(*text).substr(0, digits));
    const auto unit = std::string_view(*text).substr(digits);
    if (number && unit == "ms") return std::chrono::milliseconds(*number);
    if (number && (unit == "s" || unit.empty())) return std::chrono::seconds(*number);
    if (number && unit == "m") return std::chrono::minutes(*number);
    throw ArgumentError{fmt::format("`wait={}` is no time", *text), "write 30s, 500ms or 1m"};
}

controller::HistoryFilter history_filter(const Request& request) {
    controller::HistoryFilter filter;
    filter.environment = request.parameter("environment").value_or("");
    filter.after_event = request.parameter("after").value_or("");
    if (const auto object = request.parameter("object")) filter.address = address_of(*object);
    if (const auto severity = request.parameter("severity")) filter.minimum_severity = severity_of(*severity);
    if (const auto run = request.parameter("run")) filter.run = run_number(*run);
    if (const auto since = request.parameter("since")) {
        filter.since = parse_rfc3339(*since);
        if (!filter.since)
            throw ArgumentError{fmt::format("`since={}` is no time", *since), "write 2026-09-14T03:44:11Z"};
    }
    if (const auto limit = number_argument(request, "limit"))
        filter.limit = static_cast<std::size_t>(std::clamp<std::uint64_t>(*limit, 1, most_entries));
    return filter;
}

std::vector<controller::Control::Ticket> tickets_argument(const Request& request) {
    std::vector<controller::Control::Ticket> tickets;
    for (const auto& [name, value] : request.query) {
        if (name != "ticket") continue;
        auto ticket = ticket_of(value);
        if (!ticket)
            throw ArgumentError{fmt::format("`ticket={}` is no ticket", value), "POST to reconcile gives them out"};
        tickets.push_back(std::move(*ticket));
    }
    if (tickets.empty()) throw ArgumentError{"`ticket` is missing", "POST to reconcile gives them out"};
    return tickets;
}

std::int64_t run_number(const std::string& text) {
    const auto number = number_of<std::int64_t>(text);
    if (!number || *number < 0) throw ArgumentError{fmt::format("`{}` is no run", text), "runs are numbers"};
    return *number;
}

Arguments::Arguments(const std::string& body) {
    json_ = std::make_unique<nlohmann::json>(body.empty() ? nlohmann::json::object()
                                                          : nlohmann::json::parse(body, nullptr, false));
    if (!json_->is_object()) throw ArgumentError{"the body must be a JSON object", ""};
}

Arguments::~Arguments() = default;

void Arguments::only(std::initializer_list<std::string_view> names) const {
    for (const auto& [name, value] : json_->items())
        if (std::find(names.begin(), names.end(), name) == names.end())
            throw ArgumentError{fmt::format("`{}` is not known here", name), "docs/reference/api.md lists the fields"};
}

const nlohmann::json* Arguments::find(const char* name) const {
    const auto found = json_->find(name);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

std::string Arguments::text(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return {};
    if (!value->is_string()) throw ArgumentError{fmt::format("`{}` must be a text", name), ""};
    auto text = value->get<std::string>();
    if (text.size() > longest_text)
        throw ArgumentError{fmt::format("`{}` is longer than {} bytes", name, longest_text), ""};
    return text;
}

bool Arguments::flag(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return false;
    if (!value->is_boolean()) throw ArgumentError{fmt::format("`{}` must be true or false", name), ""};
    return value->get<bool>();
}

std::optional<model::Address> Arguments::address(const char* name) const {
    const auto written = text(name);
    if (written.empty()) return std::nullopt;
    return address_of(written);
}

std::optional<std::chrono::seconds> Arguments::seconds(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    constexpr std::int64_t longest = 366LL * 24 * 3600;
    const bool fits = value->is_number_integer() && *value > 0 && *value <= longest;
    if (!fits) throw ArgumentError{fmt::format("`{}` must be between 1 and {}", name, longest), ""};
    return std::chrono::seconds(value->get<std::int64_t>());
}

std::optional<std::uint64_t> Arguments::number(const char* name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_unsigned()) throw ArgumentError{fmt::format("`{}` must be a number", name), ""};
    return value->get<std::uint64_t>();
}

}  // namespace regent::service
