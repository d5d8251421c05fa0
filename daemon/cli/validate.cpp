#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/repository.hpp"
#include "cli/version.hpp"
#include "manifest/diagnostic_text.hpp"
#include "manifest/loader.hpp"
#include "plan/delivery_rules.hpp"
#include "source/manifest_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace regent::cli {
namespace {

namespace fs = std::filesystem;

/// What validation found, over one or several environments. A mistake that several of them share is told once.
struct ManifestFindings {
    model::Diagnostics diagnostics;
    std::vector<manifest::SourceText> texts;
    std::vector<manifest::Looked> looked;  ///< documents; one of several environments is there several times
    std::set<std::string> known;           ///< names of `texts`
    std::vector<std::string> notes;
    std::vector<std::string> environments;
    std::size_t files = 0;
    std::size_t errors_elsewhere = 0;  ///< in files that the paths on the command line leave out

    void add(model::Diagnostics more, std::vector<manifest::SourceText> more_texts) {
        for (auto& text : more_texts) {
            if (known.insert(text.file).second) texts.push_back(std::move(text));
        }
        for (auto& diagnostic : more) {
            const auto same = [&](const auto& d) {
                return d.code == diagnostic.code && d.span == diagnostic.span && d.message == diagnostic.message;
            };
            if (std::none_of(diagnostics.begin(), diagnostics.end(), same))
                diagnostics.push_back(std::move(diagnostic));
        }
        files = texts.size();
    }

    [[nodiscard]] std::size_t count(model::Severity severity) const {
        return static_cast<std::size_t>(std::count_if(diagnostics.begin(), diagnostics.end(),
                                                      [&](const auto& d) { return d.severity == severity; }));
    }
};

std::string plural(std::size_t count, const char* word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

std::string summary(const ManifestFindings& findings) {
    std::set<std::string> wrong;
    for (const auto& diagnostic : findings.diagnostics) {
        if (!diagnostic.span.file.empty()) wrong.insert(diagnostic.span.file);
    }
    const auto where = fmt::format("({} {})", findings.environments.size() == 1 ? "environment" : "environments",
                                   fmt::join(findings.environments, ", "));
    const auto errors = findings.count(model::Severity::error);
    const auto warnings = findings.count(model::Severity::warning);
    if (findings.errors_elsewhere > 0) {
        return fmt::format("validate: {}, {} here, and {} in other files {}. All of them: regent validate\n",
                           plural(errors, "error"), plural(warnings, "warning"),
                           plural(findings.errors_elsewhere, "error"), where);
    }
    if (findings.diagnostics.empty())
        return fmt::format("validate: {} valid {}\n", plural(findings.files, "file"), where);
    const auto& first = findings.diagnostics.front().code;
    return fmt::format("validate: {}, {} in {} of {} {}. More: regent explain {}\n", plural(errors, "error"),
                       plural(warnings, "warning"), wrong.size(), plural(findings.files, "file"), where, first);
}

/// Tells only what concerns `paths` (files, or folders with all below them; relative to the repository), as a
/// pre-commit hook asks. Errors elsewhere still count: a change here may be what broke a file there.
void keep_only(ManifestFindings& findings, const std::vector<std::string>& paths) {
    const auto before = findings.count(model::Severity::error);
    const auto is_told = [&](const std::string& file) {
        return std::any_of(paths.begin(), paths.end(), [&](const auto& path) {
            return file == path || path == "." || file.rfind(path + "/", 0) == 0;
        });
    };
    std::erase_if(findings.diagnostics, [&](const auto& diagnostic) { return !is_told(diagnostic.span.file); });
    std::erase_if(findings.looked, [&](const auto& looked) { return !is_told(looked.place.file); });
    findings.errors_elsewhere = before - findings.count(model::Severity::error);
}

/// The error is the path that is not there, or not in the repository.
tl::expected<std::vector<std::string>, std::string> relative_to_root(const std::vector<std::string>& paths,
                                                                     const fs::path& root) {
    std::vector<std::string> relative;
    for (const auto& path : paths) {
        std::error_code error;
        auto real = fs::canonical(path, error);
        if (error) real = fs::canonical(root / path, error);
        auto below = error ? std::string{} : real.lexically_relative(root).generic_string();
        if (below.empty() || below == ".." || below.rfind("../", 0) == 0) return tl::unexpected(path);
        relative.push_back(std::move(below));
    }
    return relative;
}

/// What stopped everything is a finding like others, so that it is in every format: an empty one would look like a
/// success, or break its reader.
bool add_failure(controller::WorkspaceError& error, const GlobalOptions& global, ManifestFindings& findings) {
    if (error.diagnostics.empty()) {
        if (error.usage || global.output == "text") return false;
        error.diagnostics = mistakes_of(error);
    }
    findings.add(std::move(error.diagnostics), std::move(error.texts));
    return true;
}

tl::expected<fs::path, ExitCode> gather(const GlobalOptions& global, const fs::path& directory,
                                        ManifestFindings& findings, Terminal& terminal) {
    auto names = global.environment.empty()
                     ? environment_names(directory)
                     : tl::expected<std::vector<std::string>, controller::WorkspaceError>({global.environment});
    if (!names) {
        if (add_failure(names.error(), global, findings)) return fs::path{};
        print_error(terminal, names.error(), global.colour);
        return tl::unexpected(names.error().usage ? ExitCode::usage : ExitCode::invalid_manifests);
    }
    plan::DeliveriesOfEnvironments deliveries;
    for (const auto& name : *names) {
        auto workspace = open_workspace(directory, name, controller::Documents::kept);
        findings.environments.push_back(name);
        if (!workspace) {
            if (add_failure(workspace.error(), global, findings)) continue;
            print_error(terminal, workspace.error(), global.colour);
            return tl::unexpected(workspace.error().usage ? ExitCode::usage : ExitCode::invalid_manifests);
        }
        for (auto& note : workspace->notes) findings.notes.push_back(std::move(note));
        for (const auto& document : workspace->documents) {
            findings.looked.push_back({fmt::format("{}/{}", manifest::kind_of(document), manifest::name_of(document)),
                                       {document.file, document.root.span.line, 0}});
        }
        findings.looked.push_back({"Environment/" + workspace->environment.name, workspace->environment.place});
        if (!model::has_errors(workspace->diagnostics)) deliveries.add(workspace->graph, workspace->diagnostics);
        findings.add(std::move(workspace->diagnostics), std::move(workspace->texts));
    }
    return source::find_repository(directory).value_or(fs::path{});
}

/// Services look for files from the root of the git repository, which ours may only be a part of.
model::Diagnostics as_git_sees(model::Diagnostics diagnostics, const std::string& prefix) {
    for (auto& diagnostic : diagnostics) {
        if (!diagnostic.span.file.empty()) diagnostic.span.file = prefix + diagnostic.span.file.str();
        for (auto& label : diagnostic.secondary) label.span.file = prefix + label.span.file.str();
    }
    return diagnostics;
}

}  // namespace

ExitCode validate(const GlobalOptions& global, const ValidateOptions& options, Terminal& terminal) {
    // A path given instead of -C may lie in another repository than the current folder.
    const auto directory = global.directory == "." && !options.paths.empty() && fs::is_directory(options.paths.front())
                               ? fs::path(options.paths.front())
                               : global.directory;
    ManifestFindings findings;
    auto root = gather(global, directory, findings, terminal);
    if (!root) return root.error();
    if (!options.paths.empty() && !root->empty()) {
        const auto paths = relative_to_root(options.paths, *root);
        if (!paths) {
            print_error(terminal, fmt::format("`{}` is no file or folder of this repository", paths.error()),
                        fmt::format("the repository is {}; without a path all of it is told", root->string()));
            return ExitCode::usage;
        }
        keep_only(findings, *paths);
    }
    model::sort(findings.diagnostics);

    if (global.output == "json") {
        terminal.out(manifest::render_json(findings.diagnostics, findings.texts));
    } else if (global.output == "github") {
        terminal.out(manifest::render_github(as_git_sees(findings.diagnostics, path_in_git(directory))));
    } else if (global.output == "sarif") {
        terminal.out(manifest::render_sarif(as_git_sees(findings.diagnostics, path_in_git(directory)),
                                            std::string(version_text)));
    } else if (global.output == "junit") {
        const auto prefix = path_in_git(directory);
        for (auto& text : findings.texts) text.file.insert(0, prefix);
        for (auto& looked : findings.looked) looked.place.file = prefix + looked.place.file.str();
        terminal.out(manifest::render_junit(as_git_sees(findings.diagnostics, prefix), findings.texts, findings.looked,
                                            options.strict));
    } else if (global.output == "text") {
        const manifest::TextOptions text{
            .colour = wants_colour(global.colour, terminal.err_is_terminal(), environment_variable)};
        for (const auto& note : findings.notes) terminal.err(fmt::format("note: {}\n", note));
        if (!findings.diagnostics.empty())
            terminal.err(manifest::render_text(findings.diagnostics, findings.texts, text) + "\n");
        terminal.out(summary(findings));
    } else {
        print_error(terminal, fmt::format("validate has no output format `{}`", global.output),
                    "text, json, github, sarif or junit");
        return ExitCode::usage;
    }
    const bool wrong = model::has_errors(findings.diagnostics) || findings.errors_elsewhere > 0 ||
                       (options.strict && !findings.diagnostics.empty());
    return wrong ? ExitCode::invalid_manifests : ExitCode::ok;
}

}  // namespace regent::cli
