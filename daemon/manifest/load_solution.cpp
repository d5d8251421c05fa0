#include "manifest/load_connector.hpp"
#include "manifest/load_declaration.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_plain.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {
namespace {

struct Missing {
    std::string_view field;
    std::string_view help;
};
/// What connectors of other back ends have.
constexpr std::array fields_of_others = {
    Missing{"shares",
            "share its row in the maker portal: connectors in solutions are shared by Dataverse's own rights"},
    Missing{"publisher", "leave it out: people see the solution's publisher"},
    Missing{"icon", "set it in the maker portal: the Web API cannot, and regent leaves it alone"},
};

void refuse_fields(const LoadJob& job, const ConnectorFiles& files) {
    for (const auto& [field, help] : fields_of_others) {
        const auto* entry = job.spec.entry(field);
        if (entry == nullptr) continue;
        auto& d = job.findings.error("RG0643", entry->key_span,
                                     fmt::format("a connector with `backend: solution` has no `{}`", field));
        d.help = std::string(help);
    }
    if (files.icon && !files.icon->path.empty() && !job.spec.entry("icon")) {
        const auto* entry = files.icon->entry;
        auto& d = job.findings.warning(
            "RG0643", entry->key_span,
            fmt::format("`{}` is not sent: the Web API of Dataverse cannot set an icon", files.icon->path));
        d.help = "set it in the maker portal; regent leaves it alone";
    }
}

void refuse_secrets(const LoadJob& job) {
    const auto refuse = [&](const Entry* entry) {
        if (entry == nullptr) return;
        auto& d = job.findings.error("RG0642", entry->key_span,
                                     "nobody can say whether a client secret arrives through Dataverse");
        d.notes.push_back(
            "Microsoft says that it is replaced by an empty text; "
            "https://learn.microsoft.com/connectors/custom-connectors/dataverse-apis");
        d.help =
            "sign in by `credential: {managedIdentity: {}}`, which needs no secret, name an environment variable of "
            "the type Secret in the connection parameters, or keep the connector in Power Apps: `backend: environment`";
    };
    refuse(job.spec.mapping("auth").mapping("credential").entry("clientSecretRef"));
    refuse(job.spec.entry("clientSecretFrom"));
}

void load_place(const LoadJob& job, const Node& backend, model::Declaration& declaration) {
    const auto id = declaration.attributes.find(model::path::environment);
    const auto& all = job.context.environment.dataverses;
    const auto dataverse = std::find_if(all.begin(), all.end(), [&](const auto& d) {
        return id != declaration.attributes.end() && model::Value(d.environment) == id->second.value;
    });
    if (dataverse == all.end()) {
        if (id == declaration.attributes.end()) return;  // told already
        auto& d = job.findings.bad_value(
            "RG0640", backend,
            fmt::format("the environment `{}` does not say that this Power Platform environment has a Dataverse",
                        job.context.environment.name));
        d.help = fmt::format("add it to the Environment's `dataverse`: `- {{environment: {}, solution: …}}`",
                             job.spec.text("powerPlatformEnvironment").value_or("ALIAS"));
        return;
    }
    const auto* entry = job.spec.entry("solution");
    if (entry != nullptr) return declare(declaration, model::path::solution, entry, entry->value.text);
    if (!dataverse->solution.empty())
        return declare(declaration, model::path::solution, job.spec.entry("backend"), dataverse->solution);
    job.findings.bad_value("RG0641", backend, "the connector is to be in a solution, and none is named").help =
        "add `solution: UniqueName` here, or to the entry of the Environment's `dataverse`";
}

}  // namespace

void load_solution(const LoadJob& job, const ConnectorFiles& files, model::Declaration& declaration) {
    const auto* backend = job.spec.node("backend");
    if (backend == nullptr || backend->text != model::backend::solution) {
        if (const auto* entry = job.spec.entry("solution")) {
            auto& d = job.findings.error("RG0643", entry->key_span,
                                         "only a connector with `backend: solution` is in a solution");
            d.help =
                "add `backend: solution`, which makes another connector than the one that is there, or leave "
                "`solution` out";
        }
        return;
    }
    load_place(job, *backend, declaration);
    refuse_fields(job, files);
    refuse_secrets(job);
}

namespace {

/// What the column `capabilities` has values for.
/// https://learn.microsoft.com/power-apps/developer/data-platform/reference/entities/connector#BKMK_capabilities
constexpr std::array<std::string_view, 6> capabilities_of_rows = {"composite", "tabular", "blob",
                                                                  "gateway",   "cloud",   "actions"};

/// As the column calls it; published files write some of them in capitals.
std::optional<std::string_view> capability_of_rows(std::string_view word) {
    const auto lower = lower_case(std::string(word));
    const auto* it = std::find(capabilities_of_rows.begin(), capabilities_of_rows.end(), lower);
    return it == capabilities_of_rows.end() ? std::nullopt : std::optional(*it);
}

void leave_capabilities(const LoadJob& job, model::Declaration& declaration) {
    const auto it = declaration.attributes.find(model::path::capabilities);
    if (it == declaration.attributes.end()) return;
    std::vector<model::Element> kept;
    for (auto& element : it->second.elements) {
        const auto word = element.value.text_or({});
        const auto known = capability_of_rows(word);
        if (!known) {
            auto& d = job.findings.warning(
                "RG0643", element.span,
                fmt::format("the capability {} is not sent: Dataverse has no value for it", in_quotes(word)));
            d.help = near_name_help(word, {capabilities_of_rows.begin(), capabilities_of_rows.end()});
            continue;
        }
        const model::Value value(std::string{*known});
        if (std::any_of(kept.begin(), kept.end(), [&](const auto& other) { return other.value == value; })) continue;
        element.value = value;
        kept.push_back(std::move(element));
    }
    it->second.elements = std::move(kept);
}

void leave_publisher(const LoadJob& job, model::Declaration& declaration) {
    const auto it = declaration.attributes.find(model::path::publisher);
    if (it == declaration.attributes.end()) return;
    if (job.spec.entry("publisher") == nullptr) {
        auto& d = job.findings.warning("RG0643", it->second.span,
                                       "`publisher` is not sent: people see the publisher of the solution");
        d.help = "regent leaves it alone; take it out of the file to be rid of this warning";
    }
    declaration.attributes.erase(it);
}

}  // namespace

void leave_to_solution(const LoadJob& job, model::Declaration& declaration) {
    leave_publisher(job, declaration);
    leave_capabilities(job, declaration);
}

}  // namespace regent::manifest
