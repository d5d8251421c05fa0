#include "simulator/application_shape.hpp"
#include "simulator/graph_applications.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <optional>
#include <string>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;

void change_credentials(json& credentials, const std::string& key, const json& body, IdSource& ids) {
    if (body.contains("put")) {
        auto credential = body["put"];
        credential["id"] = ids.guid();
        credentials.push_back(std::move(credential));
    }
    for (std::size_t i = 0; i < credentials.size(); ++i) {
        if (text(credentials[i], "name") != key) continue;
        if (body.contains("patch")) credentials[i].merge_patch(body["patch"]);
        if (body.value("delete", false)) credentials.erase(i--);
    }
}

}  // namespace

/// What somebody does in the portal, or what nobody can do: no rule is asked.
bool GraphApplications::change_deleted(const std::vector<Segment>& path, const json& body) {
    if (path.size() < 2 || path.size() > 3 || path[1].name != "deletedItems" || !body.value("delete", false))
        return false;
    std::vector<std::string> gone;
    for (const auto* object : directory_.deleted.all(directory_.now())) {
        if (path.size() == 2 || same_text(path[2].name, text(*object, "id"))) gone.push_back(text(*object, "id"));
    }
    for (const auto& id : gone) directory_.deleted.erase(id, directory_.now());
    return path.size() == 2 || !gone.empty();
}

bool GraphApplications::change(const std::vector<Segment>& path, const json& body) {
    const auto& first = path.front();
    const std::size_t rest = first.key_name.empty() ? 2 : 1;
    if (path.size() < rest) {
        if (!body.contains("put")) return false;
        directory_.put_application(directory_.new_application(body["put"]));
        return true;
    }
    const auto* found = find(first, rest == 1 ? first.key : path[1].name, {});
    if (found == nullptr) return false;
    auto application = *found;
    if (path.size() > rest) {
        const auto& below = path[rest];
        if (below.name != "federatedIdentityCredentials") return false;
        const auto key = !below.key.empty() || path.size() == rest + 1 ? below.key : path[rest + 1].name;
        change_credentials(application["federatedIdentityCredentials"], key, body, directory_.ids());
    } else if (body.value("delete", false)) {
        if (!body.value("purge", false)) {
            remove(application);
        } else {
            directory_.applications.erase(text(application, "id"), directory_.now());
        }
        return true;
    } else if (body.contains("patch")) {
        merge(application, body["patch"]);
        normalise_application(application, found);
    } else {
        return false;
    }
    directory_.put_application(std::move(application));
    return true;
}

}  // namespace regent::simulator
