#include "controller/importing_connectors.hpp"

#include "controller/import_keys.hpp"
#include "controller/import_names.hpp"
#include "controller/import_trial.hpp"
#include "manifest/manifest_writer.hpp"
#include "model/attributes.hpp"
#include "model/named_keys.hpp"
#include "provider/connectors/service_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace regent::controller {
namespace {

using model::SurveyedConnector;

std::string text_of(const model::ObservedResource& resource, std::string_view path) {
    const auto it = resource.attributes.find(path);
    return it == resource.attributes.end() ? std::string{} : it->second.text_or({});
}

bool is_kept_by(std::string_view backend, const SurveyedConnector& connector) {
    return text_of(connector.resource, model::path::backend) == backend;
}

bool is_of_logic_apps(const SurveyedConnector& connector) {
    return is_kept_by(model::backend::logicapps, connector);
}

/// The path of what a connector lives in: a Power Platform environment, or a resource group.
std::string_view path_of_place(const SurveyedConnector& connector) {
    return is_of_logic_apps(connector) ? model::path::resource_group : model::path::environment;
}

/// As manifests call that: its alias, or its id where it has none.
std::string place_of(const Workspace& workspace, const SurveyedConnector& connector) {
    const auto& environment = workspace.environment;
    auto id = text_of(connector.resource, path_of_place(connector));
    for (const auto& [alias, known] :
         is_of_logic_apps(connector) ? environment.resource_groups : environment.power_platform_environments)
        if (known == id) return alias;
    return id;
}

/// Of all connectors this one. Names of Logic Apps are a resource group's own.
std::string key_of(const SurveyedConnector& connector) {
    return text_of(connector.resource, path_of_place(connector)) + "/" + connector.resource.id;
}

/// "shared_…", also of a connector whose id is its row's.
std::string shown_name(const SurveyedConnector& connector) {
    const auto& outputs = connector.resource.outputs;
    const auto it = outputs.find(model::output::connector_name);
    return it == outputs.end() ? std::string{} : it->second;
}

/// Why there can be no manifest for it, before anything is tried; empty: there can.
std::string why_not(const Workspace& workspace, const SurveyedConnector& connector) {
    if (!connector.fixed_because.empty() || connector.row_id.empty() || is_kept_by(model::backend::solution, connector))
        return connector.fixed_because;
    return fmt::format(
        "it is in a solution (row {} of Dataverse), and {} does not say that this Power Platform environment has a "
        "Dataverse: add `dataverse: [{{environment: {}, solution: NAME}}]` to its `spec`, and import it again",
        connector.row_id, to_string(model::Address{"Environment", workspace.environment.name}),
        place_of(workspace, connector));
}

bool is_adopted_by(const plan::DesiredResource& resource, const SurveyedConnector& connector) {
    const auto& adopt = resource.management.adopt;
    if (adopt.empty() || (adopt != connector.resource.id && adopt != shown_name(connector))) return false;
    const auto group = resource.attributes.find(model::path::resource_group);
    const auto wanted = group == resource.attributes.end() ? std::string{} : group->second.value.text_or({});
    return wanted == text_of(connector.resource, model::path::resource_group);
}

/// Who manages it already; empty: nobody.
std::string manager_of(const Workspace& workspace, const SurveyedConnector& connector) {
    for (const auto& [address, resource] : workspace.graph.resources) {
        const bool ours = address == connector.resource.address;
        if (ours || (address.kind == model::kind::connector && is_adopted_by(resource, connector)))
            return fmt::format("managed already: {} ({})", to_string(address), to_string(resource.place));
    }
    if (connector.resource.ownership == model::Ownership::foreign)
        return fmt::format("belongs to {}", connector.resource.owner);
    return {};
}

/// Makes one manifest with its files, and looks whether they say what is there.
class ConnectorMaker {
public:
    ConnectorMaker(const Workspace& workspace, const SurveyedConnector& connector, const std::string& name,
                   model::ManagementPolicy policy, std::chrono::system_clock::time_point now)
        : workspace_(workspace),
          resource_(connector.resource),
          other_place_(take_other_place(resource_)),
          now_(now),
          attributes_(said_of(workspace, connector, resource_, name, keys_)),
          draft_{{std::string(model::kind::connector), name}, resource_.id, policy, attributes_, {}, name} {
        if (!other_place_.empty())
            left_out_.push_back(fmt::format(
                "definition: the one in the service says {}, and requests go elsewhere (the file says where "
                "they go, which is what the service is given when the definition is written)",
                other_place_));
        tell_keys();
        if (attributes_.contains(model::path::client_secret_from)) return;
        for (const auto& client : manifest::clients_with_secret(attributes_))
            left_out_.push_back(fmt::format("client secret: that of the OAuth client {} (nobody can read it; {})",
                                            client.empty() ? "without id" : client, fate_of_secret(connector)));
    }

    /// The error says why there can be no manifest.
    tl::expected<ImportedManifest, std::string> make() {
        for (;;) {
            write();
            auto why = mistake();
            if (why.empty()) break;
            if (!leave_out_content(why)) return tl::unexpected(std::move(why));
        }
        ImportedManifest made;
        made.address = draft_.address;
        made.id = resource_.id;
        made.display_name = text_of(resource_, model::path::display_name);
        made.text = std::move(text_);
        for (auto& file : files_) file.name = fmt::format("{}/{}", draft_.folder, file.name);
        made.files = std::move(files_);
        made.left_out = std::move(left_out_);
        made.ours = resource_.ownership == model::Ownership::ours;
        return made;
    }

private:
    /// A definition is observed with what tells it from every manifest's when its requests go elsewhere: no file of
    /// ours has that.
    static std::string take_other_place(model::ObservedResource& resource) {
        const auto it = resource.attributes.find(model::path::definition);
        if (it == resource.attributes.end()) return {};
        auto definition = it->second.text_or({});
        auto place = provider::connectors::take_other_place(definition);
        if (!place.empty()) it->second = std::move(definition);
        return place;
    }

    static std::string_view fate_of_secret(const SurveyedConnector& connector) {
        if (is_of_logic_apps(connector))
            return "the connector keeps the one it has while it is only watched. A save replaces it whole: before "
                   "`policy: observe` goes, clientSecretFrom, or auth with an Application here, has to say the next "
                   "one";
        if (is_kept_by(model::backend::solution, connector)) return "the connector keeps the one it has";
        return "the connector keeps the one it has. To have one sent: clientSecretFrom, or auth with an Application "
               "here";
    }

    /// What is observed, without what a manifest need not say.
    static model::Map said_of(const Workspace& workspace, const SurveyedConnector& connector,
                              const model::ObservedResource& resource, const std::string& name,
                              std::vector<ImportedKey>& keys) {
        auto said = resource.attributes;
        said.insert_or_assign(std::string(path_of_place(connector)), place_of(workspace, connector));
        const auto drop = [&](std::string_view path) { said.erase(std::string(path)); };
        if (text_of(resource, model::path::description) ==
            manifest::described_by(text_of(resource, model::path::definition)))
            drop(model::path::description);
        if (text_of(resource, model::path::publisher) == connector.maker) drop(model::path::publisher);
        if (auto policies = said.find(model::path::policies); policies != said.end())
            std::tie(policies->second, keys) = named_policies(policies->second, name);
        auto secret = manifest::secret_from_words(text_of(resource, model::path::client_secret_from));
        if (secret.is_null()) {
            drop(model::path::client_secret_from);
        } else {
            said.insert_or_assign(std::string(model::path::client_secret_from), std::move(secret));
        }
        return said;
    }

    /// A file would show them to everybody who reads the repository.
    void tell_keys() {
        for (const auto& key : keys_)
            left_out_.push_back(fmt::format(
                "policies: the key that a policy sets `{}` to. It goes into the file connector.{} of the credentials "
                "directory ($CREDENTIALS_DIRECTORY; in the unit: LoadCredential=connector.{}:/path): until it is "
                "there, "
                "it is not compared, and no policy can be changed",
                key.header, key.name, key.name));
    }

    void write() {
        draft_.notes.clear();
        auto lines = left_out_;
        lines.insert(lines.end(), resource_.remarks.begin(), resource_.remarks.end());
        if (!lines.empty()) {
            draft_.notes.emplace_back("Set on the connector, and not in this manifest:");
            for (const auto& line : lines) draft_.notes.push_back("- " + line);
        }
        text_ = manifest::write_manifest(draft_);
        files_ = manifest::write_connector_files(attributes_, draft_.without);
    }

    /// As a plan will see it, with its keys by their names.
    [[nodiscard]] model::ObservedResource as_planned() const {
        auto seen = resource_;
        const auto said = attributes_.find(model::path::policies);
        if (said == attributes_.end()) return seen;
        auto& policies = seen.attributes.find(model::path::policies)->second;
        policies = model::with_names(policies, said->second, {}, {}, model::Unequal::hidden);
        return seen;
    }

    /// Why the manifest does not mean what is there, with the place; empty: it does.
    std::string mistake() {
        code_.clear();
        const auto read_file = [this](const std::string& path) -> tl::expected<std::string, std::string> {
            for (const auto& file : files_)
                if (path == fmt::format("{}/{}", draft_.folder, file.name)) return file.bytes;
            return tl::unexpected(std::string("no such file"));
        };
        const auto trial = try_import(workspace_, draft_.address, text_, read_file, as_planned(), {}, now_);
        for (const auto& diagnostic : trial.diagnostics) {
            if (diagnostic.severity != model::Severity::error) continue;
            code_ = diagnostic.code;
            return fmt::format("its definition or properties break a rule: {}, {}", diagnostic.message, code_);
        }
        if (!trial.plan) return "it cannot be planned";
        for (const auto& resource : trial.plan->resources) {
            for (const auto& change : resource.changes)
                return fmt::format("written in a manifest its {} would read differently", change.path);
        }
        return trial.plan->withheld.empty() ? std::string{} : trial.plan->withheld.front().message;
    }

    /// A picture or a script that the service has, and would not take from us today, stays where it is.
    bool leave_out_content(const std::string& why) {
        const auto path = code_ == "RG0625" ? model::path::icon : code_ == "RG0626" ? model::path::script : "";
        if (path.empty() || !draft_.without.emplace(path).second) return false;
        left_out_.push_back(fmt::format("{} ({})", path, why));
        return true;
    }

    const Workspace& workspace_;
    model::ObservedResource resource_;
    const std::string other_place_;
    const std::chrono::system_clock::time_point now_;
    std::vector<ImportedKey> keys_;  ///< that policies set; filled in with `attributes_`
    const model::Map attributes_;
    manifest::ManifestDraft draft_;
    std::string text_;
    std::vector<manifest::WrittenFile> files_;
    std::vector<std::string> left_out_;
    std::string code_;
};

Nameless nameless(const Workspace& workspace, const SurveyedConnector& connector) {
    const auto& resource = connector.resource;
    const auto place = place_of(workspace, connector);
    // A connector of Logic Apps has a name that somebody chose; one that takes its place is given that of the manifest.
    if (is_of_logic_apps(connector))
        return {
            .id = key_of(connector),
            .given = resource.address.name,
            .wish = manifest::name_from(resource.id, "connector"),
            .otherwise = "connector",
            .tails = {manifest::name_from(place.substr(place.rfind('/') + 1), "g"), manifest::name_from(place, "g")}};
    // Names in the service end in what is special about them.
    constexpr std::size_t last_letters = 40;
    const auto id = manifest::name_from(resource.id, "c");
    return {.id = key_of(connector),
            .given = resource.address.name,
            .wish = manifest::name_from(text_of(resource, model::path::display_name), "connector"),
            .otherwise = "connector",
            .tails = {manifest::name_from(place, "e").substr(0, last_letters),
                      id.size() > last_letters ? id.substr(id.size() - last_letters) : id}};
}

}  // namespace

void write_connector_imports(const Workspace& workspace, const model::Survey& survey, model::ManagementPolicy policy,
                             std::chrono::system_clock::time_point now, Import& into) {
    // Files are called by name, whatever the kind: names of other objects are taken, too.
    std::set<std::string> taken;
    for (const auto& [address, resource] : workspace.graph.resources) taken.insert(address.name);
    for (const auto& manifest : into.manifests) taken.insert(manifest.address.name);
    std::vector<const SurveyedConnector*> unmanaged;
    std::vector<Nameless> without_name;
    for (const auto& connector : survey.connectors) {
        auto manager = manager_of(workspace, connector);
        auto obstacle = why_not(workspace, connector);
        if (manager.empty() && !obstacle.empty()) {
            const auto& resource = connector.resource;
            into.others.push_back(
                {resource.id, text_of(resource, model::path::display_name), std::move(obstacle), false});
        } else if (manager.empty()) {
            unmanaged.push_back(&connector);
            without_name.push_back(nameless(workspace, connector));
        } else {
            const auto& resource = connector.resource;
            into.others.push_back(
                {resource.id, text_of(resource, model::path::display_name), std::move(manager), true});
        }
    }
    const auto names = import_names(without_name, taken);
    for (const auto* connector : unmanaged) {
        auto made = ConnectorMaker(workspace, *connector, names.at(key_of(*connector)), policy, now).make();
        if (made) {
            into.manifests.push_back(std::move(*made));
        } else {
            const auto& resource = connector->resource;
            into.others.push_back(
                {resource.id, text_of(resource, model::path::display_name), std::move(made.error()), false});
        }
    }
}

}  // namespace regent::controller
