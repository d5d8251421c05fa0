#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/new_file.hpp"
#include "cli/read_display.hpp"
#include "cli/repository.hpp"
#include "cli/sign_in.hpp"
#include "controller/importing.hpp"
#include "controller/tenant.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/rules_connector.hpp"
#include "model/attributes.hpp"
#include "provider/connectors/environment_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace regent::cli {
namespace {

namespace fs = std::filesystem;

std::string visible(std::string_view text) {
    return model::with_visible_controls(text);
}

/// One import, from the arguments to the last line. The member functions are its stages, in order.
class ImportRun {
public:
    ImportRun(const GlobalOptions& global, const ImportOptions& options, Terminal& terminal)
        : global_(global), options_(options), terminal_(terminal) {}

    ExitCode run() {
        if (const auto code = check_arguments(); code != ExitCode::ok) return code;
        if (const auto code = open(); code != ExitCode::ok) return code;
        if (const auto code = read(); code != ExitCode::ok) return code;
        if (const auto code = check_selection(); code != ExitCode::ok) return code;
        import_ = controller::write_imports(workspace_, survey_, policy(), tenant_->clock().now());
        tell_others();
        if (import_.manifests.empty()) return finish_with_nothing();
        const auto code = to_standard_output() ? print() : write();
        tell_left_out();
        const bool some_failed =
            std::any_of(import_.others.begin(), import_.others.end(), [](const auto& o) { return !o.managed; });
        return code == ExitCode::ok && some_failed ? ExitCode::partly_done : code;
    }

private:
    bool wants_applications() const {
        return options_.all || !options_.app_ids.empty() || !options_.names.empty() || !options_.filters.empty();
    }
    bool wants_connectors() const {
        return !options_.connectors.empty() || !options_.environment_name.empty() || !options_.resource_group.empty();
    }
    bool to_standard_output() const { return options_.out == "-" || (options_.out.empty() && global_.output == "-"); }

    ExitCode usage(std::string_view message, std::string_view help) {
        print_error(terminal_, message, help);
        return ExitCode::usage;
    }

    ExitCode check_arguments() {
        if (global_.output != "text" && global_.output != "-")
            return usage(fmt::format("import has no output format `{}`", global_.output), "it writes YAML");
        if (!wants_applications() && !wants_connectors())
            return usage("which objects?",
                         "applications: --app ID, --name NAME, --filter ODATA or --all; connectors: --connector NAME, "
                         "--environment-name NAME or --resource-group NAME");
        if (wants_connectors() && to_standard_output())
            return usage("a connector is several files, and standard output is one",
                         "name a folder with --out, or leave it out");
        for (const auto& id : options_.app_ids) {
            if (!manifest::is_guid(id))
                return usage(fmt::format("`{}` is no application id", visible(id)),
                             "an id has 8-4-4-4-12 hexadecimal digits; a display name goes behind --name");
        }
        return ExitCode::ok;
    }

    model::ManagementPolicy policy() const {
        if (options_.policy == "full") return model::ManagementPolicy::full;
        if (options_.policy == "create-only") return model::ManagementPolicy::create_only;
        return model::ManagementPolicy::observe;
    }

    ExitCode open() {
        auto workspace = open_workspace(global_.directory, global_.environment);
        if (!workspace && make_folder(workspace.error()))
            workspace = open_workspace(global_.directory, global_.environment);
        if (!workspace) {
            print_error(terminal_, workspace.error(), global_.colour);
            return workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests;
        }
        workspace_ = std::move(*workspace);
        print_diagnostics(terminal_, workspace_, global_.colour);
        // What is managed already is known from valid manifests only.
        if (model::has_errors(workspace_.diagnostics)) return ExitCode::invalid_manifests;
        if (const auto code = choose_places(); code != ExitCode::ok) return code;
        return to_standard_output() ? ExitCode::ok : choose_folder();
    }

    /// A folder that the Environment reads and that this import fills: git does not keep it while it is empty.
    bool make_folder(const controller::WorkspaceError& error) const {
        if (options_.out.empty() || to_standard_output() || error.missing_folders.size() != 1) return false;
        std::error_code unknown, failed;
        const auto missing = root_of_repository() / error.missing_folders.front();
        // Of a path that is not there a relative one would stay relative.
        const auto out = fs::weakly_canonical(fs::absolute(options_.out, unknown), unknown);
        if (out != fs::weakly_canonical(missing, unknown)) return false;
        return fs::create_directories(missing, failed) && !failed;
    }

    using Aliases = std::map<std::string, std::string>;

    static std::string names_of(const Aliases& aliases) {
        std::vector<std::string> names;
        for (const auto& [alias, id] : aliases) names.push_back(alias);
        return names.empty() ? std::string("it has none") : fmt::format("it has {}", fmt::join(names, ", "));
    }

    /// Where connectors are looked for: in the named Power Platform environment and the named resource group, or, where
    /// none is named, in all that have an alias.
    ExitCode choose_places() {
        if (!wants_connectors()) return ExitCode::ok;
        const auto& environments = workspace_.environment.power_platform_environments;
        const auto& groups = workspace_.environment.resource_groups;
        if (options_.environment_name.empty() && options_.resource_group.empty()) {
            for (const auto& [alias, id] : environments) connectors_.environments.push_back(id);
            for (const auto& [alias, id] : groups) connectors_.resource_groups.push_back(id);
            if (connectors_.has_places()) return ExitCode::ok;
            return usage(fmt::format("in which Power Platform environment or resource group? `{}` knows none by name",
                                     workspace_.environment.name),
                         "--environment-name ID or --resource-group ID, or add it to the Environment's "
                         "`powerPlatformEnvironments` or `resourceGroups`");
        }
        if (const auto code = choose_environment(environments, options_.environment_name); code != ExitCode::ok)
            return code;
        return choose_group(groups, options_.resource_group);
    }

    ExitCode choose_environment(const Aliases& aliases, const std::string& wanted) {
        if (wanted.empty()) return ExitCode::ok;
        const auto alias = aliases.find(wanted);
        if (alias == aliases.end() && !manifest::looks_like_environment_id(wanted))
            return usage(fmt::format("no Power Platform environment is known as `{}`", visible(wanted)),
                         fmt::format("--environment-name takes an alias from the Environment's "
                                     "`powerPlatformEnvironments` ({}), or an id",
                                     names_of(aliases)));
        connectors_.environments.push_back(alias == aliases.end() ? wanted : alias->second);
        return ExitCode::ok;
    }

    ExitCode choose_group(const Aliases& aliases, const std::string& wanted) {
        if (wanted.empty()) return ExitCode::ok;
        const auto alias = aliases.find(wanted);
        auto id = alias == aliases.end() ? manifest::resource_group_id(wanted) : alias->second;
        if (!id)
            return usage(fmt::format("no resource group is known as `{}`", visible(wanted)),
                         fmt::format("--resource-group takes an alias from the Environment's `resourceGroups` ({}), or "
                                     "an id: /subscriptions/<subscription id>/resourceGroups/<name>",
                                     names_of(aliases)));
        connectors_.resource_groups.push_back(std::move(*id));
        return ExitCode::ok;
    }

    /// A folder that only this environment reads: an object's id is of one tenant, and in the others the manifest
    /// would name nothing.
    ExitCode choose_folder() {
        if (!options_.out.empty()) {
            folder_ = options_.out;
            return ExitCode::ok;
        }
        const auto root = source::find_repository(global_.directory);
        if (!root) return usage(root.error().message, root.error().help);
        std::set<std::string> shared;
        const auto names = environment_names(global_.directory);
        for (const auto& name : names ? *names : std::vector<std::string>{}) {
            if (name == workspace_.environment.name) continue;
            const auto other = open_workspace(global_.directory, name);
            if (other) shared.insert(other->environment.sources.begin(), other->environment.sources.end());
        }
        for (const auto& source : workspace_.environment.sources) {
            if (shared.contains(source)) continue;
            folder_ = *root / source;
            return ExitCode::ok;
        }
        return usage(fmt::format("every folder that `{}` reads is read by another environment, too",
                                 workspace_.environment.name),
                     "an object's id is of one tenant: name a folder with --out, and add it to this environment's "
                     "`sources`");
    }

    ExitCode read() {
        std::optional<ReadDisplay> display;
        auto tenant = sign_in(workspace_.environment, global_, [&](const auto&, auto wait, const auto& why) {
            if (display) display->waits(why, wait);
        });
        if (!tenant) {
            print_error(terminal_, tenant.error());
            return ExitCode::sign_in;
        }
        tenant_ = std::move(*tenant);
        print_warnings(terminal_, tenant_->warnings());
        model::Selection selection;
        for (const auto& id : options_.app_ids) selection.app_ids.push_back(manifest::lower_case(id));
        selection.display_names = options_.names;
        selection.filters = options_.filters;
        selection.all = options_.all;
        selection.connectors = connectors_;
        selection.connectors.names = options_.connectors;
        selection.connectors.all = options_.connectors.empty();
        display.emplace(terminal_, progress_style(terminal_, global_), "reading");
        auto survey = tenant_->survey(selection, *display);
        display.reset();
        if (global_.verbose > 0) print_counters(terminal_, tenant_->counters());
        if (!survey) {
            print_error(terminal_, survey.error());
            terminal_.err("Nothing was written.\n");
            return exit_code_of(survey.error().kind);
        }
        survey_ = std::move(*survey);
        // Standard output is one file: what a manifest would name has no place there.
        if (to_standard_output())
            for (auto& application : survey_.applications) application.certificates.clear();
        return ExitCode::ok;
    }

    /// Whoever names one application gets that one, or none: a name that several have is no name.
    ExitCode check_selection() {
        for (const auto& missing : survey_.missing) {
            print_error(terminal_, fmt::format("the tenant has no application `{}`", visible(missing)),
                        manifest::is_guid(missing)
                            ? "--app takes the application (client) id, not the object id; is it the right environment?"
                            : "--name takes the whole display name; --filter \"startswith(displayName,'…')\" its "
                              "beginning");
        }
        for (const auto& missing : survey_.missing_connectors) {
            print_error(terminal_, fmt::format("no custom connector is called `{}`", visible(missing)),
                        "--connector takes the whole display name, or the name (shared_…) that is the last part of the "
                        "connector's address in the maker portal, or the resource's in Azure; --environment-name and "
                        "--resource-group say where to look");
        }
        bool is_wrong = !survey_.missing.empty() || !survey_.missing_connectors.empty();
        for (const auto& other : survey_.others) {
            if (!is_named(other)) continue;
            is_wrong = true;
            print_error(
                terminal_,
                fmt::format("\"{}\" ({}) is an {}", visible(other.display_name), other.app_id, visible(other.type)),
                "it shares the list of applications and is none: regent has no manifest for it");
        }
        if (is_wrong) {
            terminal_.err("Nothing was written.\n");
            return ExitCode::failed;
        }
        for (const auto& name : options_.connectors)
            if (const auto code = check_bearers_of_connector(name); code != ExitCode::ok) return code;
        for (const auto& name : options_.names) {
            const auto bearers = bearers_of(name);
            if (bearers.size() < 2) continue;
            std::string lines;
            for (const auto* bearer : bearers)
                lines += fmt::format("  {}  created {}  \"{}\"\n",
                                     bearer->resource.outputs.at(std::string(model::output::app_id)),
                                     bearer->created_at, display_name_of(*bearer));
            print_error(terminal_, fmt::format("{} applications are called `{}`", bearers.size(), visible(name)),
                        "choose with --app ID:");
            terminal_.err(lines + "Nothing was written.\n");
            return ExitCode::failed;
        }
        return ExitCode::ok;
    }

    /// By its id or its whole name, and not only among others.
    bool is_named(const model::SurveyedOther& other) const {
        const auto& ids = options_.app_ids;
        const auto same_id = [&](const auto& id) { return manifest::lower_case(id) == other.app_id; };
        const auto same_name = [&](const auto& name) {
            return manifest::lower_case(name) == manifest::lower_case(other.display_name) && bearers_of(name).empty();
        };
        return std::any_of(ids.begin(), ids.end(), same_id) ||
               std::any_of(options_.names.begin(), options_.names.end(), same_name);
    }

    ExitCode check_bearers_of_connector(const std::string& name) {
        const auto& known = workspace_.environment;
        const provider::connectors::EnvironmentNames environments(known.power_platform_environments);
        const provider::connectors::EnvironmentNames groups(known.resource_groups);
        std::string lines;
        std::size_t bearers = 0;
        for (const auto& connector : survey_.connectors) {
            if (manifest::lower_case(text_of(connector.resource, model::path::display_name)) !=
                manifest::lower_case(name))
                continue;
            ++bearers;
            const auto group = text_of(connector.resource, model::path::resource_group);
            const auto place = group.empty() ? environments.text(text_of(connector.resource, model::path::environment))
                                             : groups.text(group);
            lines += fmt::format("  {}  in {}{}\n", visible(connector.resource.id), visible(place),
                                 connector.created_at.empty() ? std::string{} : "  created " + connector.created_at);
        }
        if (bearers < 2) return ExitCode::ok;
        print_error(terminal_, fmt::format("{} connectors are called `{}`", bearers, visible(name)),
                    "choose with --connector and the name, with --environment-name or with --resource-group:");
        terminal_.err(lines + "Nothing was written.\n");
        return ExitCode::failed;
    }

    static std::string text_of(const model::ObservedResource& resource, std::string_view path) {
        const auto it = resource.attributes.find(path);
        return it == resource.attributes.end() ? std::string{} : it->second.text_or({});
    }

    static std::string display_name_of(const model::SurveyedApplication& application) {
        return visible(text_of(application.resource, model::path::display_name));
    }

    std::vector<const model::SurveyedApplication*> bearers_of(const std::string& name) const {
        std::vector<const model::SurveyedApplication*> bearers;
        for (const auto& application : survey_.applications) {
            if (manifest::lower_case(text_of(application.resource, model::path::display_name)) ==
                manifest::lower_case(name))
                bearers.push_back(&application);
        }
        return bearers;
    }

    void tell_others() {
        std::map<std::string, std::size_t> by_type;
        for (const auto& other : survey_.others) ++by_type[other.type];
        for (const auto& [type, count] : by_type)
            terminal_.err(fmt::format("left out: {} object{} of type {}, which share{} the list of applications\n",
                                      count, count == 1 ? "" : "s", visible(type), count == 1 ? "s" : ""));
        for (const auto& other : import_.others) {
            terminal_.err(fmt::format("{}: \"{}\" ({}): {}\n", other.managed ? "left out" : "not importable",
                                      visible(other.display_name), other.id, visible(other.why)));
        }
    }

    ExitCode finish_with_nothing() {
        const bool nothing_matches = survey_.applications.empty() && survey_.connectors.empty();
        terminal_.err(!nothing_matches        ? "Nothing is left to write.\n"
                      : !wants_connectors()   ? "No application matches.\n"
                      : !wants_applications() ? "No custom connector is there.\n"
                                              : "Nothing matches.\n");
        const auto managed = std::count_if(import_.others.begin(), import_.others.end(),
                                           [](const auto& other) { return other.managed; });
        const bool failed = static_cast<std::size_t>(managed) < import_.others.size();
        // As it was when the managed ones were written.
        if (failed && managed > 0) return ExitCode::partly_done;
        return failed ? ExitCode::failed : ExitCode::ok;
    }

    ExitCode print() {
        bool first = true;
        for (const auto& manifest : import_.manifests) {
            if (!std::exchange(first, false)) terminal_.out("---\n");
            terminal_.out(manifest.text);
        }
        return ExitCode::ok;
    }

    fs::path file_of(const controller::ImportedManifest& manifest) const {
        return (folder_ / (manifest.address.name + std::string(source::manifest_suffix))).lexically_normal();
    }

    /// With what belongs to it first: a manifest never names a file that is still to come.
    std::vector<std::pair<fs::path, std::string_view>> files_of(const controller::ImportedManifest& manifest) const {
        std::vector<std::pair<fs::path, std::string_view>> files;
        for (const auto& file : manifest.files)
            files.emplace_back((folder_ / file.name).lexically_normal(), file.bytes);
        files.emplace_back(file_of(manifest), manifest.text);
        return files;
    }

    /// All of them or none: a file that is there is found before the first is written.
    ExitCode write() {
        std::vector<fs::path> there;
        for (const auto& manifest : import_.manifests) {
            for (const auto& [path, text] : files_of(manifest)) {
                std::error_code ignored;
                if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found) there.push_back(path);
            }
        }
        for (const auto& path : there)
            print_error(terminal_, fmt::format("{} exists, and no file is overwritten", path.string()), {});
        if (!there.empty()) {
            terminal_.err("Nothing was written. Choose another folder with --out, or move the file away.\n");
            return ExitCode::failed;
        }
        for (const auto& manifest : import_.manifests) {
            for (const auto& [path, text] : files_of(manifest)) {
                if (const auto problem = write_new_file(path, text); !problem.empty()) {
                    print_error(terminal_, fmt::format("{} could not be written: {}", path.string(), problem),
                                "what was written before it stays; run the import again for the rest");
                    return ExitCode::failed;
                }
            }
            if (!global_.quiet)
                terminal_.out(fmt::format("Wrote {}  \"{}\" ({}){}\n", file_of(manifest).string(),
                                          visible(manifest.display_name), manifest.id,
                                          manifest.ours ? ", ours, and no manifest declared it" : ""));
        }
        finish();
        return ExitCode::ok;
    }

    void finish() {
        const auto count = import_.manifests.size();
        terminal_.out(fmt::format("{} manifest{} written, {}.\n", count, count == 1 ? "" : "s",
                                  options_.policy == "full" ? "to be taken over by the next apply"
                                                            : fmt::format("with `policy: {}`", options_.policy)));
        if (is_read_by_nobody()) {
            const auto relative = fs::path(folder_).lexically_relative(root_of_repository() / "environments");
            terminal_.err(fmt::format(
                "note: {} is not among the `sources` of {}, so no plan reads what was written there; add `{}` to "
                "`spec.sources`\n",
                folder_.lexically_normal().string(), workspace_.environment.name,
                relative.empty() ? folder_.string() : relative.generic_string()));
        }
        terminal_.out(fmt::format("Next: regent plan -e {}\n", workspace_.environment.name));
    }

    fs::path root_of_repository() const {
        const auto root = source::find_repository(global_.directory);
        std::error_code error;
        return root ? fs::weakly_canonical(*root, error) : fs::path();
    }

    /// A folder that was named with --out, and that the Environment does not read.
    bool is_read_by_nobody() {
        std::error_code error;
        folder_ = fs::weakly_canonical(folder_, error);
        const auto root = root_of_repository();
        if (options_.out.empty() || root.empty()) return false;
        const auto& sources = workspace_.environment.sources;
        return std::none_of(sources.begin(), sources.end(), [&](const auto& source) {
            const auto relative = folder_.lexically_relative((root / source).lexically_normal());
            return !relative.empty() && *relative.begin() != "..";
        });
    }

    /// Each manifest has it as a comment; here it is told in full where a person can read it all.
    void tell_left_out() {
        constexpr std::size_t few = 20;
        if (import_.manifests.size() > few && global_.verbose == 0) return count_left_out();
        for (const auto& manifest : import_.manifests) {
            if (manifest.left_out.empty()) continue;
            terminal_.err(fmt::format("note: not in the manifest of {}:\n", manifest.address.name));
            for (const auto& line : manifest.left_out) terminal_.err(fmt::format("  {}\n", visible(line)));
        }
    }

    /// What stands before the reason: "client secret" of "client secret: that of …".
    static std::string_view field_of(std::string_view line) {
        const auto field = line.substr(0, line.find_first_of(":("));
        return field.substr(0, field.find_last_not_of(' ') + 1);
    }

    void count_left_out() {
        std::map<std::string, std::size_t> fields;
        std::size_t manifests = 0;
        for (const auto& manifest : import_.manifests) {
            std::set<std::string> names;
            for (const auto& line : manifest.left_out) names.insert(std::string(field_of(line)));
            for (const auto& name : names) ++fields[name];
            if (!names.empty()) ++manifests;
        }
        if (manifests == 0) return;
        terminal_.err(fmt::format(
            "note: {} manifests leave something out that is set on the object; comments in them say what and why "
            "(and -v here). By field:\n",
            manifests));
        for (const auto& [name, count] : fields) terminal_.err(fmt::format("  {:5}  {}\n", count, visible(name)));
    }

    const GlobalOptions& global_;
    const ImportOptions& options_;
    Terminal& terminal_;
    controller::Workspace workspace_;
    std::unique_ptr<controller::Tenant> tenant_;
    model::ConnectorSelection connectors_;
    model::Survey survey_;
    controller::Import import_;
    fs::path folder_;
};

}  // namespace

ExitCode import_manifests(const GlobalOptions& global, const ImportOptions& options, Terminal& terminal) {
    return ImportRun(global, options, terminal).run();
}

}  // namespace regent::cli
