#include "interop/recorded_ids.hpp"

#include <algorithm>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace regent::interop {
namespace {

using nlohmann::json;

const std::string guid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

/// Ids that mean the same everywhere: the tenant, the client, its principal, Microsoft's own applications.
bool is_well_known(const std::string& id) {
    return id.rfind("00000003-0000-", 0) == 0 || id.substr(0, 8).find_first_not_of(id[0]) == std::string::npos;
}

std::vector<std::string> all_matches(const std::string& text, const std::string& pattern) {
    std::vector<std::string> found;
    const std::regex expression(pattern);
    for (std::sregex_iterator it(text.begin(), text.end(), expression), end; it != end; ++it) found.push_back((*it)[1]);
    return found;
}

std::string text(const json& object, const char* member) {
    const auto it = object.is_object() ? object.find(member) : object.end();
    return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

}  // namespace

std::vector<RecordedRequest> read_recording(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::vector<RecordedRequest> recording;
    for (std::string line; std::getline(file, line);) {
        const auto entry = json::parse(line);
        RecordedRequest request;
        request.line = recording.size() + 1;
        request.method = entry.at("method");
        request.target = entry.at("target");
        request.status_seen = entry.at("status_seen");
        for (const auto& [name, value] : entry.at("headers").items()) {
            if (name == "Host") {
                request.host = value;
            } else if (name != "Content-Length") {
                request.headers.emplace_back(name, value);
            }
        }
        if (entry.contains("body"))
            request.body = entry["body"].is_string() ? entry["body"].get<std::string>() : entry["body"].dump();
        recording.push_back(std::move(request));
    }
    return recording;
}

RecordedIds::RecordedIds(const std::vector<RecordedRequest>& recording) {
    const auto note = [this](Kind kind, const std::vector<std::string>& ids) {
        for (const auto& id : ids) {
            if (!is_well_known(id)) kinds_.emplace(id, kind);
        }
    };
    // What a path says goes before what a filter says: Azure CLI asks `appId eq` for object ids too.
    for (const auto& request : recording) {
        note(Kind::application, all_matches(request.target, "/applications/(" + guid + ")"));
        note(Kind::principal, all_matches(request.target, "/servicePrincipals/(" + guid + ")"));
        for (const auto& id : all_matches(request.target, "/federatedIdentityCredentials/(" + guid + ")")) {
            note(Kind::credential, {id});
            parents_[id] = all_matches(request.target, "/applications/(" + guid + ")").at(0);
        }
        const auto named = all_matches(request.target, "/applications/(" + guid + ")$");
        const auto body = json::parse(request.body, nullptr, false);
        if (!named.empty() && !text(body, "displayName").empty()) names_[named[0]].insert(text(body, "displayName"));
    }
    for (const auto& request : recording) {
        note(Kind::app_id, all_matches(request.target, "(?:appId|c)(?:%20|\\+)eq(?:%20|\\+)%27(" + guid + ")"));
        const auto body = json::parse(request.body, nullptr, false);
        if (const auto id = text(body, "appId"); !id.empty()) note(Kind::app_id, {id});
        if (const auto id = text(body, "keyId"); !id.empty()) note(Kind::key, {id});
        note(Kind::app_id, all_matches(request.body, "api://(" + guid + ")"));
    }
}

std::optional<RecordedIds::Kind> RecordedIds::kind_of(const std::string& id) const {
    const auto it = kinds_.find(id);
    return it == kinds_.end() ? std::nullopt : std::optional(it->second);
}

std::string RecordedIds::bind(const std::string& id, Kind kind, const std::string& parent) {
    const auto fits = [&](const Candidate& candidate) {
        return !candidate.bound && candidate.kind == kind && (kind != Kind::credential || candidate.hint == parent);
    };
    const auto is_named = [&](const Candidate& candidate) {
        return fits(candidate) && kind == Kind::application && names_[id].contains(candidate.hint);
    };
    auto found = std::find_if(candidates_.begin(), candidates_.end(), is_named);
    if (found == candidates_.end()) found = std::find_if(candidates_.begin(), candidates_.end(), fits);
    if (found == candidates_.end()) return id;
    found->bound = true;
    return bound_[id] = found->id;
}

std::string RecordedIds::translated(const std::string& given) {
    std::string out;
    const std::regex expression(guid);
    auto rest = given.cbegin();
    for (std::sregex_iterator it(given.begin(), given.end(), expression), end; it != end; ++it) {
        out.append(rest, it->prefix().second);
        rest = (*it)[0].second;
        const auto id = it->str();
        const auto known = bound_.find(id);
        const auto kind = kind_of(id);
        if (known != bound_.end() || !kind) {
            out += known != bound_.end() ? known->second : id;
        } else {
            const auto parent = parents_.contains(id) ? bound_[parents_[id]] : std::string{};
            out += bind(id, *kind, parent);
        }
    }
    return out.append(rest, given.cend());
}

void RecordedIds::offer(Kind kind, const std::string& id, const std::string& hint) {
    const bool known = std::any_of(candidates_.begin(), candidates_.end(),
                                   [&](const auto& candidate) { return candidate.kind == kind && candidate.id == id; });
    if (!known && !id.empty()) candidates_.push_back({kind, id, hint});
}

void RecordedIds::learn(const std::string& method, const std::string& target, const json& answer) {
    const auto path = target.substr(0, target.find('?'));
    const auto ends_with = [&](const std::string& end) {
        return path.size() >= end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0;
    };
    if (method == "POST" && ends_with("/applications")) {
        offer(Kind::application, text(answer, "id"), text(answer, "displayName"));
        offer(Kind::app_id, text(answer, "appId"));
    } else if (method == "POST" && ends_with("/servicePrincipals")) {
        offer(Kind::principal, text(answer, "id"));
    } else if (method == "POST" && ends_with("/federatedIdentityCredentials")) {
        offer(Kind::credential, text(answer, "id"), all_matches(path, "/applications/(" + guid + ")").at(0));
    } else if (ends_with("/addPassword")) {
        offer(Kind::key, text(answer, "keyId"));
    } else if (method == "GET" && ends_with("/servicePrincipals") && answer.is_object() && answer.contains("value") &&
               answer["value"].size() == 1) {
        offer(Kind::principal, text(answer["value"][0], "id"));
    }
}

}  // namespace regent::interop
