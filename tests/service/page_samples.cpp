#include "service/page_samples.hpp"

#include "service/fake_control.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace regent::service::testing {

using namespace controller;
using namespace std::chrono_literals;
using regent::tests::noon;
using regent::tests::object_in;
using regent::tests::sample_status;

namespace {

HistoryEntry run(std::int64_t id, std::string environment, std::string trigger, std::string result, Time finished,
                 std::size_t count = 1) {
    HistoryEntry entry;
    entry.environment = std::move(environment);
    entry.run.id = id;
    entry.run.trigger = std::move(trigger);
    entry.run.result = std::move(result);
    entry.run.revision = "9b1e77d0c3a84f2f9d7a5c1e2b3f405162738495";
    entry.run.finished = finished;
    entry.run.started = finished - 2400ms;
    entry.count = count;
    entry.last = finished;
    if (count > 1) entry.run.started = finished - 10min * static_cast<int>(count);
    return entry;
}

Event event(EventType type, EventSeverity severity, Time time, std::string name, std::string message) {
    Event made;
    made.id = "1184-1";
    made.type = type;
    made.severity = severity;
    made.time = time;
    made.environment = "prod";
    if (!name.empty()) made.address = model::Address{"Application", std::move(name)};
    made.message = std::move(message);
    return made;
}

}  // namespace

StatusPageInput PageSample::input() const {
    return {status, history, events, changes, "", now, 120min};
}

Response PageSample::page(const std::string& target) const {
    Request request;
    request.method = "GET";
    if (!parse_target(target, request)) throw std::runtime_error("not a target: " + target);
    return status_page(input(), request);
}

PageSample calm_sample() {
    PageSample sample;
    sample.status = sample_status();
    sample.now = noon + 40s;
    sample.status.environments.erase(sample.status.environments.begin());  // dev
    auto& prod = sample.status.environments.front();
    std::erase_if(prod.objects, [](const auto& object) { return object.address.name == "customer-portal"; });
    object_in(sample.status, "prod", {"Connector", "arm"}).pause.reset();
    object_in(sample.status, "prod", {"Application", "orders-api"}).conditions.front().reason =
        ConditionReason::in_sync;
    object_in(sample.status, "prod", {"Application", "orders-api"}).conditions.front().message.clear();
    object_in(sample.status, "prod", {"Application", "legacy-crm"}).policy = "full";
    prod.last_run->result = "noop";
    prod.services.back().retries = prod.services.back().throttled = 0;
    prod.services.back().waited = 0ms;
    auto entry = run(1147, "prod", "commit", "ok", noon - 48h);
    entry.run.updated = 1;
    sample.history = {run(1184, "prod", "interval", "noop", noon, 37), entry};
    return sample;
}

PageSample busy_sample() {
    PageSample sample;
    sample.status = sample_status();
    sample.now = noon + 40s;
    sample.status.source.location = "https://github.com/contoso/identities.git main";
    auto& prod = sample.status.environments.back();
    prod.last_run->result = "partly";
    prod.last_run->error = "1 of 6 objects could not be brought to what its manifest says";
    auto& portal = object_in(sample.status, "prod", {"Application", "customer-portal"});
    portal.conditions.front().message =
        "cannot grant admin consent for Mail.Send: the signed-in application lacks AppRoleAssignment.ReadWrite.All "
        "(RG0704)";
    portal.conditions.push_back({"Stalled", ConditionStatus::yes, ConditionReason::permission_denied,
                                 "the same request would be refused again", noon - 12min,
                                 portal.conditions.front().observed_revision});
    portal.outputs["objectId"] = "5a0c7c1e-3c3c-4e9b-8c0a-0b0d3e2f1a11";
    portal.remote_id = portal.outputs["objectId"];
    portal.differences.push_back({"displayName", "", "Customer portal", "Customer portal (old)", "", true});
    portal.differences.push_back({"clientSecrets", "portal", "valid 180d", "", "the value is never shown", false});
    portal.remarks = {"not declared: federated credential \"manual-test\""};
    auto& waiting = object_in(sample.status, "prod", {"Connector", "arm-mi"});
    waiting.conditions.front() = {"Ready",
                                  ConditionStatus::no,
                                  ConditionReason::waiting_for_reference,
                                  "waits for Application/customer-portal appId",
                                  noon - 11min,
                                  waiting.conditions.front().observed_revision};
    waiting.waits_for = {"Application/customer-portal"};
    portal.waits_for.clear();
    auto& legacy = object_in(sample.status, "prod", {"Application", "legacy-crm"});
    legacy.conditions.front().status = ConditionStatus::no;
    legacy.conditions.front().reason = ConditionReason::drifted;
    legacy.conditions.front().message = "redirectUris.web differs; the policy is to observe";
    legacy.conditions.front().since = noon - 6 * 24h;
    legacy.conditions.back().status = ConditionStatus::no;
    legacy.differences = {{"redirectUris.web", "", "", "https://crm.contoso.example/old", "", true}};
    prod.credentials.insert(prod.credentials.begin(), CredentialStatus{{"Application", "legacy-crm"},
                                                                       "set up by hand",
                                                                       "key-0",
                                                                       model::CredentialType::secret,
                                                                       false,
                                                                       noon + 9 * 24h,
                                                                       std::nullopt,
                                                                       std::nullopt,
                                                                       {}});
    prod.credentials.push_back(CredentialStatus{{"Application", "customer-portal"},
                                                "portal",
                                                "key-2",
                                                model::CredentialType::certificate,
                                                true,
                                                noon + 170 * 24h,
                                                noon + 140 * 24h,
                                                std::nullopt,
                                                {"Connector/arm", "Connector/arm-mi"}});
    prod.services.back().last_error = "429 Too Many Requests";
    prod.services.back().last_error_at = noon - 3h;
    auto& dev = sample.status.environments.front();
    dev.pending->text =
        "What apply would do   ~ update\n  ~ Application/portal                           base/portal.regent.yaml:5\n"
        "      displayName            \"Portal (dev)\" -> \"Portal\"\n\nPlan: 1 to update. 0 unchanged.\n";

    auto changed = run(1183, "prod", "drift", "ok", noon - 50min);
    changed.run.updated = 1;
    auto failing = run(1184, "prod", "interval", "partly", noon);
    failing.run.failed = 1;
    failing.run.error = prod.last_run->error;
    failing.run.error_code = "RG0704";
    auto committed = run(1140, "prod", "commit", "ok", noon - 48h);
    committed.run.created = 2;
    committed.run.updated = 1;
    committed.run.secrets = 1;
    sample.history = {failing, changed, run(1182, "prod", "interval", "noop", noon - 60min, 37), committed,
                      run(1183, "dev", "commit", "noop", noon - 28s)};
    sample.events = {
        event(EventType::not_ready, EventSeverity::warning, noon - 12min, "customer-portal",
              "cannot grant admin consent (RG0704)"),
        event(EventType::drift, EventSeverity::warning, noon - 50min, "orders-api",
              "federatedCredentials has \"manual-test\", which no file declares; it was removed"),
        event(EventType::run_failed, EventSeverity::error, noon - 26h, "", "Graph could not be reached for 4 min")};
    ChangeEntry change;
    change.run = 1140;
    change.time = noon - 48h;
    change.environment = "prod";
    change.address = {"Application", "customer-portal"};
    change.action = "update";
    change.path = "redirectUris.web";
    change.before = "2 URIs";
    change.after = "3 URIs";
    sample.changes = {change};
    return sample;
}

PageSample stale_sample() {
    auto sample = calm_sample();
    sample.now = noon + 1h;
    return sample;
}

PageSample empty_sample() {
    PageSample sample;
    sample.status.instance = "id1";
    sample.status.version = "0.1.0";
    sample.status.started = noon - 2s;
    sample.status.taken = noon - 1s;
    sample.status.interval = 60s;
    sample.status.source.kind = "directory";
    sample.status.source.location = "/srv/identities";
    sample.status.state = "ok";
    EnvironmentStatus prod;
    prod.name = "prod";
    prod.mode = "apply";
    sample.status.environments = {prod};
    sample.now = noon;
    return sample;
}

PageSample large_sample(std::size_t count) {
    auto sample = calm_sample();
    auto& prod = sample.status.environments.front();
    const auto pattern = prod.objects.front();
    prod.objects.clear();
    for (std::size_t number = 0; number < count; ++number) {
        auto object = pattern;
        object.address.kind = number % 3 == 0 ? "Connector" : "Application";
        object.address.name = fmt::format("{}-service-{:04}", static_cast<char>('a' + number % 26), number);
        if (number % 50 == 7) {
            object.conditions.front().status = ConditionStatus::no;
            object.conditions.front().reason = ConditionReason::service_error;
            object.conditions.front().message = "Graph answered 503 Service Unavailable three times";
            object.conditions.front().since = noon - std::chrono::minutes(number);
        }
        prod.objects.push_back(std::move(object));
        prod.credentials.push_back({{"Application", fmt::format("app-{:04}", number)},
                                    "main",
                                    "key",
                                    model::CredentialType::secret,
                                    true,
                                    noon + std::chrono::hours(24 * 30 + number),
                                    noon + std::chrono::hours(24 * 20),
                                    std::nullopt,
                                    {"Connector/arm"}});
    }
    return sample;
}

PageSample sample_with_text(const std::string& text) {
    auto sample = busy_sample();
    auto& status = sample.status;
    status.instance = status.version = status.state = text;
    auto& source = status.source;
    source.location = source.verification = source.error = text;
    source.newest = {text, text, text, text, noon};
    for (auto& environment : status.environments) {
        environment.name = environment.name == "prod" ? "prod" : text;
        environment.mode = environment.frozen = environment.waiting_for = environment.manifest_error_text = text;
        environment.manifest_errors = 1;
        environment.in_force = source.newest;
        environment.pause = Pause{text, std::nullopt, text, text, noon, noon + 1h};
        environment.pending = PendingPlan{text, text, text + "\n" + text, {{text, 1}}, text};
        environment.last_run->error = environment.last_run->error_code = environment.last_run->result = text;
        environment.last_run->trigger = environment.last_run->revision = text;
        environment.running = environment.last_run;
        for (auto& service : environment.services) service.name = service.last_error = text;
        for (auto& credential : environment.credentials) {
            credential.name = credential.key_id = text;
            credential.application = {text, text};
            credential.consumers = {text, text};
        }
        for (auto& object : environment.objects) {
            object.address = object.address.name == "customer-portal" ? object.address : model::Address{text, text};
            object.place.file = object.policy = object.remote_id = object.last_change_summary = text;
            object.error_code = object.error_help = object.request_id = text;
            object.outputs = {{text, text}, {"appId", text}};
            for (auto& condition : object.conditions) {
                condition.message = condition.observed_revision = text;
                if (condition.type == "Stalled") condition.type = text;
            }
            object.differences = {{text, text, text, text, text, true}};
            object.waits_for = {text, "Application/customer-portal"};
            object.remarks = {text};
            if (object.pause) object.pause = Pause{text, std::nullopt, text, text, noon, noon + 1h};
        }
    }
    for (auto& entry : sample.history) {
        entry.environment = entry.run.trigger = entry.run.result = entry.run.revision = entry.run.error = text;
        entry.run.error_code = entry.run.plan_id = text;
    }
    for (auto& each : sample.events) {
        each.environment = each.message = each.reason = each.path = each.action = each.revision = each.request_id =
            text;
        each.address = model::Address{text, text};
    }
    for (auto& change : sample.changes) {
        change.environment = change.action = change.path = change.element = change.before = change.after = text;
        change.address = {text, text};
    }
    return sample;
}

}  // namespace regent::service::testing
