#include "model/risk.hpp"

namespace regent::model {

std::string_view to_string(Risk risk) noexcept {
    switch (risk) {
        case Risk::low:
            return "low";
        case Risk::medium:
            return "medium";
        case Risk::high:
            return "high";
    }
    return "high";
}

std::optional<Risk> parse_risk(std::string_view text) noexcept {
    for (const auto risk : {Risk::low, Risk::medium, Risk::high}) {
        if (text == to_string(risk)) return risk;
    }
    return std::nullopt;
}

}  // namespace regent::model
