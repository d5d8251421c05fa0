#pragma once

#include "manifest/document.hpp"
#include "model/declaration.hpp"
#include "model/diagnostic.hpp"
#include "model/environment.hpp"
#include "plan/desired_graph.hpp"
#include "source/manifest_tree.hpp"

#include <tl/expected.hpp>

#include <string>
#include <vector>

namespace regent::controller {

/// One environment with everything its manifests say: what validate, render, plan and apply begin with.
struct Workspace {
    model::Environment environment;
    /// Substituted and overridden, those of other kinds than Environment; only when they were asked for.
    std::vector<manifest::Document> documents;
    std::vector<manifest::SourceText> texts;  ///< every file read, for showing lines under a caret
    plan::DesiredGraph graph;                 ///< not to be used when has_errors(diagnostics)
    model::Diagnostics diagnostics;
    source::Revision revision;
    std::vector<std::string> notes;
    std::vector<std::string> environments;  ///< names of all that the repository has
};

/// Why there is no Workspace at all: the repository or the environment could not be found. Exit code 64 or 3.
struct WorkspaceError {
    std::string message;
    std::string help;
    bool usage = false;              ///< the arguments were wrong, not the repository
    model::Diagnostics diagnostics;  ///< when the environment's own file is wrong
    std::vector<manifest::SourceText> texts;
    std::vector<std::string> missing_folders = {};  ///< of Environment.spec.sources, from the repository's root
};

/// Names of the environments below `environments/`, in order; and every file's text and mistakes.
[[nodiscard]] tl::expected<std::vector<std::string>, WorkspaceError> environment_names(
    const source::ManifestTree& tree);

/// Trees of documents are several times as large as what is made of them, and hardly anybody looks at them again.
enum class Documents { dropped, kept };

/// Reads environment `name` of the repository. An empty name is right when there is exactly one environment.
[[nodiscard]] tl::expected<Workspace, WorkspaceError> open_workspace(const source::ManifestTree& tree,
                                                                     const std::string& name,
                                                                     Documents documents = Documents::dropped);

}  // namespace regent::controller
