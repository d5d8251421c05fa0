#include "controller/reading.hpp"

#include "manifest/diagnostic_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::controller {
namespace {

void add_errors(Reading& reading, const std::string& name, const model::Diagnostics& diagnostics,
                const std::vector<manifest::SourceText>& texts) {
    auto& errors = reading.errors[name];
    errors.text += manifest::render_text(diagnostics, texts, {});
    for (const auto& diagnostic : diagnostics) {
        if (diagnostic.severity != model::Severity::error) continue;
        ++errors.count;
        reading.invalid_files.emplace(
            diagnostic.span.file,
            fmt::format("{}: {} ({})", to_string(diagnostic.span.begin()), diagnostic.message, diagnostic.code));
    }
    errors.count = std::max<std::size_t>(1, errors.count);
}

void add_failure(Reading& reading, const std::string& name, const WorkspaceError& error) {
    add_errors(reading, name, error.diagnostics, error.texts);
    if (error.message.empty()) return;
    reading.problem = error.help.empty() ? error.message : fmt::format("{}; {}", error.message, error.help);
    auto& text = reading.errors[name].text;
    text = fmt::format("error: {}\n", reading.problem) + text;
}

void read_environment(Reading& reading, const source::SourceState& state, const std::string& name) {
    auto workspace = open_workspace(*state.tree, name);
    if (!workspace) return add_failure(reading, name, workspace.error());
    if (model::has_errors(workspace->diagnostics))
        return add_errors(reading, name, workspace->diagnostics, workspace->texts);
    if (state.commit) {
        workspace->revision.commit = state.commit->commit;
        workspace->revision.branch = state.commit->branch;
    }
    reading.files = std::max(reading.files, workspace->texts.size());
    reading.workspaces.emplace(name, std::make_shared<const Workspace>(std::move(*workspace)));
}

}  // namespace

std::string Reading::first_error() const {
    if (invalid_files.empty()) return problem;
    const auto more = invalid_files.size() - 1;
    return invalid_files.begin()->second +
           (more == 0 ? std::string{} : fmt::format(", and more in {} other file{}", more, more == 1 ? "" : "s"));
}

Reading read_state(const source::SourceState& state, const std::vector<std::string>& wanted) {
    Reading reading;
    auto names = wanted;
    if (names.empty()) {
        auto all = environment_names(*state.tree);
        if (!all) {
            add_failure(reading, {}, all.error());
            return reading;
        }
        names = std::move(*all);
    }
    for (const auto& name : names) read_environment(reading, state, name);
    return reading;
}

RevisionStatus revision_of(const source::SourceState& state) {
    RevisionStatus revision;
    if (!state.commit) return revision;
    revision.branch = state.commit->branch;
    revision.commit = state.commit->commit;
    revision.author = state.commit->author;
    revision.subject = state.commit->subject;
    revision.committed_at = state.commit->committed_at;
    return revision;
}

}  // namespace regent::controller
