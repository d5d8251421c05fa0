#include "provider/graph/application_body.hpp"

#include <nlohmann/json.hpp>

namespace regent::provider::graph {
namespace {

using model::Value;
using nlohmann::json;

std::string member_of(const Value& value, const char* name) {
    const auto* found = value.find(name);
    return found == nullptr ? std::string{} : found->text_or({});
}

}  // namespace

void leave_out_nulls(json& body) {
    for (auto it = body.begin(); it != body.end();) {
        if (it->is_object()) leave_out_nulls(*it);
        const bool nothing = it->is_null() || (it->is_object() && it->empty());
        it = nothing ? body.erase(it) : std::next(it);
    }
}

json credential_body(const Value& value) {
    json body{{"issuer", member_of(value, "issuer")},
              {"subject", member_of(value, "subject")},
              {"audiences", {member_of(value, "audience")}}};
    const auto description = member_of(value, "description");
    body["description"] = description.empty() ? json() : json(description);
    return body;
}

}  // namespace regent::provider::graph
