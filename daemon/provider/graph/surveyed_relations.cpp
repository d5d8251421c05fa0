#include "provider/graph/surveyed_relations.hpp"

#include "model/attributes.hpp"
#include "provider/graph/grant_reader.hpp"
#include "provider/graph/relation_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace regent::provider::graph {
namespace {

namespace path = model::path;

using Read = tl::expected<void, ProviderError>;

constexpr std::array relations = {path::owners, path::principal_owners, path::extension_properties};
constexpr std::array grants = {path::consented_scopes, path::consented_roles, path::assigned_people,
                               path::assigned_applications};

/// Nobody has given surveyed applications a name yet: their ids stand for it.
model::Address address_of(const model::SurveyedApplication& application) {
    return {std::string(model::kind::application), application.resource.id};
}

/// The readers know wanted objects and what was found of them.
struct Wanting {
    explicit Wanting(model::Survey& survey) : survey_(survey) {
        found.apis = std::move(survey.apis);
        for (auto& application : survey.applications) {
            model::Scope::Wanted wanted;
            wanted.address = address_of(application);
            for (const auto relation : relations) wanted.on_demand.emplace(relation);
            for (const auto grant : grants) wanted.grants.emplace(grant);
            found.resources.emplace(wanted.address, std::move(application.resource));
            addresses.push_back(wanted.address);
            scope.wanted.push_back(std::move(wanted));
        }
    }
    Wanting(const Wanting&) = delete;
    Wanting& operator=(const Wanting&) = delete;
    ~Wanting() {
        survey_.apis = std::move(found.apis);
        for (std::size_t i = 0; i < addresses.size(); ++i)
            survey_.applications[i].resource = std::move(found.resources.at(addresses[i]));
    }

    /// A reader that may not read stops the import no more than a field that nobody declares.
    Read unless_forbidden(Read read, std::span<const std::string_view> attributes) {
        if (read || read.error().kind != ErrorKind::forbidden) return read;
        for (auto& [address, resource] : found.resources) {
            for (const auto attribute : attributes) {
                if (!resource.attributes.contains(attribute)) resource.unreadable.emplace(attribute);
            }
        }
        return {};
    }

    model::Scope scope;
    model::Snapshot found;
    std::vector<model::Address> addresses;

private:
    model::Survey& survey_;
};

}  // namespace

tl::expected<void, ProviderError> read_surveyed_relations(GraphClient& client, model::Survey& survey,
                                                          ReadProgress& progress) {
    Wanting wanting(survey);
    auto related = wanting.unless_forbidden(
        read_relations(client, wanting.scope, wanting.found, progress, {}, &survey.names), relations);
    if (!related) return related;
    return wanting.unless_forbidden(GrantReader(client, progress).read(wanting.scope, wanting.found), grants);
}

}  // namespace regent::provider::graph
