#include "service/status_json.hpp"

#include "net/redact.hpp"
#include "service/first_look.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <regex>

namespace regent::service {
namespace {

using nlohmann::json;
using namespace controller;

/// Puts what has a value into an object.
class Fields {
public:
    Fields& text(const char* name, std::string_view value) {
        if (!value.empty()) json_[name] = net::redact(value);
        return *this;
    }
    Fields& time(const char* name, const std::optional<Time>& value) {
        if (value && value->time_since_epoch().count() != 0) json_[name] = rfc3339(*value);
        return *this;
    }
    template <typename Value>
    Fields& set(const char* name, Value&& value) {
        json_[name] = std::forward<Value>(value);
        return *this;
    }
    template <typename Value>
    Fields& part(const char* name, const std::optional<Value>& value) {
        if (value) json_[name] = to_json(*value);
        return *this;
    }
    Fields& texts(const char* name, const std::vector<std::string>& values) {
        auto& list = json_[name] = json::array();
        for (const auto& value : values) list.push_back(net::redact(value));
        return *this;
    }
    json& list(const char* name) { return json_[name] = json::array(); }
    Fields& address(const std::optional<model::Address>& address) {
        if (address) text("kind", address->kind).text("name", address->name);
        return *this;
    }
    [[nodiscard]] json take() { return std::move(json_); }

private:
    json json_ = json::object();
};

double seconds(std::chrono::milliseconds duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

json revision_json(const RevisionStatus& revision) {
    return Fields()
        .text("text", revision.text())
        .text("branch", revision.branch)
        .text("commit", revision.commit)
        .text("author", revision.author)
        .text("subject", revision.subject)
        .time("committedAt", revision.committed_at)
        .take();
}

json condition_json(const Condition& condition) {
    return Fields()
        .text("type", condition.type)
        .text("status", to_string(condition.status))
        .text("reason", to_string(condition.reason))
        .text("message", condition.message)
        .time("lastTransitionTime", condition.since)
        .text("observedRevision", condition.observed_revision)
        .take();
}

json field_json(const FieldStatus& field) {
    return Fields()
        .text("path", field.path)
        .text("element", field.element)
        .text("wanted", field.wanted)
        .text("live", field.live)
        .text("note", field.note)
        .set("drift", field.drift)
        .take();
}

json service_json(const ServiceCounters& service) {
    return Fields()
        .text("name", service.name)
        .set("requests", service.requests)
        .set("retries", service.retries)
        .set("throttled", service.throttled)
        .set("waitedSeconds", seconds(service.waited))
        .text("lastError", service.last_error)
        .time("lastErrorAt", service.last_error_at)
        .set("failing", service.failing)
        .take();
}

json source_json(const SourceStatus& source) {
    return Fields()
        .text("kind", source.kind)
        .set("location", masked_location(source.location))
        .text("verification", source.verification)
        .set("newest", revision_json(source.newest))
        .time("lastFetchAt", source.last_fetch)
        .time("lastSuccessAt", source.last_success)
        .text("error", masked_location(source.error))
        .set("files", source.files)
        .set("fetches", json{{"ok", source.fetches_ok}, {"failed", source.fetches_failed}})
        .take();
}

bool is_paused(const EnvironmentStatus& environment, const ObjectStatus& object) {
    return object.pause.has_value() || environment.pause.has_value();
}

json counts_json(const EnvironmentStatus& environment) {
    std::size_t ready = 0, not_ready = 0, unknown = 0, paused = 0;
    for (const auto& object : environment.objects) {
        const auto* condition = object.condition("Ready");
        if (is_paused(environment, object)) ++paused;
        if (condition == nullptr || condition->status == ConditionStatus::unknown)
            ++unknown;
        else
            ++(condition->status == ConditionStatus::yes ? ready : not_ready);
    }
    return json{{"total", environment.objects.size()},
                {"ready", ready},
                {"notReady", not_ready},
                {"unknown", unknown},
                {"paused", paused}};
}

/// User information and queries of every URL in `text` as "***".
std::string without_url_secrets(std::string_view text) {
    std::string out;
    for (auto scheme = text.find("://"); scheme != std::string_view::npos; scheme = text.find("://")) {
        out += text.substr(0, scheme + 3);
        text.remove_prefix(scheme + 3);
        auto url = text.substr(0, text.find_first_of(" \t\r\n'\"<>`"));
        text.remove_prefix(url.size());
        const auto authority = url.substr(0, url.find_first_of("/?#"));
        if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
            out += "***";
            url.remove_prefix(at);
        }
        const auto question = url.find('?');
        out += url.substr(0, question);
        if (question != std::string_view::npos) out += "?***";
    }
    out += text;
    return out;
}

/// The forges' own kinds of tokens, wherever they stand.
std::string without_forge_tokens(std::string text) {
    static constexpr std::array<std::string_view, 8> prefixes = {"ghp_", "gho_",        "ghu_",   "ghs_",
                                                                 "ghr_", "github_pat_", "glpat-", "gldt-"};
    static constexpr std::string_view characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    constexpr std::size_t shortest = 16;
    for (const auto prefix : prefixes) {
        for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at + 3)) {
            const auto end = std::min(text.find_first_not_of(characters, at), text.size());
            if (end - at >= prefix.size() + shortest) text.replace(at, end - at, "***");
        }
    }
    return text;
}

}  // namespace

std::string rfc3339(Time time) {
    if (time.time_since_epoch().count() == 0) return {};
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

std::optional<Time> parse_rfc3339(std::string_view text) {
    static const std::regex form(
        R"((\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:[Zz]|([+-])(\d\d):(\d\d)))");
    constexpr std::size_t longest = 40;
    std::cmatch match;
    if (text.size() > longest || !std::regex_match(text.data(), text.data() + text.size(), match, form))
        return std::nullopt;
    const auto number = [&](std::size_t group) { return std::stoi(match[group].str()); };
    std::tm parts{};
    parts.tm_year = number(1) - 1900;
    parts.tm_mon = number(2) - 1;
    parts.tm_mday = number(3);
    parts.tm_hour = number(4);
    parts.tm_min = number(5);
    parts.tm_sec = number(6);
    if (parts.tm_mon < 0 || parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31 || parts.tm_hour > 23 ||
        parts.tm_min > 59 || parts.tm_sec > 60)
        return std::nullopt;
    auto seconds_since = static_cast<long long>(::timegm(&parts));
    if (match[7].matched) {
        const int offset = number(8) * 3600 + number(9) * 60;
        seconds_since -= match[7].str() == "-" ? -offset : offset;
    }
    return Time(std::chrono::seconds(seconds_since));
}

std::string masked_location(std::string_view location) {
    return net::redact(without_forge_tokens(without_url_secrets(location)));
}

json to_json(const Pause& pause) {
    return Fields()
        .text("environment", pause.environment)
        .address(pause.address)
        .text("reason", pause.reason)
        .text("by", pause.by)
        .time("since", pause.since)
        .time("until", pause.until)
        .take();
}

json to_json(const CredentialStatus& credential) {
    return Fields()
        .text("application", credential.application.name)
        .text("name", credential.name)
        .text("keyId", credential.key_id)
        .set("type", to_string(credential.type))
        .set("declared", credential.declared)
        .time("endsAt", credential.ends_at)
        .time("rotatesAt", credential.rotates_at)
        .time("leavesAt", credential.leaves_at)
        .texts("consumers", credential.consumers)
        .take();
}

json to_json(const ObjectStatus& object, const std::string& environment) {
    auto conditions = json::array(), differences = json::array();
    for (const auto& condition : object.conditions) conditions.push_back(condition_json(condition));
    for (const auto& field : object.differences) differences.push_back(field_json(field));
    auto outputs = json::object();
    for (const auto& [name, value] : object.outputs) outputs[name] = net::redact(value);
    Fields fields;
    fields.text("environment", environment).address(object.address);
    if (object.place.known())
        fields.set("place", Fields().text("file", object.place.file.str()).set("line", object.place.line).take());
    return fields.text("policy", object.policy)
        .text("remoteId", object.remote_id)
        .set("outputs", std::move(outputs))
        .set("conditions", std::move(conditions))
        .set("differences", std::move(differences))
        .texts("waitsFor", object.waits_for)
        .texts("remarks", object.remarks)
        .time("lastReadAt", object.last_read)
        .time("lastChangeAt", object.last_change)
        .text("lastChange", object.last_change_summary)
        .time("nextTryAt", object.next_try)
        .set("failures", object.failures)
        .text("errorCode", object.error_code)
        .text("errorHelp", object.error_help)
        .text("requestId", object.request_id)
        .part("pause", object.pause)
        .take();
}

json to_json(const PendingPlan& plan, bool with_text) {
    Fields fields;
    fields.text("planId", plan.plan_id).text("why", plan.why).text("revision", plan.revision);
    fields.set("actions", json(plan.actions));
    if (with_text) fields.text("text", plan.text);
    return fields.take();
}

json to_json(const RunStatus& run) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(run.finished - run.started);
    Fields fields;
    if (!run.hand_overs.empty()) {
        auto& list = fields.list("handOvers");
        for (const auto& given : run.hand_overs)
            list.push_back(Fields()
                               .text("application", given.application.name)
                               .text("secret", given.secret)
                               .text("to", given.to)
                               .set("done", given.done)
                               .text("error", given.error)
                               .take());
    }
    return fields.set("id", run.id)
        .text("trigger", run.trigger)
        .text("result", run.result)
        .text("revision", run.revision)
        .text("planId", run.plan_id)
        .time("startedAt", run.started)
        .time("finishedAt", run.finished)
        .set("tookSeconds", run.finished > run.started ? seconds(took) : 0.0)
        .set("read", run.read)
        .set("created", run.created)
        .set("adopted", run.adopted)
        .set("updated", run.updated)
        .set("removed", run.removed)
        .set("secrets", run.secrets)
        .set("failed", run.failed)
        .text("error", run.error)
        .text("errorCode", run.error_code)
        .text("errorHelp", run.error_help)
        .take();
}

json to_json(const HistoryEntry& entry) {
    auto run = to_json(entry.run);
    run["environment"] = entry.environment;
    run["count"] = entry.count;
    if (entry.count > 1) run["lastAt"] = rfc3339(entry.last);
    return run;
}

json to_json(const ChangeEntry& change) {
    return Fields()
        .set("run", change.run)
        .time("time", change.time)
        .text("environment", change.environment)
        .address(change.address)
        .text("action", change.action)
        .text("path", change.path)
        .text("element", change.element)
        .text("before", change.before)
        .text("after", change.after)
        .set("drift", change.drift)
        .take();
}

json to_json(const Event& event) {
    return Fields()
        .text("id", event.id)
        .time("time", event.time)
        .text("type", to_string(event.type))
        .text("severity", to_string(event.severity))
        .text("environment", event.environment)
        .address(event.address)
        .text("reason", event.reason)
        .text("path", event.path)
        .text("action", event.action)
        .text("revision", event.revision)
        .set("run", event.run)
        .text("message", event.message)
        .text("requestId", event.request_id)
        .take();
}

json to_json(const EnvironmentStatus& environment) {
    auto needs_you = json::array(), credentials = json::array(), services = json::array();
    for (const auto& object : environment.objects)
        if (!object.ready() || object.pause) needs_you.push_back(to_json(object, environment.name));
    for (const auto& credential : environment.credentials) credentials.push_back(to_json(credential));
    for (const auto& service : environment.services) services.push_back(service_json(service));
    Fields fields;
    fields.text("name", environment.name)
        .text("tenantId", environment.tenant_id)
        .text("mode", environment.mode)
        .set("inForce", revision_json(environment.in_force))
        .set("manifestErrors", environment.manifest_errors)
        .text("manifestErrorText", environment.manifest_error_text)
        .part("lastRun", environment.last_run)
        .part("lastSuccess", environment.last_success)
        .part("running", environment.running)
        .text("waitingFor", environment.waiting_for)
        .time("lookedAt", environment.looked_at)
        .time("nextRunAt", environment.next_run)
        .text("frozen", environment.frozen)
        .part("pause", environment.pause)
        .set("counts", counts_json(environment))
        .set("needsYou", std::move(needs_you))
        .set("credentials", std::move(credentials))
        .set("services", std::move(services));
    if (const auto outstanding = outstanding_look(environment))
        fields.set("notLookedAt", json{{"message", outstanding->message}, {"help", outstanding->help}});
    if (environment.pending) fields.set("pending", to_json(*environment.pending, false));
    return fields.take();
}

json to_json(const ServiceStatus& status) {
    auto environments = json::array();
    for (const auto& environment : status.environments) environments.push_back(to_json(environment));
    return Fields()
        .text("instance", status.instance)
        .text("version", status.version)
        .time("startedAt", status.started)
        .time("takenAt", status.taken)
        .set("intervalSeconds", status.interval.count())
        .text("state", status.state)
        .set("queueDepth", status.queue_depth)
        .set("source", source_json(status.source))
        .set("environments", std::move(environments))
        .take();
}

std::string dump(const json& json) {
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace regent::service
