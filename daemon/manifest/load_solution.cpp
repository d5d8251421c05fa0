#include "manifest/load_connector.hpp"
#include "manifest/load_declaration.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

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
            "sign in by `credential: {managedIdentity: {}}`, which needs no secret, or keep the connector in Power "
            "Apps: `backend: environment`";
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

void leave_publisher_to_solution(const LoadJob& job, model::Declaration& declaration) {
    const auto it = declaration.attributes.find(model::path::publisher);
    if (it == declaration.attributes.end()) return;
    if (job.spec.entry("publisher") == nullptr) {
        auto& d = job.findings.warning("RG0643", it->second.span,
                                       "`publisher` is not sent: people see the publisher of the solution");
        d.help = "regent leaves it alone; take it out of the file to be rid of this warning";
    }
    declaration.attributes.erase(it);
}

}  // namespace regent::manifest
