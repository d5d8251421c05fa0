#include "plan/definition_host.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <optional>

namespace regent::plan {
namespace {

/// "no host" where it names none; nothing when it is no definition.
std::optional<std::string> host_of(const model::Value& definition) {
    const auto parsed = nlohmann::json::parse(definition.text_or({}), nullptr, false);
    if (!parsed.is_object()) return std::nullopt;
    const auto it = parsed.find("host");
    const bool is_named = it != parsed.end() && it->is_string() && !it->get_ref<const std::string&>().empty();
    return is_named ? it->get<std::string>() : "no host";
}

}  // namespace

std::string other_host(const model::Value& before, const model::Value& after) {
    const auto was = host_of(before), is = host_of(after);
    if (!was || !is || *was == *is) return {};
    return fmt::format("requests of its connections, with their tokens, go to {} instead of {}", *is, *was);
}

}  // namespace regent::plan
