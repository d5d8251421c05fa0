#include "simulator/powerapps_switches.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>
#include <vector>

namespace regent::simulator {
namespace {

using nlohmann::json;

struct Knob {
    std::function<void(PowerAppsSwitches&, const json&)> set;
    std::function<json(const PowerAppsSwitches&)> get;
};

Knob flag(bool PowerAppsSwitches::*member) {
    return {[member](PowerAppsSwitches& switches, const json& value) { switches.*member = value.get<bool>(); },
            [member](const PowerAppsSwitches& switches) { return json(switches.*member); }};
}

Knob number_switch(long PowerAppsSwitches::*member, long low, long high) {
    return {[=](PowerAppsSwitches& switches, const json& value) {
                const auto given = value.get<long>();
                if (given < low || given > high) {
                    throw std::invalid_argument(fmt::format("{} is outside of {} to {}", given, low, high));
                }
                switches.*member = given;
            },
            [member](const PowerAppsSwitches& switches) { return json(switches.*member); }};
}

Knob status(long PowerAppsSwitches::*member) {
    return number_switch(member, 200, 599);
}

Knob text_switch(std::string PowerAppsSwitches::*member) {
    return {[member](PowerAppsSwitches& switches, const json& value) { switches.*member = value.get<std::string>(); },
            [member](const PowerAppsSwitches& switches) { return json(switches.*member); }};
}

Knob choice(std::string PowerAppsSwitches::*member, std::vector<std::string> choices) {
    auto knob = text_switch(member);
    knob.set = [member, choices = std::move(choices)](PowerAppsSwitches& switches, const json& value) {
        const auto given = value.get<std::string>();
        if (std::find(choices.begin(), choices.end(), given) == choices.end()) {
            throw std::invalid_argument(fmt::format("`{}` is none of {}", given, fmt::join(choices, ", ")));
        }
        switches.*member = given;
    };
    return knob;
}

const std::map<std::string, Knob>& knobs() {
    using S = PowerAppsSwitches;
    constexpr long a_day = 86'400;
    static const std::map<std::string, Knob> table{
        {"acceptAnyEnvironment", flag(&S::accept_any_environment)},
        {"environmentDeniedStatus", status(&S::environment_denied_status)},
        {"duplicateTitle", choice(&S::duplicate_title, {"conflict", "vary"})},
        {"createStatus", status(&S::create_status)},
        {"updateStatus", status(&S::update_status)},
        {"deleteStatus", status(&S::delete_status)},
        {"deleteAbsentStatus", status(&S::delete_absent_status)},
        {"applicationSavesAs", choice(&S::application_saves_as, {"objectId", "appId"})},
        {"changedTimeMoves", flag(&S::changed_time_moves)},
        {"patchWithoutSecret", choice(&S::patch_without_secret, {"keep", "drop"})},
        {"peopleBringClient", flag(&S::people_bring_client)},
        {"parameterSetsNull", choice(&S::parameter_sets_null, {"remove", "keep"})},
        {"dropRejectedSwagger", flag(&S::drop_rejected_swagger)},
        {"managedIdentityAvailable", flag(&S::managed_identity_available)},
        {"subjectDelaySeconds", number_switch(&S::subject_delay_seconds, 0, a_day)},
        {"replicaLagSeconds", number_switch(&S::replica_lag_seconds, 0, a_day)},
        {"listLagSeconds", number_switch(&S::list_lag_seconds, 0, a_day)},
        {"unsharedInvisible", flag(&S::unshared_invisible)},
        {"servicePrincipalWrites", flag(&S::service_principal_writes)},
        {"servicePrincipalObjectIds", flag(&S::service_principal_object_ids)},
        {"requireAdminRegistration", flag(&S::require_admin_registration)},
        {"unknownProperties", choice(&S::unknown_properties, {"ignore", "refuse"})},
        {"customParameterCasing", choice(&S::custom_parameter_casing, {"asSent", "camel", "pascal"})},
        {"firstPartyWhenOnBehalfOf", flag(&S::first_party_when_on_behalf_of)},
        {"appendedTags", choice(&S::appended_tags, {"none", "name", "title"})},
        {"definitionBom", flag(&S::definition_bom)},
        {"definitionCrlf", flag(&S::definition_crlf)},
        {"swaggerOnlyWhenExpanded", flag(&S::swagger_only_when_expanded)},
        {"pageSize", number_switch(&S::page_size, 1, 10'000)},
        {"nextLinkHost", text_switch(&S::next_link_host)},
        {"builtInConnectors", number_switch(&S::built_in_connectors, 0, 10'000)},
        {"validateFailureStatus", status(&S::validate_failure_status)},
        {"strictMimeTypes", flag(&S::strict_mime_types)},
        {"swaggerRules", choice(&S::swagger_rules, {"published", "documented"})},
        {"storageOrigin", text_switch(&S::storage_origin)},
        {"dataverseSecrets", choice(&S::dataverse_secrets, {"blanked", "elsewhere", "kept"})},
        {"dataverseSync", choice(&S::dataverse_sync, {"on", "off"})},
        {"syncDelaySeconds", number_switch(&S::sync_delay_seconds, 0, a_day)},
        {"internalIdDelaySeconds", number_switch(&S::internal_id_delay_seconds, 0, a_day)},
        {"dataverseEtags", choice(&S::dataverse_etags, {"honoured", "ignored", "refused"})},
        {"dataverseRights", choice(&S::dataverse_rights, {"all", "read", "none"})},
        {"requireApplicationUser", flag(&S::require_application_user)},
        {"dataverseRequests", number_switch(&S::dataverse_requests, 1, 1'000'000)},
        {"scriptFailure", choice(&S::script_failure, {"none", "compile", "capacity"})},
    };
    return table;
}

}  // namespace

void PowerAppsSwitches::set(const json& values) {
    if (!values.is_object()) throw std::invalid_argument("switches are a JSON object: {\"name\": value}");
    auto changed = *this;
    for (const auto& [name, value] : values.items()) {
        const auto knob = knobs().find(name);
        if (knob == knobs().end()) throw std::invalid_argument("powerApps has no switch " + name);
        try {
            knob->second.set(changed, value);
        } catch (const std::exception& error) {
            throw std::invalid_argument(fmt::format("powerApps.{}: {}", name, error.what()));
        }
    }
    *this = std::move(changed);
}

json PowerAppsSwitches::get() const {
    json all = json::object();
    for (const auto& [name, knob] : knobs()) all[name] = knob.get(*this);
    return all;
}

}  // namespace regent::simulator
