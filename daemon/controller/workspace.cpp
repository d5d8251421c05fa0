#include "controller/workspace.hpp"

#include "manifest/loader.hpp"
#include "manifest/overrides.hpp"
#include "manifest/secret_stretches.hpp"
#include "manifest/substitution.hpp"
#include "manifest/suggestion.hpp"
#include "manifest/yaml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace regent::controller {
namespace {

struct EnvironmentFiles {
    std::vector<manifest::SourceText> texts;
    std::vector<manifest::Document> documents;  ///< those of kind Environment
    model::Diagnostics diagnostics;
};

void append_to(model::Diagnostics& to, model::Diagnostics from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

WorkspaceError from(source::SourceError error) {
    return {std::move(error.message), std::move(error.help), false, {}, {}};
}

tl::expected<EnvironmentFiles, WorkspaceError> read_environments(const source::ManifestTree& tree) {
    auto set = tree.read({"environments"});
    if (!set) return tl::unexpected(from(std::move(set.error())));
    EnvironmentFiles found;
    for (auto& file : set->files) {
        found.texts.push_back({file.path, std::move(file.text)});
        auto read = manifest::read_yaml(found.texts.back());
        append_to(found.diagnostics, std::move(read.diagnostics));
        for (auto& document : read.documents) {
            if (manifest::kind_of(document) == model::kind::environment) found.documents.push_back(std::move(document));
        }
    }
    manifest::hide_secrets(found.diagnostics, found.texts);
    return found;
}

std::vector<std::string> names_in(const EnvironmentFiles& files) {
    std::vector<std::string> names;
    names.reserve(files.documents.size());
    for (const auto& document : files.documents) names.emplace_back(manifest::name_of(document));
    std::sort(names.begin(), names.end());
    return names;
}

tl::expected<const manifest::Document*, WorkspaceError> choose(const EnvironmentFiles& files, const std::string& name) {
    const auto names = names_in(files);
    if (name.empty()) {
        if (files.documents.size() == 1) return &files.documents.front();
        if (names.empty()) {
            return tl::unexpected(WorkspaceError{"no file below `environments/` holds an Environment that can be read",
                                                 "see `regent explain Environment`", false, files.diagnostics,
                                                 files.texts});
        }
        return tl::unexpected(WorkspaceError{"several environments are here, and none was named",
                                             fmt::format("choose one with -e: {}", fmt::join(names, ", ")),
                                             true,
                                             {},
                                             {}});
    }
    std::vector<const manifest::Document*> matches;
    for (const auto& document : files.documents) {
        if (manifest::name_of(document) == name) matches.push_back(&document);
    }
    if (matches.size() == 1) return matches.front();
    if (matches.size() > 1) {
        return tl::unexpected(WorkspaceError{fmt::format("two files say they are the environment `{}`: {} and {}", name,
                                                         matches[0]->file.str(), matches[1]->file.str()),
                                             "an environment is one document",
                                             false,
                                             {},
                                             {}});
    }
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const auto near = manifest::did_you_mean(name, candidates);
    return tl::unexpected(WorkspaceError{
        fmt::format("no environment is called `{}`", name),
        near ? fmt::format("did you mean `{}`?", *near) : fmt::format("environments here: {}", fmt::join(names, ", ")),
        true, files.diagnostics, files.texts});
}

/// "../base" of "../bas", where that is what lies there.
std::string meant_folder(const std::string& written, const std::vector<std::string>& siblings) {
    const auto name_at = written.find_last_not_of('/') == std::string::npos
                             ? std::string::npos
                             : written.find_last_of('/', written.find_last_not_of('/'));
    const auto parent = name_at == std::string::npos ? std::string{} : written.substr(0, name_at + 1);
    auto name = written.substr(parent.size());
    while (name.ends_with('/')) name.pop_back();
    const auto near = manifest::did_you_mean(name, std::vector<std::string_view>(siblings.begin(), siblings.end()));
    return near ? parent + *near : std::string{};
}

model::Diagnostic missing_folder(const manifest::Node& written, const source::SourceError& error) {
    model::Diagnostic diagnostic;
    diagnostic.code = "RG0469";
    diagnostic.message = fmt::format("the source folder `{}` does not exist", written.text);
    diagnostic.span = written.span;
    diagnostic.label = "no such folder";
    diagnostic.notes.push_back(fmt::format("from the repository's root it is `{}`", error.missing_folder));
    const auto meant = meant_folder(written.text, error.siblings);
    diagnostic.help = meant.empty()
                          ? "make it, with a file in it (git keeps no empty folders), or remove it from `sources`"
                          : fmt::format("did you mean `{}`?", meant);
    return diagnostic;
}

/// Every folder that is missing, each at its own place; nothing is read without them.
std::optional<WorkspaceError> find_missing_folders(const source::ManifestTree& tree, const Workspace& workspace,
                                                   const std::vector<manifest::Node>& written,
                                                   source::SourceError error) {
    const auto& sources = workspace.environment.sources;
    if (error.missing_folder.empty() || written.size() != sources.size()) return std::nullopt;
    WorkspaceError all{{}, {}, false, {}, workspace.texts};
    for (auto rest = sources; !error.missing_folder.empty();) {
        const auto at = std::find(sources.begin(), sources.end(), error.missing_folder);
        if (at == sources.end()) break;
        all.diagnostics.push_back(missing_folder(written[static_cast<std::size_t>(at - sources.begin())], error));
        all.missing_folders.push_back(error.missing_folder);
        std::erase(rest, error.missing_folder);
        if (rest.empty()) break;
        auto read = tree.read(rest);
        error = read ? source::SourceError{} : std::move(read.error());
    }
    if (all.diagnostics.empty()) return std::nullopt;
    return all;
}

tl::expected<void, WorkspaceError> read_manifests(const source::ManifestTree& tree,
                                                  const std::vector<manifest::Node>& written, Workspace& workspace) {
    auto set = tree.read(workspace.environment.sources);
    if (!set) {
        if (auto missing = find_missing_folders(tree, workspace, written, set.error()))
            return tl::unexpected(std::move(*missing));
        return tl::unexpected(from(std::move(set.error())));
    }
    workspace.revision = set->revision;
    workspace.notes = std::move(set->notes);
    std::set<std::string> known;
    for (const auto& text : workspace.texts) known.insert(text.file);
    for (auto& file : set->files) {
        // Environments that lie among the sources were read, and complained about, already.
        if (!known.insert(file.path).second) continue;
        workspace.texts.push_back({file.path, std::move(file.text)});
        auto read = manifest::read_yaml(workspace.texts.back());
        append_to(workspace.diagnostics, std::move(read.diagnostics));
        for (auto& document : read.documents) {
            if (manifest::kind_of(document) != model::kind::environment)
                workspace.documents.push_back(std::move(document));
        }
    }
    return {};
}

void build_graph(const source::ManifestTree& tree, Workspace& workspace, Documents documents) {
    const auto reader = [&tree](const std::string& path) -> tl::expected<std::string, std::string> {
        auto bytes = tree.read_referenced(path);
        if (!bytes) return tl::unexpected(bytes.error().message);
        return std::move(*bytes);
    };
    const auto lister = [&tree](const std::string& folder) -> tl::expected<std::vector<std::string>, std::string> {
        auto names = tree.list_referenced(folder);
        if (!names) return tl::unexpected(names.error().message);
        return std::move(*names);
    };
    // What could not be read at all must not look like something that left: the graph is built for its diagnostics all
    // the same, and nobody plans with it.
    auto loaded = manifest::load(workspace.documents, {workspace.environment, reader, {}, lister});
    append_to(workspace.diagnostics, std::move(loaded.diagnostics));
    if (documents == Documents::dropped) std::vector<manifest::Document>().swap(workspace.documents);
    const bool readable = !model::has_errors(workspace.diagnostics);
    auto built = plan::build_desired_graph(workspace.environment, std::move(loaded.declarations));
    for (auto& diagnostic : built.diagnostics) {
        // A document with a mistake is missing from the graph. That it is referred to is no second mistake.
        if (!readable && diagnostic.code == "RG0311") continue;
        workspace.diagnostics.push_back(std::move(diagnostic));
    }
    workspace.graph = std::move(built.graph);
}

/// A file that several documents name is looked at for each of them; what is wrong with it is one mistake.
void drop_repetitions(model::Diagnostics& diagnostics) {
    std::set<std::string> told;
    std::erase_if(diagnostics, [&](const auto& d) {
        return !told.insert(fmt::format("{} {} {}", d.code, to_string(d.span.begin()), d.message)).second;
    });
}

/// Whether lines of it can be shown: no picture, no certificate in binary, and no line that is a book.
bool is_readable_text(const std::string& bytes) {
    constexpr std::size_t longest_line = std::size_t{64} * 1024;
    if (bytes.find('\0') != std::string::npos) return false;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const auto end = std::min(bytes.find('\n', begin), bytes.size());
        if (end - begin > longest_line) return false;
        begin = end + 1;
    }
    return true;
}

/// The files beside the manifests that diagnostics are about (OpenAPI documents, properties of connectors), so that
/// their lines can be shown. They were read and forgotten: there may be thousands without a mistake.
void add_texts_of_files(const source::ManifestTree& tree, Workspace& workspace) {
    std::set<std::string> known, missing;
    for (const auto& text : workspace.texts) known.insert(text.file);
    const auto note = [&](const model::Span& span) {
        if (span.known() && !known.contains(span.file.str())) missing.insert(span.file.str());
    };
    for (const auto& diagnostic : workspace.diagnostics) {
        note(diagnostic.span);
        for (const auto& label : diagnostic.secondary) note(label.span);
    }
    for (const auto& file : missing) {
        auto bytes = tree.read_referenced(file);
        if (bytes && is_readable_text(*bytes)) workspace.texts.push_back({file, std::move(*bytes)});
    }
}

}  // namespace

tl::expected<std::vector<std::string>, WorkspaceError> environment_names(const source::ManifestTree& tree) {
    auto files = read_environments(tree);
    if (!files) return tl::unexpected(std::move(files.error()));
    if (files->documents.empty()) {
        return tl::unexpected(WorkspaceError{"no file below `environments/` holds an Environment that can be read",
                                             "see `regent explain Environment`", false, files->diagnostics,
                                             files->texts});
    }
    return names_in(*files);
}

tl::expected<Workspace, WorkspaceError> open_workspace(const source::ManifestTree& tree, const std::string& name,
                                                       Documents documents) {
    auto files = read_environments(tree);
    if (!files) return tl::unexpected(std::move(files.error()));
    auto chosen = choose(*files, name);
    if (!chosen) return tl::unexpected(std::move(chosen.error()));

    auto loaded = manifest::load_environment(**chosen);
    if (!loaded.environment) {
        manifest::hide_secrets(loaded.diagnostics, files->texts);
        return tl::unexpected(WorkspaceError{{}, {}, false, std::move(loaded.diagnostics), std::move(files->texts)});
    }
    Workspace workspace;
    workspace.environment = std::move(*loaded.environment);
    workspace.environments = names_in(*files);
    workspace.texts = std::move(files->texts);
    workspace.diagnostics = std::move(loaded.diagnostics);
    if (auto read = read_manifests(tree, loaded.sources, workspace); !read)
        return tl::unexpected(std::move(read.error()));
    append_to(workspace.diagnostics, manifest::apply_overrides(workspace.documents, loaded.overrides));
    for (auto& document : workspace.documents) {
        append_to(workspace.diagnostics, manifest::substitute(document, loaded.variables));
    }
    build_graph(tree, workspace, documents);
    model::sort(workspace.diagnostics);
    drop_repetitions(workspace.diagnostics);
    add_texts_of_files(tree, workspace);
    manifest::hide_secrets(workspace.diagnostics, workspace.texts);
    return workspace;
}

}  // namespace regent::controller
