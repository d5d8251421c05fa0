#include "report/wording.hpp"

#include "model/attributes.hpp"
#include "plan/obstacles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace regent::report {
namespace {

std::string no_changes_line(const RunReport& report) {
    const auto& plan = *report.plan;
    const auto environment = model::with_visible_controls(plan.environment);
    const auto revision = short_revision(report.revision);
    const auto checked = took_text(report.read_took);
    // They match the files, which the commit alone is not.
    const bool changed_here = report.revision.ends_with(", with local changes");
    const auto what = revision.empty() ? std::string("the manifests")
                      : changed_here   ? revision + " with local changes"
                                       : revision;
    if (report.selected)
        return fmt::format("No changes to what was selected in {} (checked against {} in {}).", environment, what,
                           checked);
    if (!plan.withheld.empty()) {
        const auto obstacles = plan::count_obstacles(plan);
        const auto alone = plan.withheld.size() - obstacles;
        return fmt::format("No changes to make. {} in {} checked against {} in {}{}{}.",
                           count_of(plan.documents, "object"), environment, what, checked,
                           alone == 0 ? "" : fmt::format(", {} left alone", count_of(alone, "difference")),
                           obstacles == 0 ? "" : fmt::format(", {} cannot be done", obstacles));
    }
    if (plan.documents == 0)
        return fmt::format("No changes. No manifest asks for anything in {} (checked in {}).", environment, checked);
    if (plan.documents == 1)
        return fmt::format("No changes. The one object in {} matches {} (checked in {}).", environment, what, checked);
    return fmt::format("No changes. All {} objects in {} match {} (checked in {}).", plan.documents, environment, what,
                       checked);
}

}  // namespace

std::string count_of(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string took_text(std::chrono::milliseconds took) {
    const auto ms = took.count();
    if (ms < 1000) return fmt::format("{}ms", ms);
    if (ms < 60'000) return fmt::format("{:.1f}s", static_cast<double>(ms) / 1000.0);
    return fmt::format("{}m{:02}s", ms / 60'000, ms / 1000 % 60);
}

std::string duration_text(std::int64_t seconds) {
    static constexpr std::array<std::pair<std::int64_t, char>, 3> units = {{{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}}};
    for (const auto& [size, unit] : units) {
        if (seconds != 0 && seconds % size == 0) return fmt::format("{}{}", seconds / size, unit);
    }
    return fmt::format("{}s", seconds);
}

std::string short_revision(const std::string& revision) {
    return model::with_visible_controls(revision.substr(0, revision.find(',')));
}

std::string short_id(const std::string& plan_id) {
    return plan_id.substr(0, 8);
}

std::string shown(const model::Address& address) {
    return model::with_visible_controls(model::to_string(address));
}

std::string shown(const model::Place& place) {
    // Without the column: a plan points at documents and keys, and the line is enough to find them.
    return model::with_visible_controls(model::to_string(model::Place{place.file, place.line, 0}));
}

std::string_view past_word_for(const plan::ResourceChange& resource) noexcept {
    switch (resource.action) {
        case plan::Action::none:
            return "unchanged";
        case plan::Action::create:
            return resource.reason == plan::Reason::restored ? "restored" : "created";
        case plan::Action::adopt:
            return "adopted";
        case plan::Action::update:
            return "updated";
        case plan::Action::replace:
            return "replaced";
        case plan::Action::remove:
            return "deleted";
    }
    return "updated";
}

std::string_view word_for(const plan::Step& step) noexcept {
    if (step.restore) return "restore";
    if (step.work == plan::Work::add && step.part.starts_with(model::path::client_secrets)) return "issue";
    if (step.part.starts_with(model::path::secret_deliveries)) return "deliver";
    return to_string(step.work);
}

std::string words_for_part(const std::string& part) {
    const auto slash = part.find('/');
    const auto path = part.substr(0, slash);
    const auto name = slash == std::string::npos ? std::string() : fmt::format(" \"{}\"", part.substr(slash + 1));
    if (part == model::path::principal_settings) return "properties of the service principal";
    if (path == model::path::service_principal) return "service principal";
    if (path == model::path::consented_scopes || path == model::path::consented_roles) return "admin consent";
    if (path == model::path::assigned_people) return "users and groups with its roles";
    if (path == model::path::assigned_applications) return "applications with its roles";
    if (path == model::path::federated_credentials) return "federated credential" + name;
    if (path == model::path::client_secrets || path == model::path::secret_deliveries) return "secret" + name;
    if (path == model::path::owners) return "owner" + name;
    if (path == model::path::principal_owners) return "owner of the service principal" + name;
    if (path == model::path::extension_properties) return "extension property" + name;
    return path + name;
}

std::string what_of(const plan::Step& step) {
    const auto part = words_for_part(step.part);
    if (step.summary.empty() || step.summary.starts_with(part)) return step.summary.empty() ? part : step.summary;
    return part + ", " + step.summary;
}

std::string_view sentence_for(plan::Reason reason) noexcept {
    switch (reason) {
        case plan::Reason::in_sync:
        case plan::Reason::not_found:
        case plan::Reason::adoption:
        case plan::Reason::manifest_changed:
        case plan::Reason::drifted:
            return "";
        case plan::Reason::restored:
            return "comes back from the recycle bin";
        case plan::Reason::immutable_changed:
            return "is deleted and created again, because the service cannot change it in place";
        case plan::Reason::manifest_gone:
            return "because no manifest declares it any more";
        case plan::Reason::secret_missing:
            return "because it has no secret of that name";
        case plan::Reason::secret_expiring:
            return "because its secret expires soon";
        case plan::Reason::secret_not_delivered:
            return "because not everyone who is to have its secret holds it, and its value is nowhere";
        case plan::Reason::secret_in_doubt:
            return "because somebody else saved its connector, and whether that still has its secret cannot be seen";
        case plan::Reason::secret_needed:
            return "because somebody must be given a secret, and the present one's value is nowhere";
        case plan::Reason::secret_rotation:
            return "because a new secret was asked for";
        case plan::Reason::secret_superseded:
            return "because nothing uses its old secret any more";
        case plan::Reason::value_known_now:
            return "because a value that it waited for is there now";
    }
    return "";
}

std::string_view sentence_for(const plan::ResourceChange& resource) noexcept {
    const auto& changes = resource.changes;
    const auto ended = [&](const std::string& name) {
        return std::any_of(changes.begin(), changes.end(), [&](const auto& change) {
            return change.superseded && change.op == plan::Change::Op::remove && change.element == name;
        });
    };
    const auto is_issued = [](const auto& change) {
        return change.path == model::path::client_secrets && change.op == plan::Change::Op::add;
    };
    // One that merely misses its secret beside one that ended: the general sentence holds for both.
    const bool all_ended = std::any_of(changes.begin(), changes.end(), is_issued) &&
                           std::all_of(changes.begin(), changes.end(),
                                       [&](const auto& change) { return !is_issued(change) || ended(change.element); });
    if (resource.reason == plan::Reason::secret_missing && all_ended) return "because its secret has ended";
    return sentence_for(resource.reason);
}

std::string counts_text(const plan::Summary& summary) {
    const std::array<std::pair<std::size_t, std::string_view>, 5> counts = {{{summary.create, "create"},
                                                                             {summary.adopt, "adopt"},
                                                                             {summary.update, "update"},
                                                                             {summary.replace, "replace"},
                                                                             {summary.remove, "delete"}}};
    std::string text;
    const auto append = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    for (const auto& [count, word] : counts) {
        if (count != 0) append(fmt::format("{} to {}", count, word));
    }
    if (summary.secrets != 0) append(count_of(summary.secrets, "secret") + " to issue");
    if (text.empty()) text = "nothing to do";
    return fmt::format("{}. {} unchanged.", text, summary.unchanged);
}

std::string cloud_sentence(const Cloud& cloud) {
    return fmt::format("Cloud of {}: sign-in at {}, Graph at {}", cloud.metadata, cloud.login, cloud.graph);
}

bool is_missing(const plan::Plan& plan) noexcept {
    return plan.id.empty();
}

std::string summary_line(const RunReport& report) {
    const auto& plan = *report.plan;
    if (is_missing(plan))
        return fmt::format("No plan: {} to mend first; nothing was read of the tenant.",
                           count_of(plan.problems.size(), "mistake"));
    if (!plan.problems.empty()) {
        return fmt::format("Plan: {} {} to mend first.", counts_text(plan.summary),
                           count_of(plan.problems.size(), "mistake"));
    }
    if (plan.empty() && plan.summary.nothing_to_do()) return no_changes_line(report);
    return "Plan: " + counts_text(plan.summary);
}

}  // namespace regent::report
