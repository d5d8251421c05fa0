#include "controller/importing.hpp"

#include "controller/import_names.hpp"
#include "controller/import_trial.hpp"
#include "controller/importing_connectors.hpp"
#include "manifest/manifest_writer.hpp"
#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "model/principal_secrets.hpp"
#include "plan/diff.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace regent::controller {
namespace {

using model::SurveyedApplication;
using model::Value;

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
/// as there is no other: what is left is what the service principal has of its own, and a manifest can say.
model::Map without_copies(model::Map attributes) {
    attributes.erase(std::string(model::path::principal_secrets));
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

bool is_flexible(const Value& credential) {
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

/// Base64 of DER in PEM form (RFC 7468).
std::string pem_of(const std::string& base64) {
    constexpr std::size_t line = 64;
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < base64.size(); at += line) pem += base64.substr(at, line) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
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
                 {},
                 workspace.environment.cloud} {
        for (const auto& [app_id, api] : survey.apis) draft_.names.emplace(app_id, api.display_name);
        draft_.names.insert(survey.names.begin(), survey.names.end());
        take_certificates(application.certificates);
        describe_secrets();
        describe_secrets_of_principal();
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
            for (const auto& wrong : outcome.wrong) better = leave_out(wrong) || better;
            if (!better) return tl::unexpected(outcome.why);
        }
        ImportedManifest made;
        made.address = draft_.address;
        made.id = draft_.app_id;
        made.display_name = display_name_of(resource_);
        made.text = std::move(text_);
        if (!draft_.without.contains(model::path::certificates)) made.files = std::move(files_);
        made.left_out = all_left_out();
        made.ours = resource_.ownership == model::Ownership::ours;
        return made;
    }

private:
    /// An attribute that does not come out as it should, or one element of it.
    struct Wrong {
        std::string path;
        std::string element;  ///< its name, or itself in a set of texts; empty: it is not known which
        std::string why;
        bool operator==(const Wrong&) const = default;
    };
    /// What a look at the manifest has found: nothing, or what is wrong.
    struct Look {
        bool valid = false;
        std::vector<Wrong> wrong;
        std::string why;
    };
    /// An element that stays in the tenant while its list is declared.
    struct Staying {
        std::string element;
        Value value;
        std::string why;
    };
    /// More of them than this: the list is not one that today's rules describe.
    static constexpr std::size_t most_staying = 8;

    std::vector<std::string> all_left_out() const {
        auto lines = left_out_;
        for (const auto& [path, elements] : staying_) {
            for (const auto& staying : elements) {
                // A text is its own name.
                const auto value = staying.value.as_map() == nullptr ? std::string{} : " " + to_text(staying.value);
                lines.push_back(fmt::format("{}: \"{}\"{} ({}; it stays, see `ignore`)", path, staying.element, value,
                                            staying.why));
            }
        }
        return lines;
    }

    void write() {
        draft_.notes.clear();
        const auto lines = all_left_out();
        if (!lines.empty()) {
            draft_.notes.emplace_back("Set on the application, and not in this manifest:");
            for (const auto& line : lines) draft_.notes.push_back("- " + line);
        }
        draft_.ignore.clear();
        for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
            const auto elements = staying_.find(form.path);
            if (elements == staying_.end()) continue;
            for (const auto& staying : elements->second)
                draft_.ignore.push_back(fmt::format("spec.{}[{}]", form.field, staying.element));
        }
        text_ = manifest::write_manifest(draft_);
    }

    Look look() {
        const auto read_file = [this](const std::string& path) -> tl::expected<std::string, std::string> {
            for (const auto& file : files_)
                if (path == file.name) return file.bytes;
            return tl::unexpected(std::string("no such file"));
        };
        const auto trial = try_import(workspace_, draft_.address, text_, read_file, resource_, survey_.apis, now_);
        if (trial.plan) return look_at_plan(*trial.plan);
        return blame(trial.diagnostics, trial.documents.empty() ? nullptr : &trial.documents.front());
    }

    static Look look_at_plan(const plan::Plan& plan) {
        Look found;
        if (!plan.problems.empty()) {
            found.why = plan.problems.front().message;
            found.wrong.push_back({std::string(model::path::permissions), {}, found.why});
            return found;
        }
        for (const auto& resource : plan.resources) {
            for (const auto& change : resource.changes) {
                found.why = change.path == model::path::client_secrets
                                ? fmt::format(
                                      "its client secret \"{}\" was issued by regent, and a manifest that does "
                                      "not declare it would have it removed",
                                      change.element)
                                : how_it_differs(change);
                found.wrong.push_back({change.path, changed_element(change), found.why});
            }
        }
        for (const auto& withheld : plan.withheld) found.why = withheld.message;
        found.valid = found.wrong.empty() && plan.withheld.empty();
        return found;
    }

    /// What would be another thing when it is read from a manifest.
    static std::string how_it_differs(const plan::Change& change) {
        const auto* before = change.before.as_map();
        const auto* after = change.after.as_map();
        if (before == nullptr || after == nullptr) return "written in a manifest it would read differently";
        const auto shown = [](const Value* value) {
            return value == nullptr || value->is_null() ? std::string("nothing") : to_text(*value);
        };
        for (const auto& [name, value] : *after) {
            const auto* there = change.before.find(name);
            if (there == nullptr ? value.is_null() : *there == value) continue;
            return fmt::format("written in a manifest its {} would read {}, not {}", name, shown(&value), shown(there));
        }
        for (const auto& [name, value] : *before) {
            if (!after->contains(name))
                return fmt::format("written in a manifest it would lose its {} {}", name, shown(&value));
        }
        return "written in a manifest it would read differently";
    }

    static std::string changed_element(const plan::Change& change) {
        const bool goes = change.op == plan::Change::Op::remove;
        return change.element.empty() && goes ? change.before.text_or({}) : change.element;
    }

    /// The attributes whose lines a mistake is about.
    Look blame(const model::Diagnostics& diagnostics, const manifest::Document* document) const {
        Look found;
        const auto* spec = document == nullptr ? nullptr : document->root.find("spec");
        for (const auto& diagnostic : diagnostics) {
            if (diagnostic.severity != model::Severity::error) continue;
            found.why = fmt::format("{}, {}", diagnostic.message, diagnostic.code);
            const auto place = spec == nullptr ? Place{} : place_at(*spec, diagnostic.span.line);
            const auto& field = place.field;
            for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
                const bool required = form.path == model::path::display_name;
                const bool about_it = form.field == field || form.field.starts_with(field + ".");
                if (!field.empty() && about_it && !required && !draft_.without.contains(form.path))
                    found.wrong.push_back({std::string(form.path), place.element, found.why});
            }
            break;  // one after the other: leaving one thing out may mend the next
        }
        return found;
    }

    /// What a line of `spec` belongs to.
    struct Place {
        std::string field;    ///< dotted
        std::string element;  ///< of a list: as management.ignore calls it
    };

    static Place place_at(const manifest::Node& mapping, std::size_t line) {
        const manifest::Entry* found = nullptr;
        for (const auto& entry : mapping.entries)
            if (entry.key_span.line <= line) found = &entry;
        if (found == nullptr) return {};
        if (found->value.is_mapping() && found->key_span.line < line) {
            auto inner = place_at(found->value, line);
            if (!inner.field.empty()) return {found->key + "." + inner.field, std::move(inner.element)};
        }
        return {found->key, element_at(found->value, line)};
    }

    static std::string element_at(const manifest::Node& list, std::size_t line) {
        const manifest::Node* found = nullptr;
        for (const auto& item : list.items)
            if (item.span.line <= line) found = &item;
        if (found == nullptr || found->is_scalar()) return found == nullptr ? std::string{} : found->text;
        const auto* name = found->find("name") != nullptr ? found->find("name") : found->find("id");
        return name == nullptr ? std::string{} : name->text;
    }

    bool leave_out(const Wrong& wrong) {
        if (wrong.path == model::path::client_secrets || draft_.without.contains(wrong.path)) return false;
        if (!wrong.element.empty() && leave_out_element(wrong)) return true;
        const auto staying = staying_.extract(wrong.path);
        draft_.without.insert(wrong.path);
        const auto it = resource_.attributes.find(wrong.path);
        // What is not there was not written either, and is not missing.
        const auto* row = model::attributes_of(draft_.address.kind)->find(wrong.path);
        if (it == resource_.attributes.end() || (row != nullptr && says_nothing(*row, it->second))) return true;
        left_out_.push_back(fmt::format("{}: {} ({})", wrong.path, to_text(it->second),
                                        staying.empty() ? wrong.why : staying.mapped().front().why));
        return true;
    }

    /// The rest of its list is declared, and the element stays beside it; not when nothing would be left to declare.
    bool leave_out_element(const Wrong& wrong) {
        const auto attribute = attributes_.find(wrong.path);
        if (attribute == attributes_.end() || !has_nameable_elements(wrong.path)) return false;
        auto& staying = staying_[wrong.path];
        if (staying.size() < most_staying && take_out(attribute->second, wrong, staying)) return true;
        if (staying.empty()) staying_.erase(wrong.path);
        return false;
    }

    bool has_nameable_elements(std::string_view path) const {
        using manifest::Form;
        const auto* row = model::attributes_of(draft_.address.kind)->find(path);
        if (row == nullptr || !row->sent_member.empty()) return false;
        for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
            if (form.path != path) continue;
            return form.form == Form::list || form.form == Form::identifier_uris || form.form == Form::named ||
                   form.form == Form::exposed;
        }
        return false;
    }

    static bool take_out(Value& from, const Wrong& wrong, std::vector<Staying>& staying) {
        if (auto* map = std::get_if<model::Map>(&from.held)) {
            const auto it = map->find(wrong.element);
            if (it == map->end() || map->size() < 2) return false;
            staying.push_back({wrong.element, it->second, why_of_element(*map, wrong)});
            map->erase(it);
            return true;
        }
        auto* list = std::get_if<model::List>(&from.held);
        const Value text(wrong.element);
        if (list == nullptr || list->size() < 2 || std::erase(*list, text) == 0) return false;
        staying.push_back({wrong.element, text, wrong.why});
        return true;
    }

    /// Of two claims of one name the second is read under its name and its source.
    static std::string why_of_element(const model::Map& elements, const Wrong& wrong) {
        const auto end = wrong.element.rfind(" (");
        const bool is_second = wrong.path.starts_with("optionalClaims.") && end != std::string::npos &&
                               elements.contains(wrong.element.substr(0, end));
        return is_second
                   ? fmt::format("a second claim `{}`, and a manifest names a claim once", wrong.element.substr(0, end))
                   : wrong.why;
    }

    /// A manifest names the files of its certificates: they are declared when the bytes of each of them are known, or
    /// not at all, since the list would be exact.
    void take_certificates(const std::map<std::string, std::string>& shown) {
        const auto all = attributes_.find(model::path::certificates);
        auto* certificates = all == attributes_.end() ? nullptr : std::get_if<model::Map>(&all->second.held);
        if (certificates == nullptr) return;
        for (auto& [name, certificate] : *certificates) {
            const auto bytes = shown.find(text_of(certificate, "thumbprint"));
            // A key that signs has a private half, and may go by the same thumbprint.
            if (bytes == shown.end() || text_of(certificate, "usage") == "Sign") return describe_certificates();
            put_in_file(certificate, bytes->second);
        }
    }

    void put_in_file(Value& certificate, const std::string& bytes) {
        constexpr std::size_t first_digits = 8;
        const auto thumbprint = model::lower_case(text_of(certificate, "thumbprint")).substr(0, first_digits);
        auto path = fmt::format("certificates/{}-{}.pem", draft_.address.name, thumbprint);
        const bool is_new = std::none_of(files_.begin(), files_.end(), [&](const auto& f) { return f.name == path; });
        if (is_new) files_.push_back({path, pem_of(bytes)});
        auto& members = std::get<model::Map>(certificate.held);
        members.insert_or_assign("path", std::move(path));
    }

    void describe_certificates() {
        files_.clear();
        for (const auto& [name, certificate] : *resource_.attributes.find(model::path::certificates)->second.as_map())
            left_out_.push_back(fmt::format(
                "certificates: \"{}\" (thumbprint {}), for {}, ends {} (with its PEM file beside the manifest "
                "it can be declared)",
                name, text_of(certificate, "thumbprint"), text_of(certificate, "usage"), text_of(certificate, "ends")));
        attributes_.erase(attributes_.find(model::path::certificates));
        const auto key = attributes_.find(model::path::token_encryption_key);
        if (key == attributes_.end()) return;
        left_out_.push_back(
            fmt::format("tokenEncryptionKey: \"{}\" (it goes with its certificate)", text_of(key->second, "name")));
        attributes_.erase(key);
    }

    void describe_secrets() {
        for (const auto& secret : resource_.secrets) {
            left_out_.push_back(fmt::format("clientSecrets: \"{}\" (key {}), ends {} (nobody can read its value)",
                                            secret.display_name, secret.key_id, date(secret.ends_at)));
        }
    }

    void describe_secrets_of_principal() {
        for (const auto& secret : model::principal_secrets_of(resource_)) {
            left_out_.push_back(fmt::format(
                "servicePrincipal.clientSecrets: \"{}\" (key {}), ends {} (no manifest can declare it; it stays)",
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

    static std::string text_of(const Value& value, std::string_view member) {
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
    model::Map attributes_;  ///< what a manifest can say
    const std::chrono::system_clock::time_point now_;
    manifest::ManifestDraft draft_;
    std::string text_;
    std::vector<manifest::WrittenFile> files_;  ///< of certificates, by path from the manifest
    std::vector<std::string> left_out_;
    std::map<std::string, std::vector<Staying>, std::less<>> staying_;  ///< by attribute
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
