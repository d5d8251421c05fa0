#include "controller/importing.hpp"

#include "controller/import_names.hpp"
#include "controller/import_trial.hpp"
#include "controller/importing_connectors.hpp"
#include "manifest/manifest_writer.hpp"
#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "plan/diff.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace regent::controller {
namespace {

using model::SurveyedApplication;

std::string app_id_of(const model::ObservedResource& resource) {
    return resource.outputs.at(std::string(model::output::app_id));
}

std::string display_name_of(const model::ObservedResource& resource) {
    const auto it = resource.attributes.find(model::path::display_name);
    return it == resource.attributes.end() ? std::string{} : it->second.text_or({});
}

std::string date(std::chrono::system_clock::time_point time) {
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// Who manages it already; empty: nobody.
std::string manager_of(const Workspace& workspace, const SurveyedApplication& application) {
    const auto app_id = app_id_of(application.resource);
    for (const auto& [address, resource] : workspace.graph.resources) {
        const bool ours = address == application.resource.address;
        if (ours || (address.kind == model::kind::application && resource.management.adopt == app_id))
            return fmt::format("managed already: {} ({})", to_string(address), to_string(resource.place));
    }
    if (application.resource.ownership == model::Ownership::foreign)
        return fmt::format("belongs to {}", application.resource.owner);
    return {};
}

/// The directory shows an application's tags among those of its service principal, and copies its home page for as long
/// as there is no other: what is left is what the service principal has of its own.
model::Map without_copies(model::Map attributes) {
    const auto page = attributes.find(model::path::principal_home_page_url);
    const auto of_application = attributes.find(model::path::home_page_url);
    if (page != attributes.end() && of_application != attributes.end() && page->second == of_application->second)
        attributes.erase(page);
    const auto tags = attributes.find(model::path::principal_tags);
    if (tags == attributes.end() || tags->second.as_list() == nullptr) return attributes;
    auto own = *tags->second.as_list();
    if (const auto all = attributes.find(model::path::tags);
        all != attributes.end() && all->second.as_list() != nullptr)
        for (const auto& tag : *all->second.as_list()) std::erase(own, tag);
    tags->second = std::move(own);
    return attributes;
}

bool is_flexible(const model::Value& credential) {
    static const auto* row = model::attributes_of(model::kind::application)->find(model::path::federated_credentials);
    return plan::is_kept(*row, credential);
}

/// They are in no manifest, and stay beside those of a declared list.
model::Map without_flexible(model::Map attributes) {
    const auto all = attributes.find(model::path::federated_credentials);
    if (all == attributes.end() || all->second.as_map() == nullptr) return attributes;
    model::Map others;
    for (const auto& [name, credential] : *all->second.as_map())
        if (!is_flexible(credential)) others.emplace(name, credential);
    all->second = std::move(others);
    return attributes;
}

/// Makes one manifest, looks whether it says what it should, and leaves out what it cannot say.
class ManifestMaker {
public:
    ManifestMaker(const Workspace& workspace, const model::Survey& survey, const SurveyedApplication& application,
                  std::string name, model::ManagementPolicy policy, std::chrono::system_clock::time_point now)
        : workspace_(workspace),
          survey_(survey),
          resource_(application.resource),
          attributes_(without_flexible(without_copies(resource_.attributes))),
          now_(now),
          draft_{{std::string(model::kind::application), std::move(name)},
                 app_id_of(resource_),
                 policy,
                 attributes_,
                 app_id_of(resource_),
                 workspace.environment.cloud} {
        for (const auto& [app_id, api] : survey.apis) draft_.names.emplace(app_id, api.display_name);
        draft_.names.insert(survey.names.begin(), survey.names.end());
        describe_secrets();
        describe_flexible_credentials();
        describe_keys_of_principal();
        left_out_.insert(left_out_.end(), application.unsayable.begin(), application.unsayable.end());
        describe_grants();
        describe_unreadable();
    }

    /// The error says why there can be no manifest.
    tl::expected<ImportedManifest, std::string> make() {
        for (;;) {
            write();
            auto outcome = look();
            if (outcome.valid) break;
            bool better = false;
            for (const auto& path : outcome.wrong) better = leave_out(path, outcome.why) || better;
            if (!better) return tl::unexpected(outcome.why);
        }
        ImportedManifest made;
        made.address = draft_.address;
        made.id = draft_.app_id;
        made.display_name = display_name_of(resource_);
        made.text = std::move(text_);
        made.left_out = std::move(left_out_);
        made.ours = resource_.ownership == model::Ownership::ours;
        return made;
    }

private:
    /// What a look at the manifest has found: nothing, or the attributes that do not come out as they should.
    struct Look {
        bool valid = false;
        std::vector<std::string> wrong;
        std::string why;
    };

    void write() {
        draft_.notes.clear();
        if (!left_out_.empty()) {
            draft_.notes.emplace_back("Set on the application, and not in this manifest:");
            for (const auto& line : left_out_) draft_.notes.push_back("- " + line);
        }
        text_ = manifest::write_manifest(draft_);
    }

    Look look() {
        const auto trial = try_import(workspace_, draft_.address, text_, {}, resource_, survey_.apis, now_);
        if (trial.plan) return look_at_plan(*trial.plan);
        return blame(trial.diagnostics, trial.documents.empty() ? nullptr : &trial.documents.front());
    }

    static Look look_at_plan(const plan::Plan& plan) {
        Look found;
        if (!plan.problems.empty()) {
            found.wrong = {std::string(model::path::permissions)};
            found.why = plan.problems.front().message;
            return found;
        }
        for (const auto& resource : plan.resources) {
            for (const auto& change : resource.changes) {
                if (std::find(found.wrong.begin(), found.wrong.end(), change.path) == found.wrong.end())
                    found.wrong.push_back(change.path);
                found.why = change.path == model::path::client_secrets
                                ? fmt::format(
                                      "its client secret \"{}\" was issued by regent, and a manifest that does "
                                      "not declare it would have it removed",
                                      change.element)
                                : "written in a manifest it would read differently";
            }
        }
        for (const auto& withheld : plan.withheld) found.why = withheld.message;
        found.valid = found.wrong.empty() && plan.withheld.empty();
        return found;
    }

    /// The attributes whose lines a mistake is about.
    Look blame(const model::Diagnostics& diagnostics, const manifest::Document* document) const {
        Look found;
        const auto* spec = document == nullptr ? nullptr : document->root.find("spec");
        for (const auto& diagnostic : diagnostics) {
            if (diagnostic.severity != model::Severity::error) continue;
            found.why = fmt::format("{}, {}", diagnostic.message, diagnostic.code);
            const auto field = spec == nullptr ? std::string{} : field_at(*spec, diagnostic.span.line);
            for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
                const bool required = form.path == model::path::display_name;
                const bool about_it = form.field == field || form.field.starts_with(field + ".");
                if (!field.empty() && about_it && !required && !draft_.without.contains(form.path))
                    found.wrong.emplace_back(form.path);
            }
            break;  // one after the other: leaving one thing out may mend the next
        }
        return found;
    }

    /// The dotted name of the field in `mapping` that line `line` belongs to.
    static std::string field_at(const manifest::Node& mapping, std::size_t line) {
        const manifest::Entry* found = nullptr;
        for (const auto& entry : mapping.entries)
            if (entry.key_span.line <= line) found = &entry;
        if (found == nullptr) return {};
        if (found->value.is_mapping() && found->key_span.line < line) {
            const auto inner = field_at(found->value, line);
            if (!inner.empty()) return found->key + "." + inner;
        }
        return found->key;
    }

    bool leave_out(const std::string& path, const std::string& why) {
        if (path == model::path::client_secrets || !draft_.without.insert(path).second) return false;
        const auto it = resource_.attributes.find(path);
        left_out_.push_back(
            fmt::format("{}: {} ({})", path, it == resource_.attributes.end() ? "" : to_text(it->second), why));
        return true;
    }

    void describe_secrets() {
        for (const auto& secret : resource_.secrets) {
            left_out_.push_back(fmt::format("clientSecrets: \"{}\" (key {}), ends {} (nobody can read its value)",
                                            secret.display_name, secret.key_id, date(secret.ends_at)));
        }
    }

    void describe_flexible_credentials() {
        const auto all = resource_.attributes.find(model::path::federated_credentials);
        if (all == resource_.attributes.end() || all->second.as_map() == nullptr) return;
        for (const auto& [name, credential] : *all->second.as_map()) {
            if (!is_flexible(credential)) continue;
            left_out_.push_back(fmt::format(
                "federatedCredentials: \"{}\" (it matches by an expression, which Graph v1.0 does not show; it stays)",
                name));
        }
    }

    [[nodiscard]] const model::List* list_at(std::string_view path) const {
        const auto it = resource_.attributes.find(path);
        return it == resource_.attributes.end() ? nullptr : it->second.as_list();
    }

    static std::string text_of(const model::Value& value, std::string_view member) {
        const auto* found = value.find(member);
        return found == nullptr ? std::string{} : found->text_or({});
    }

    /// Consent is written beside the permission it is for, so one without has no place.
    void describe_grants() {
        const auto* asked = list_at(model::path::permissions);
        for (const auto path : {model::path::consented_scopes, model::path::consented_roles}) {
            const auto* granted = list_at(path);
            if (granted == nullptr) continue;
            for (const auto& grant : *granted) {
                const bool named = !model::is_guid(text_of(grant, "name"));
                if (named && asked != nullptr && std::find(asked->begin(), asked->end(), grant) != asked->end())
                    continue;
                const auto api = text_of(grant, "api");
                const auto known = survey_.apis.find(api);
                left_out_.push_back(fmt::format("adminConsent: {} {} of {} ({})", text_of(grant, "type"),
                                                text_of(grant, "name"),
                                                known == survey_.apis.end() ? api : known->second.display_name,
                                                named ? "granted, and the application does not ask for it"
                                                      : "its API publishes no permission with this id"));
            }
        }
        describe_holders();
    }

    /// Who holds its roles: the form of each attribute says why it is not written.
    void describe_holders() {
        for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
            if (form.path != model::path::assigned_people && form.path != model::path::assigned_applications) continue;
            const auto* holders = list_at(form.path);
            if (holders == nullptr || holders->empty()) continue;
            std::map<std::string, std::size_t> by_type;
            for (const auto& holder : *holders) ++by_type[text_of(holder, "type")];
            std::string counts;
            for (const auto& [type, count] : by_type)
                counts += fmt::format("{}{} {}{}", counts.empty() ? "" : ", ", count, type, count == 1 ? "" : "s");
            left_out_.push_back(fmt::format("{}: {} ({})", form.field, counts, form.why_not));
        }
    }

    void describe_unreadable() {
        for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
            if (!resource_.unreadable.contains(form.path)) continue;
            left_out_.push_back(fmt::format("{}: not known (whoever imports may not read it)", form.field));
        }
    }

    /// An application's own are among what it says itself.
    void describe_keys_of_principal() {
        for (const auto& certificate : resource_.certificates) {
            if (!certificate.of_principal) continue;
            left_out_.push_back(fmt::format("{}: \"{}\" (key {}), ends {} ({})", model::path::principal_certificates,
                                            certificate.name, certificate.key_id, date(certificate.ends_at),
                                            certificate.signs
                                                ? "it signs SAML tokens, and is kept whatever a manifest says"
                                                : "a manifest names its file, which is not in the tenant"));
        }
        const auto encryption = resource_.attributes.find(model::path::principal_encryption_key);
        const auto* name = encryption == resource_.attributes.end() ? nullptr : encryption->second.find("name");
        if (name != nullptr)
            left_out_.push_back(fmt::format("{}: \"{}\" (it names a certificate, whose file is not in the tenant)",
                                            model::path::principal_encryption_key, name->text_or({})));
    }

    const Workspace& workspace_;
    const model::Survey& survey_;
    const model::ObservedResource& resource_;
    const model::Map attributes_;  ///< what a manifest can say
    const std::chrono::system_clock::time_point now_;
    manifest::ManifestDraft draft_;
    std::string text_;
    std::vector<std::string> left_out_;
};

std::set<std::string> names_of_applications(const Workspace& workspace) {
    std::set<std::string> names;
    for (const auto& [address, resource] : workspace.graph.resources)
        if (address.kind == model::kind::application) names.insert(address.name);
    return names;
}

Nameless nameless(const SurveyedApplication& application) {
    const auto id = app_id_of(application.resource);
    constexpr std::size_t first_digits = 8;
    // Two ids that begin alike: the whole of it tells them apart.
    return {.id = id,
            .given = application.resource.address.name,
            .wish = manifest::name_from(display_name_of(application.resource)),
            .otherwise = "app",
            .tails = {id.substr(0, first_digits), id}};
}

void write_application_imports(const Workspace& workspace, const model::Survey& survey, model::ManagementPolicy policy,
                               std::chrono::system_clock::time_point now, Import& import) {
    std::vector<const SurveyedApplication*> unmanaged;
    std::vector<Nameless> without_name;
    for (const auto& application : survey.applications) {
        auto manager = manager_of(workspace, application);
        if (manager.empty()) {
            unmanaged.push_back(&application);
            without_name.push_back(nameless(application));
        } else {
            const auto& resource = application.resource;
            import.others.push_back({app_id_of(resource), display_name_of(resource), std::move(manager), true});
        }
    }
    const auto names = import_names(without_name, names_of_applications(workspace));
    for (const auto* application : unmanaged) {
        const auto id = app_id_of(application->resource);
        auto made = ManifestMaker(workspace, survey, *application, names.at(id), policy, now).make();
        if (made) {
            import.manifests.push_back(std::move(*made));
        } else {
            import.others.push_back({id, display_name_of(application->resource), std::move(made.error()), false});
        }
    }
}

}  // namespace

Import write_imports(const Workspace& workspace, const model::Survey& survey, model::ManagementPolicy policy,
                     std::chrono::system_clock::time_point now) {
    Import import;
    write_application_imports(workspace, survey, policy, now, import);
    write_connector_imports(workspace, survey, policy, now, import);
    std::sort(import.manifests.begin(), import.manifests.end(),
              [](const auto& a, const auto& b) { return a.address < b.address; });
    return import;
}

}  // namespace regent::controller
