#include "service/metrics_gauges.hpp"

#include <array>
#include <map>
#include <set>
#include <string_view>

namespace regent::service {
namespace {

using namespace controller;

using Labels = std::vector<std::pair<std::string, std::string>>;

double seconds_of(Time time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

Labels labels_of(const EnvironmentStatus& environment, const ObjectStatus& object) {
    return {{"kind", object.address.kind}, {"name", object.address.name}, {"environment", environment.name}};
}

double is_yes(const ObjectStatus& object, std::string_view condition) {
    const auto* found = object.condition(condition);
    return found != nullptr && found->status == ConditionStatus::yes ? 1 : 0;
}

bool paused(const EnvironmentStatus& environment, const ObjectStatus& object) {
    return environment.pause.has_value() || object.pause.has_value();
}

std::string gauge_state(const EnvironmentStatus& environment, const ObjectStatus& object) {
    if (paused(environment, object)) return "paused";
    const auto* ready = object.condition("Ready");
    if (ready == nullptr || ready->status == ConditionStatus::unknown) return "waiting";
    if (ready->status == ConditionStatus::yes) return "ready";
    return ready->reason == ConditionReason::waiting_for_reference ? "waiting" : "failing";
}

std::string reason_of(const ObjectStatus& object) {
    const auto* ready = object.condition("Ready");
    return ready == nullptr ? "" : std::string(to_string(ready->reason));
}

/// `action` of a plan, every one that a dashboard may draw: a series that comes and goes has no rate.
constexpr std::array<std::string_view, 5> actions = {"create", "adopt", "update", "replace", "delete"};

class Gauges {
public:
    explicit Gauges(const ServiceStatus& status, const std::string& revision) {
        family("regent_build_info", "The program that runs")
            .add({{"version", status.version}, {"revision", revision}}, 1);
        family("regent_queue_depth", "Steps and runs that wait").add({}, static_cast<double>(status.queue_depth));
        auto& fetches = family("regent_source_fetch_total", "Times the source was asked for something new");
        fetches.family.counter = true;
        fetches.add({{"result", "ok"}}, static_cast<double>(status.source.fetches_ok));
        fetches.add({{"result", "failed"}}, static_cast<double>(status.source.fetches_failed));
        for (const auto& environment : status.environments) add(environment);
    }
    [[nodiscard]] std::vector<Family> take() {
        std::vector<Family> families;
        families.reserve(order_.size());
        for (const auto& name : order_) families.push_back(std::move(families_.at(name).family));
        return families;
    }

private:
    struct Entry {
        Family family;
        void add(Labels labels, double value) { family.samples.push_back({std::move(labels), value}); }
    };

    Entry& family(const std::string& name, const std::string& help) {
        const auto [found, is_new] = families_.try_emplace(name);
        if (is_new) {
            found->second.family.name = name;
            found->second.family.help = help;
            order_.push_back(name);
        }
        return found->second;
    }

    void add(const EnvironmentStatus& environment) {
        const Labels label = {{"environment", environment.name}};
        const auto& revision = environment.in_force;
        family("regent_source_info", "The commit in force")
            .add({{"environment", environment.name}, {"branch", revision.branch}, {"revision", revision.commit}}, 1);
        family("regent_manifest_errors", "Errors in the newest commit; above 0 an older one is in force")
            .add(label, static_cast<double>(environment.manifest_errors));
        if (environment.last_run)
            family("regent_last_run_timestamp_seconds", "When a run last ended")
                .add(label, seconds_of(environment.last_run->finished));
        if (environment.last_success)
            family("regent_last_success_timestamp_seconds", "When a run last ended without failure")
                .add(label, seconds_of(environment.last_success->finished));
        for (const auto& object : environment.objects) add(environment, object);
        add_counts(environment);
        add_pending(environment);
        add_credentials(environment);
    }

    void add(const EnvironmentStatus& environment, const ObjectStatus& object) {
        const auto labels = labels_of(environment, object);
        family("regent_resource_ready", "1 when the Ready condition is True").add(labels, is_yes(object, "Ready"));
        family("regent_resource_synced", "1 when the tenant holds what the manifest says")
            .add(labels, is_yes(object, "Synced"));
        family("regent_resource_paused", "1 while regent keeps its hands off")
            .add(labels, paused(environment, object) ? 1 : 0);
        auto info = labels;
        const auto* synced = object.condition("Synced");
        info.emplace_back("reason", reason_of(object));
        info.emplace_back("policy", object.policy);
        info.emplace_back("revision", synced == nullptr ? "" : synced->observed_revision);
        family("regent_resource_info", "An object, for tables").add(std::move(info), 1);
    }

    void add_counts(const EnvironmentStatus& environment) {
        std::map<std::pair<std::string, std::string>, std::size_t> counts;
        std::set<std::string> kinds;
        for (const auto& object : environment.objects) {
            ++counts[{object.address.kind, gauge_state(environment, object)}];
            kinds.insert(object.address.kind);
        }
        for (const auto& kind : kinds)
            for (const char* state : {"ready", "failing", "waiting", "paused"})
                family("regent_resources", "Objects by state")
                    .add({{"environment", environment.name}, {"kind", kind}, {"state", state}},
                         static_cast<double>(counts[{kind, state}]));
    }

    void add_pending(const EnvironmentStatus& environment) {
        std::map<std::string, std::size_t> pending;
        for (const auto action : actions) pending[std::string(action)] = 0;
        if (environment.pending)
            for (const auto& [action, count] : environment.pending->actions) pending[action] = count;
        for (const auto& [action, count] : pending)
            family("regent_pending_changes", "Changes of a plan that is not carried out (yet)")
                .add({{"environment", environment.name}, {"action", action}}, static_cast<double>(count));
    }

    /// Two credentials may have one display name; the one that ends first counts, since two equal series would make the
    /// whole answer unreadable.
    void add_credentials(const EnvironmentStatus& environment) {
        std::map<Labels, double> ends;
        for (const auto& credential : environment.credentials) {
            const Labels labels = {{"environment", environment.name},
                                   {"application", credential.application.name},
                                   {"credential", credential.name},
                                   {"type", std::string(to_string(credential.type))}};
            const auto end = seconds_of(credential.ends_at);
            const auto [found, is_new] = ends.try_emplace(labels, end);
            if (!is_new && end < found->second) found->second = end;
        }
        for (const auto& [labels, end] : ends)
            family("regent_credential_expiry_timestamp_seconds", "When a credential ends").add(labels, end);
    }

    std::map<std::string, Entry> families_;
    std::vector<std::string> order_;
};

}  // namespace

std::vector<Family> gauges_of(const ServiceStatus& status, const std::string& revision) {
    return Gauges(status, revision).take();
}

}  // namespace regent::service
