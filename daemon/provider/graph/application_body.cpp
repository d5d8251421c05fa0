#include "provider/graph/application_body.hpp"

#include "model/attributes.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace regent::provider::graph {
namespace {

using model::Map;
using model::Value;
using nlohmann::json;

const Value* find(const Map& map, std::string_view path) {
    const auto it = map.find(path);
    return it == map.end() ? nullptr : &it->second;
}

/// Where the attributes of one request stand in an application's JSON.
class Body {
public:
    Body(const ChangedPaths& changed, const Map& values) : changed_(changed), values_(values) {}

    void text(std::string_view path, const json::json_pointer& place) {
        if (const auto* value = written(path)) {
            auto text = value->text_or({});
            body_[place] = text.empty() ? json() : json(std::move(text));
        }
    }
    void list(std::string_view path, const json::json_pointer& place) {
        const auto* value = written(path);
        if (value == nullptr) return;
        auto texts = json::array();
        if (const auto* elements = value->as_list()) {
            for (const auto& element : *elements) texts.push_back(element.text_or({}));
        }
        body_[place] = std::move(texts);
    }
    void number(std::string_view path, const json::json_pointer& place) {
        const auto* value = written(path);
        if (value == nullptr) return;
        body_[place] = value->as_integer() == nullptr ? json() : json(*value->as_integer());
    }
    void flag(std::string_view path, const json::json_pointer& place, const Map* observed) {
        const auto* value = find(values_, path);
        if (value == nullptr && observed != nullptr) value = find(*observed, path);
        const auto* flag = value == nullptr ? nullptr : value->as_bool();
        body_[place] = flag != nullptr && *flag;
    }
    [[nodiscard]] json take() { return std::move(body_); }

private:
    const Value* written(std::string_view path) const {
        return changed_.contains(path) ? find(values_, path) : nullptr;
    }
    const ChangedPaths& changed_;
    const Map& values_;
    json body_ = json::object();
};

std::string member_of(const Value& value, const char* name) {
    const auto* found = value.find(name);
    return found == nullptr ? std::string{} : found->text_or({});
}

}  // namespace

json application_body(const ChangedPaths& changed, const Map& values, const model::ObservedResource* observed) {
    namespace path = model::path;
    using namespace nlohmann::literals;
    Body body(changed, values);
    body.text(path::display_name, "/displayName"_json_pointer);
    body.text(path::description, "/description"_json_pointer);
    body.text(path::notes, "/notes"_json_pointer);
    body.text(path::sign_in_audience, "/signInAudience"_json_pointer);
    body.list(path::identifier_uris, "/identifierUris"_json_pointer);
    // Never `redirectUriSettings` beside it: the service refuses both in one request.
    body.list(path::redirect_uris_web, "/web/redirectUris"_json_pointer);
    body.list(path::redirect_uris_spa, "/spa/redirectUris"_json_pointer);
    body.list(path::redirect_uris_native, "/publicClient/redirectUris"_json_pointer);
    body.text(path::home_page_url, "/web/homePageUrl"_json_pointer);
    body.text(path::logout_url, "/web/logoutUrl"_json_pointer);
    if (changed.contains(path::implicit_id_token) || changed.contains(path::implicit_access_token)) {
        const auto* there = observed == nullptr ? nullptr : &observed->attributes;
        body.flag(path::implicit_id_token, "/web/implicitGrantSettings/enableIdTokenIssuance"_json_pointer, there);
        body.flag(path::implicit_access_token, "/web/implicitGrantSettings/enableAccessTokenIssuance"_json_pointer,
                  there);
    }
    body.number(path::access_token_version, "/api/requestedAccessTokenVersion"_json_pointer);
    return body.take();
}

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
