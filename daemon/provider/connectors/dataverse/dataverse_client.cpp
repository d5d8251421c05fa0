#include "provider/connectors/dataverse/dataverse_client.hpp"

#include "net/redact.hpp"
#include "provider/connectors/dataverse/dataverse_errors.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/paged_list.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace regent::provider::dataverse {
namespace {

using connectors::lower;
using connectors::member;
using connectors::text;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::string_view api = "/api/data/v9.2/";
/// Component type of a connector, as solutions list it.
constexpr int connector_component = 372;
constexpr std::string_view columns =
    "connectorid,name,displayname,description,connectortype,openapidefinition,connectionparameters,"
    "connectionparametersets,policytemplateinstances,scriptoperations,customcodeblobcontent,iconbrandcolor,"
    "capabilities,connectorinternalid,ismanaged,modifiedon,_createdby_value";

}  // namespace

std::string DataverseClient::now() const {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(clock_.now())));
}

ProviderError DataverseClient::incomplete(const std::string& what, const net::Answer& answer,
                                          const std::string& why) const {
    return {.kind = ErrorKind::incomplete,
            .message = fmt::format("the answer could not be understood, trying to {}: {}", what, why),
            .service = fmt::format("{} with {} bytes", answer.status, answer.body.size()),
            .request_id = answer.request_id.empty() ? answer.client_request_id : answer.request_id,
            .time = now(),
            .help = "nothing was planned on half a view; if it happens again, report it with the request id",
            .retry_after = {},
            .code = "RG0711"};
}

ProviderError DataverseClient::refused(const std::string& what, const net::Answer& answer,
                                       const std::string& service) const {
    auto error = refusal(answer.status, answer.body, service);
    error.message = fmt::format("{} refused to {}", service, what);
    error.service = net::redact(error.service);
    error.request_id = net::find_header(answer.headers, "x-ms-service-request-id").value_or(answer.request_id);
    if (error.request_id.empty()) error.request_id = answer.client_request_id;
    error.time = now();
    return error;
}

DataverseClient::Result<net::Answer> DataverseClient::send(net::Request request, const std::string& scope,
                                                           const std::string& what, const std::string& service) {
    const auto origin = request.origin;
    auto answer = session_.call(std::move(request), scope);
    if (!answer) {
        auto error = not_answered(answer.error());
        error.message = fmt::format("could not {} in {}", what, service);
        error.service = fmt::format("{}: {}", origin, answer.error().message);
        error.time = now();
        return tl::unexpected(std::move(error));
    }
    if (answer->status < 200 || answer->status > 299) return tl::unexpected(refused(what, *answer, service));
    return std::move(*answer);
}

DataverseClient::Result<net::Answer> DataverseClient::call(const Instance& instance, net::Method method,
                                                           const std::string& target, const std::string& what,
                                                           std::string body, net::Headers headers) {
    net::Request request;
    request.method = method;
    request.origin = instance.origin;
    request.target = instance.path + std::string(api) + target;
    request.headers = std::move(headers);
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("OData-MaxVersion", "4.0");
    request.headers.emplace_back("OData-Version", "4.0");
    if (!body.empty()) request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(body);
    // Every write names its row by a key of ours.
    request.idempotent = true;
    if (method != net::Method::get) request.timeout = 330s;
    return send(std::move(request), instance.scope(), what, "Dataverse");
}

DataverseClient::Result<Instance> DataverseClient::instance(const std::string& environment) {
    const std::lock_guard lock(mutex_);
    if (const auto known = instances_.find(environment); known != instances_.end()) return known->second;
    const auto configured = std::find_if(options_.dataverses.begin(), options_.dataverses.end(),
                                         [&](const auto& d) { return d.environment == environment; });
    auto url = configured == options_.dataverses.end() ? std::string{} : configured->url;
    if (url.empty()) {
        net::Request request;
        request.origin = options_.platform_origin;
        request.target =
            fmt::format("/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments/{}?api-version=2021-04-01",
                        environment);
        request.headers = {{"Accept", "application/json"}};
        const auto name = options_.power_apps.environments.text(environment);
        const auto what = fmt::format("say where the Dataverse of environment {} is", name);
        auto answer = send(std::move(request), options_.power_apps.scope, what, "the Power Platform");
        if (!answer) return tl::unexpected(std::move(answer.error()));
        const auto parsed = json::parse(answer->body, nullptr, false);
        if (!parsed.is_object()) return tl::unexpected(incomplete(what, *answer, "no JSON object"));
        url = text(member(member(member(&parsed, "properties"), "linkedEnvironmentMetadata"), "instanceUrl"));
        if (url.empty())
            return tl::unexpected(ProviderError{
                .kind = ErrorKind::rejected,
                .message =
                    fmt::format("environment {} has no Dataverse, which connectors in solutions are kept in", name),
                .service = {},
                .request_id = answer->request_id,
                .time = now(),
                .help = "add a Dataverse to it in the Power Platform admin center, or take it out of the Environment's "
                        "`dataverse`",
                .retry_after = {},
                .code = "RG0705"});
    }
    auto [origin, path] = connectors::split_url(url);
    while (!path.empty() && path.back() == '/') path.pop_back();
    Instance found{environment, std::move(origin), std::move(path)};
    instances_.emplace(environment, found);
    return found;
}

DataverseClient::Result<std::vector<json>> DataverseClient::pages(const Instance& instance, const std::string& query,
                                                                  const std::string& what, ReadPart* part) {
    std::vector<json> found;
    std::size_t before = 0;
    const auto base = instance.path + std::string(api);
    auto read = connectors::read_pages(
        query,
        {.ask =
             [&](const std::string& page) {
                 return call(instance, net::Method::get, page, what, {}, {{"Prefer", "odata.maxpagesize=50"}});
             },
         .unclear = [&](const net::Answer& answer, const std::string& why) { return incomplete(what, answer, why); },
         .within = [&](const std::string& link) -> std::optional<std::string> {
             if (link.rfind(base, 0) != 0) return std::nullopt;
             return link.substr(base.size());
         },
         .take = [&](json& row) -> std::string {
             found.push_back(std::move(row));
             return {};
         },
         .page_ends =
             [&] {
                 if (part != nullptr) part->came(found.size() - std::exchange(before, found.size()));
             },
         .next_link = "@odata.nextLink"});
    if (!read) return tl::unexpected(std::move(read.error()));
    return found;
}

std::string DataverseClient::place_of(const Instance& instance) const {
    return fmt::format("environment {} at {}", options_.power_apps.environments.text(instance.environment),
                       instance.origin);
}

DataverseClient::Result<std::vector<json>> DataverseClient::connectors(const Instance& instance, ReadPart* part) {
    const auto what = fmt::format("list the connectors of {}", place_of(instance));
    auto rows = pages(instance, fmt::format("connectors?$select={}", columns), what, part);
    if (!rows) return rows;
    for (auto& row : *rows) {
        const auto id = text(member(&row, "connectorid"));
        if (id.empty()) return tl::unexpected(incomplete(what, net::Answer{}, "a row without `connectorid`"));
        row["connectorid"] = lower(id);
    }
    return rows;
}

DataverseClient::Result<json> DataverseClient::connector(const Instance& instance, const std::string& id) {
    const auto what = "read connector " + id;
    auto answer = call(instance, net::Method::get, fmt::format("connectors({})?$select={}", id, columns), what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    auto row = json::parse(answer->body, nullptr, false);
    if (!row.is_object() || !row.contains("connectorid"))
        return tl::unexpected(incomplete(what, *answer, "no row of a connector"));
    return row;
}

DataverseClient::Result<std::string> DataverseClient::who_am_i(const Instance& instance) {
    const std::lock_guard lock(who_mutex_);
    if (const auto known = users_.find(instance.environment); known != users_.end()) return known->second;
    const auto what = fmt::format("say who regent is in {}", place_of(instance));
    auto answer = call(instance, net::Method::get, "WhoAmI", what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    const auto parsed = json::parse(answer->body, nullptr, false);
    auto user = lower(text(member(&parsed, "UserId")));
    if (user.empty()) return tl::unexpected(incomplete(what, *answer, "it names no `UserId`"));
    return users_.emplace(instance.environment, std::move(user)).first->second;
}

DataverseClient::Result<std::vector<Solution>> DataverseClient::solutions(const Instance& instance) {
    auto rows = pages(instance,
                      "solutions?$select=solutionid,uniquename&$filter=ismanaged%20eq%20false&"
                      "$expand=publisherid($select=customizationprefix)",
                      fmt::format("list the solutions of {}", place_of(instance)), nullptr);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    std::vector<Solution> found;
    found.reserve(rows->size());
    for (const auto& row : *rows) {
        found.push_back({lower(text(member(&row, "solutionid"))), text(member(&row, "uniquename")),
                         text(member(member(&row, "publisherid"), "customizationprefix"))});
    }
    return found;
}

DataverseClient::Result<Solutions> DataverseClient::solutions_and_members(const Instance& instance) {
    auto all = solutions(instance);
    if (!all) return tl::unexpected(std::move(all.error()));
    auto members = memberships(instance);
    if (!members) return tl::unexpected(std::move(members.error()));
    return Solutions{std::move(*all), std::move(*members)};
}

DataverseClient::Result<std::set<std::pair<std::string, std::string>>> DataverseClient::memberships(
    const Instance& instance) {
    auto rows = pages(instance,
                      fmt::format("solutioncomponents?$select=objectid,_solutionid_value&"
                                  "$filter=componenttype%20eq%20{}",
                                  connector_component),
                      fmt::format("read what solutions of {} hold", place_of(instance)), nullptr);
    if (!rows) return tl::unexpected(std::move(rows.error()));
    std::set<std::pair<std::string, std::string>> found;
    for (const auto& row : *rows)
        found.emplace(lower(text(member(&row, "objectid"))), lower(text(member(&row, "_solutionid_value"))));
    return found;
}

DataverseClient::Result<void> DataverseClient::create(const Instance& instance, const json& row,
                                                      const std::string& solution) {
    const auto what = fmt::format("create the connector \"{}\"", text(member(&row, "displayname")));
    auto answer =
        call(instance, net::Method::post, "connectors", what, row.dump(), {{"MSCRM.SolutionUniqueName", solution}});
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return {};
}

DataverseClient::Result<void> DataverseClient::update(const Instance& instance, const std::string& id, const json& row,
                                                      const std::string& etag) {
    const auto target = fmt::format("connectors({})", id);
    const auto what = "update connector " + id;
    auto answer =
        call(instance, net::Method::patch, target, what, row.dump(), {{"If-Match", etag.empty() ? "*" : etag}});
    // Whether this table takes conditions is not documented; where it does not, nothing is lost by asking without.
    if (!answer && !etag.empty() && answer.error().service.find("ptimistic concurrency") != std::string::npos)
        answer = call(instance, net::Method::patch, target, what, row.dump(), {{"If-Match", "*"}});
    if (answer) return {};
    if (answer.error().kind == ErrorKind::not_found)
        answer.error().help = "it was deleted since it was observed; the next run makes it again";
    return tl::unexpected(std::move(answer.error()));
}

DataverseClient::Result<void> DataverseClient::add_to_solution(const Instance& instance, const std::string& id,
                                                               const std::string& solution) {
    // https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/addsolutioncomponent
    const json body{{"ComponentId", id},
                    {"ComponentType", connector_component},
                    {"SolutionUniqueName", solution},
                    {"AddRequiredComponents", false}};
    auto answer = call(instance, net::Method::post, "AddSolutionComponent",
                       fmt::format("add the connector to solution {}", solution), body.dump());
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return {};
}

DataverseClient::Result<void> DataverseClient::remove(const Instance& instance, const std::string& id) {
    auto answer = call(instance, net::Method::del, fmt::format("connectors({})", id), "delete connector " + id);
    if (!answer && answer.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(answer.error()));
    return {};
}

}  // namespace regent::provider::dataverse
