#include "provider/graph/relation_reader.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <optional>

namespace regent::provider::graph {
namespace {

using model::List;
using model::Map;
using model::ObservedResource;
using model::Value;
using nlohmann::json;
using namespace std::chrono_literals;

/// An object that was just listed is on some replica; others learn of it within seconds.
constexpr int relation_attempts = 4;

enum class Of { application, service_principal };

/// One relation of applications or of their service principals: where it is read, and what it means.
struct Relation {
    std::string_view path;  ///< of the attribute
    std::string_view told;  ///< "reading …"
    Of of;
    const char* member;  ///< behind "/applications/{id}/"
    std::function<std::optional<Value>(const json& list, const ObservedResource& application)> value;
};

std::optional<Value> owners_value(const json& list, const ObservedResource&) {
    return owners_in(list);
}

/// The service calls it "extension_<appId without dashes>_<name>".
std::string short_name(const std::string& name, const ObservedResource& application) {
    auto app_id = application.outputs.at(std::string(model::output::app_id));
    std::erase(app_id, '-');
    const auto prefix = "extension_" + app_id + "_";
    return name.rfind(prefix, 0) == 0 ? name.substr(prefix.size()) : name;
}

std::optional<Value> extensions_value(const json& list, const ObservedResource& application) {
    Map extensions;
    for (const auto& extension : list) {
        const auto name = member_text(extension, "name");
        if (name.empty()) return std::nullopt;
        List targets;
        if (const auto* given = member(extension, "targetObjects"); given != nullptr && given->is_array()) {
            for (const auto& target : *given)
                if (target.is_string()) targets.emplace_back(target.get<std::string>());
        }
        std::sort(targets.begin(), targets.end());
        const auto* multiple = member(extension, "isMultiValued");
        extensions.emplace(short_name(name, application),
                           Map{{"dataType", member_text(extension, "dataType")},
                               {"targetObjects", std::move(targets)},
                               {"isMultiValued", multiple != nullptr && *multiple == true}});
    }
    return Value(std::move(extensions));
}

class RelationReader {
public:
    RelationReader(GraphClient& client, ReadProgress& progress, const Relation& relation,
                   std::map<std::string, std::string>* names)
        : client_(client),
          relation_(relation),
          what_(fmt::format("read {}", relation.told)),
          progress_(progress),
          names_(names) {}

    tl::expected<void, ProviderError> read(std::vector<ObservedResource*> open) {
        ReadPart part(progress_, {"Graph", relation_.told, 0, open.size(), false});
        for (int attempt = 1; !open.empty(); ++attempt) {
            auto answers = client_.read_all(paths(open), what_, attempt == 1 ? &part : nullptr);
            if (!answers) return tl::unexpected(std::move(answers.error()));
            std::vector<ObservedResource*> missing;
            for (std::size_t i = 0; i < open.size(); ++i) {
                if ((*answers)[i].is_null()) {
                    missing.push_back(open[i]);
                } else if (!take((*answers)[i], *open[i])) {
                    return tl::unexpected(client_.incomplete(what_, "not a whole list of them"));
                }
            }
            open = std::move(missing);
            if (open.empty()) break;
            if (attempt == relation_attempts)
                return tl::unexpected(
                    client_.incomplete(what_, fmt::format("{} was listed, and is not there", path_of(*open.front()))));
            part.waits("Graph does not show every object yet", 1s * (1 << attempt));
            if (!client_.wait(1s * (1 << attempt))) return tl::unexpected(client_.stopped(what_));
        }
        return {};
    }

private:
    std::vector<std::string> paths(const std::vector<ObservedResource*>& applications) const {
        std::vector<std::string> paths;
        paths.reserve(applications.size());
        for (const auto* application : applications)
            paths.push_back(fmt::format("{}/{}", path_of(*application), relation_.member));
        return paths;
    }

    std::string path_of(const ObservedResource& application) const {
        if (relation_.of == Of::application) return "/applications/" + application.id;
        return "/servicePrincipals/" + application.outputs.at(std::string(model::output::service_principal_id));
    }

    bool take(const json& answer, ObservedResource& application) const {
        const auto* list = member(answer, "value");
        // At most 100 owners are a page.
        if (list == nullptr || !list->is_array() || !member_text(answer, "@odata.nextLink").empty()) return false;
        auto value = relation_.value(*list, application);
        if (!value) return false;
        if (names_ != nullptr) {
            for (const auto& object : *list) {
                auto name = member_text(object, "displayName");
                if (!name.empty()) names_->emplace(lower_case(member_text(object, "id")), std::move(name));
            }
        }
        application.attributes.insert_or_assign(std::string(relation_.path), std::move(*value));
        return true;
    }

    GraphClient& client_;
    const Relation& relation_;
    const std::string what_;
    ReadProgress& progress_;
    std::map<std::string, std::string>* const names_;
};

/// Leaves those in `applications` whose owners are not in `listed`.
void take_listed(std::vector<ObservedResource*>& applications, OwnersByApplication& listed) {
    std::erase_if(applications, [&](ObservedResource* application) {
        const auto it = listed.find(lower_case(application->id));
        if (it == listed.end()) return false;
        application->attributes.insert_or_assign(std::string(model::path::owners), std::move(it->second));
        return true;
    });
}

}  // namespace

tl::expected<void, ProviderError> read_relations(GraphClient& client, const model::Scope& scope, model::Snapshot& found,
                                                 ReadProgress& progress, OwnersByApplication listed,
                                                 std::map<std::string, std::string>* names) {
    const char* owners = names == nullptr ? "owners?$select=id&$top=999" : "owners?$select=id,displayName&$top=999";
    const std::array relations = {
        Relation{model::path::owners, "owners by application", Of::application, owners, owners_value},
        Relation{model::path::principal_owners, "owners by service principal", Of::service_principal, owners,
                 owners_value},
        Relation{model::path::extension_properties, "extension properties by application", Of::application,
                 "extensionProperties", extensions_value},
    };
    for (const auto& relation : relations) {
        std::vector<ObservedResource*> declaring;
        for (const auto& wanted : scope.wanted) {
            const auto it = found.resources.find(wanted.address);
            // Below a deleted application nothing can be read.
            if (it == found.resources.end() || it->second.deleted || !wanted.on_demand.contains(relation.path))
                continue;
            const bool there = relation.of == Of::application ||
                               it->second.outputs.contains(std::string(model::output::service_principal_id));
            if (there) declaring.push_back(&it->second);
        }
        if (relation.path == model::path::owners) take_listed(declaring, listed);
        if (auto read = RelationReader(client, progress, relation, names).read(std::move(declaring)); !read)
            return read;
    }
    return {};
}

}  // namespace regent::provider::graph
