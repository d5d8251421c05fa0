#include "model/attributes.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/application_reader.hpp"
#include "provider/graph/certificates_json.hpp"
#include "provider/graph/graph_provider.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"
#include "provider/graph/principal_json.hpp"
#include "provider/graph/surveyed_relations.hpp"
#include "provider/graph/unsayable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

/// Applications by appId, each once however many wishes name it.
using Found = std::map<std::string, json>;

/// Attributes that are read on demand and are members of the application, and those members.
Paths more_of_applications() {
    return {std::string(model::path::is_disabled), std::string(model::path::requires_post_response),
            std::string(model::path::blocks_azure_ad_graph), std::string(model::path::removes_unverified_email),
            std::string(model::path::requires_client_principal)};
}
constexpr std::array more_members{"isDisabled", "oauth2RequirePostResponse", "authenticationBehaviors"};

/// What a derived type is called: it shares the list, and its objects are not applications of ours. Empty for an
/// application.
std::string derived_type(const json& object) {
    constexpr std::string_view front = "#microsoft.graph.";
    auto type = member_text(object, "@odata.type");
    if (type.starts_with(front)) type.erase(0, front.size());
    return type == "application" ? std::string{} : type;
}

void add(std::vector<json>&& applications, Found& found) {
    for (auto& application : applications) {
        auto id = lower_case(member_text(application, "appId"));
        found.try_emplace(std::move(id), std::move(application));
    }
}

/// Sets them apart from the applications.
std::vector<model::SurveyedOther> take_others(Found& found) {
    std::vector<model::SurveyedOther> others;
    for (const auto& [app_id, object] : found) {
        if (auto type = derived_type(object); !type.empty())
            others.push_back({app_id, member_text(object, "displayName"), std::move(type)});
    }
    for (const auto& other : others) found.erase(other.app_id);
    return others;
}

std::string doubled_quotes(std::string text) {
    for (auto at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) text.insert(at, "'");
    return text;
}

std::set<std::string> apis_asked(const Found& found) {
    std::set<std::string> apis;
    for (const auto& [id, application] : found) {
        const auto* entries = member(application, "requiredResourceAccess");
        if (entries == nullptr || !entries->is_array()) continue;
        for (const auto& entry : *entries) apis.insert(lower_case(member_text(entry, "resourceAppId")));
    }
    apis.erase(std::string{});
    return apis;
}

/// A refusal of a list that somebody filters is about that filter.
ProviderError of_filter(const std::string& filter, ProviderError error) {
    if (filter.empty() || error.kind != ErrorKind::rejected) return error;
    error.message = fmt::format("Entra does not take the filter `{}`", filter);
    error.help =
        "`eq`, `startswith`, `in` and `any` of a list can be asked for, together with `and` and `or`; `ne`, `not`, "
        "`endswith`, `ge`, `le` and `$count` belong to queries that regent does not send: name the applications with "
        "`--name` or `--app`, or take `--all` and leave out what is not wanted";
    return error;
}

class GraphSurveyor final : public Surveyor {
public:
    GraphSurveyor(net::Session& session, net::Clock& clock, GraphOptions options)
        : options_(std::move(options)),
          client_(session, clock, options_.origin, options_.scope, options_.parallel_reads),
          memory_{options_.expand_federated_credentials, {}} {}

    tl::expected<model::Survey, ProviderError> survey(const model::Selection& selection,
                                                      ReadProgress& progress) override {
        ApplicationReader reader(client_, memory_, progress, ApplicationReader::Members::all);
        model::Survey survey;
        Found found;
        if (auto done = read(reader, selection, found, survey.missing); !done)
            return tl::unexpected(std::move(done.error()));
        survey.others = take_others(found);
        auto apis = reader.apis(apis_asked(found));
        if (!apis) return tl::unexpected(std::move(apis.error()));
        survey.apis = std::move(*apis);
        std::set<std::string> app_ids;
        for (const auto& [app_id, application] : found) app_ids.insert(app_id);
        auto all = reader.all_service_principals(app_ids.size());
        if (!all) return tl::unexpected(std::move(all.error()));
        auto principals = reader.service_principals(app_ids, std::move(*all));
        if (!principals) return tl::unexpected(std::move(principals.error()));
        if (auto more = read_more(found, progress); !more) return tl::unexpected(std::move(more.error()));
        const PermissionNames names(survey.apis);
        for (const auto& [app_id, application] : found) {
            const auto principal = principals->find(app_id);
            auto surveyed = understand(application, names);
            if (!surveyed) return tl::unexpected(client_.incomplete("read the applications", surveyed.error()));
            set_service_principal(surveyed->resource, principal == principals->end() ? nullptr : &principal->second);
            survey.applications.push_back(std::move(*surveyed));
        }
        if (auto related = read_surveyed_relations(client_, survey, progress); !related)
            return tl::unexpected(std::move(related.error()));
        return survey;
    }

private:
    using Read = tl::expected<void, ProviderError>;

    static Read read(ApplicationReader& reader, const model::Selection& selection, Found& found,
                     std::vector<std::string>& missing) {
        std::vector<std::string> filters;
        if (selection.all) filters.emplace_back();
        filters.insert(filters.end(), selection.filters.begin(), selection.filters.end());
        for (const auto& filter : filters) {
            auto listed = reader.matching(filter);
            if (!listed) return tl::unexpected(of_filter(filter, std::move(listed.error())));
            add(std::move(*listed), found);
        }
        for (const auto& name : selection.display_names) {
            auto listed = reader.matching(fmt::format("displayName eq '{}'", doubled_quotes(name)));
            if (!listed) return tl::unexpected(std::move(listed.error()));
            if (listed->empty()) missing.push_back(name);
            add(std::move(*listed), found);
        }
        if (selection.app_ids.empty()) return {};
        auto by_id = reader.by_app_ids(selection.app_ids);
        if (!by_id) return tl::unexpected(std::move(by_id.error()));
        for (std::size_t i = 0; i < by_id->size(); ++i)
            if ((*by_id)[i].is_null()) missing.push_back(selection.app_ids[i]);
        std::erase_if(*by_id, [](const auto& application) { return application.is_null(); });
        add(std::move(*by_id), found);
        return {};
    }

    /// What a list does not show though it is there, and a request of its own does. A tenant that does not know one of
    /// these members refuses them all; then it is said that they are not known.
    Read read_more(Found& found, ReadProgress& progress) {
        std::string select = "id";
        for (const auto* name : more_members) select += fmt::format(",{}", name);
        std::vector<std::string> paths;
        paths.reserve(found.size());
        for (const auto& [app_id, application] : found) {
            // The bytes of certificates are shown of one application by itself, and to who asks for them.
            const auto* keys = member(application, "keyCredentials");
            const bool has_keys = keys != nullptr && keys->is_array() && !keys->empty();
            paths.push_back(fmt::format("/applications/{}?$select={}{}", member_text(application, "id"), select,
                                        has_keys ? ",keyCredentials" : ""));
        }
        ReadPart part(progress, {"Graph", "settings of applications", 0, paths.size(), false});
        auto answers = client_.read_all(paths, "read settings of applications", &part);
        if (!answers && answers.error().kind == ErrorKind::rejected) return {};
        if (!answers) return tl::unexpected(std::move(answers.error()));
        std::size_t i = 0;
        for (auto& [app_id, application] : found) {
            const auto& more = (*answers)[i++];
            if (!more.is_object()) continue;  // gone since
            for (const auto* name : more_members) {
                const auto* value = member(more, name);
                application[name] = value == nullptr ? json() : *value;
            }
            if (const auto* keys = member(more, "keyCredentials")) application["keyCredentials"] = *keys;
        }
        return {};
    }

    tl::expected<model::SurveyedApplication, std::string> understand(const json& application,
                                                                     const PermissionNames& names) const {
        const bool is_more_known = application.contains(more_members.front());
        auto resource = read_application(application, names, is_more_known ? more_of_applications() : Paths{});
        if (!is_more_known && resource) resource->unreadable = more_of_applications();
        if (!resource) return tl::unexpected(std::move(resource.error()));
        model::SurveyedApplication surveyed;
        surveyed.resource = std::move(*resource);
        surveyed.created_at = member_text(application, "createdDateTime");
        auto rest = application;
        for (const auto* name : more_members) rest.erase(name);
        surveyed.certificates = shown_certificates(application);
        surveyed.unsayable = unsayable_of(rest);
        const auto facts = read_tags(application);
        const auto name = name_of(application, options_.identity);
        const auto owner = owner_of(application, facts);
        auto& claimed = surveyed.resource;
        claimed.address = {std::string(model::kind::application), {}};
        claimed.ownership = model::Ownership::unclaimed;
        if (!name.empty() && (facts.owner.empty() || is_ours(facts, options_.identity))) {
            claimed.ownership = model::Ownership::ours;
            claimed.address.name = name;
        } else if (!owner.empty() && !is_ours(facts, options_.identity)) {
            claimed.ownership = model::Ownership::foreign;
            claimed.owner = owner;
        }
        return surveyed;
    }

    const GraphOptions options_;
    GraphClient client_;
    ReaderMemory memory_;
};

}  // namespace

std::unique_ptr<Surveyor> make_graph_surveyor(net::Session& session, net::Clock& clock, GraphOptions options) {
    return std::make_unique<GraphSurveyor>(session, clock, std::move(options));
}

}  // namespace regent::provider::graph
