#include "cli/commands.hpp"
#include "cli/messages.hpp"
#include "cli/new_file.hpp"
#include "cli/repository.hpp"
#include "cli/sample_repository.hpp"
#include "manifest/json_schema.hpp"
#include "model/ascii.hpp"
#include "source/manifest_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

namespace regent::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view editor_settings = R"({
  "yaml.schemas": {
    "schema/v1/regent.schema.json": "*.regent.yaml"
  }
}
)";

constexpr std::string_view editor_extensions = R"({
  "recommendations": ["redhat.vscode-yaml"]
}
)";

constexpr std::string_view git_ignore =
    R"(# Plans tell what a tenant looks like; keys and passwords never belong into a repository.
plan.json
plan.md
*.pem
*.pfx
*.p12
*.key
.env
# The certificates that manifests name do, in folders of this name: `regent validate` refuses one with its private key.
!**/certificates/*.pem
)";

constexpr std::string_view workflow =
    R"(# Mistakes at their lines, and the plan in the summary of the run. The plan needs a credential that can read:
# variable REGENT_READER_ID, secret REGENT_READER_SECRET. Without them only the manifests are checked.
name: regent
on: pull_request
permissions:
  contents: read
jobs:
  plan:
    runs-on: [self-hosted, regent]     # a machine with regent on it
    steps:
      - uses: actions/checkout@v4
      - name: Check
        run: regent validate -o github
      - name: Plan
        if: vars.REGENT_READER_ID != '' && github.event.pull_request.head.repo.full_name == github.repository
        env:
          AZURE_CLIENT_ID: ${{ vars.REGENT_READER_ID }}
          AZURE_CLIENT_SECRET: ${{ secrets.REGENT_READER_SECRET }}
        run: |
          for file in environments/*.regent.yaml; do
            name=$(basename "$file" .regent.yaml)
            [ "$name" = demo ] && continue           # the simulator is not here
            regent plan -e "$name" -o markdown >> "$GITHUB_STEP_SUMMARY"
          done
)";

/// The demo's own place is two folders deeper.
std::string with_schema_beside(std::string_view manifest) {
    std::string text(manifest);
    constexpr std::string_view there = "../../../schema/", here = "../schema/";
    if (const auto at = text.find(there); at != std::string::npos) text.replace(at, there.size(), here);
    return text;
}

/// The folder's name as an owner's: a repository has most often the name that its people know it by. Empty when there
/// is not enough of one.
std::string owner_for(const fs::path& root) {
    std::error_code failure;
    const auto folder = fs::absolute(root / "", failure).lexically_normal().parent_path().filename().string();
    std::string owner;
    for (const char c : model::lower_case(folder)) {
        const bool letter = c >= 'a' && c <= 'z';
        const bool inside = (c >= '0' && c <= '9') || (c == '-' && !owner.ends_with('-'));
        if (letter || (inside && !owner.empty())) owner += c;
    }
    owner.resize(std::min<std::size_t>(owner.size(), 63));
    while (!owner.empty() && owner.back() == '-') owner.pop_back();
    return owner;
}

/// Every object's key begins with it: two repositories that both left it out would take each other's for their own.
std::string with_owner(std::string text, const fs::path& root) {
    constexpr std::string_view before = "\nspec:\n";
    const auto owner = owner_for(root);
    const auto at = text.find(before);
    if (owner.empty() || at == std::string::npos) return text;
    text.insert(
        at + before.size(),
        fmt::format("  owner: {}  # of this repository's objects; later, another name would make all anew\n", owner));
    return text;
}

bool holds_environments(const fs::path& root) {
    std::error_code failure;
    for (const auto& entry : fs::directory_iterator(root / "environments", failure))
        if (entry.path().filename().string().ends_with(source::manifest_suffix)) return true;
    return false;
}

std::map<std::string, std::string> files_for(const fs::path& root, const InitOptions& options) {
    std::map<std::string, std::string> files{{".gitignore", std::string(git_ignore)},
                                             {".vscode/extensions.json", std::string(editor_extensions)},
                                             {".vscode/settings.json", std::string(editor_settings)},
                                             {"schema/v1/regent.schema.json", manifest::json_schema({})}};
    if (options.ci == "github") files.emplace(".github/workflows/regent.yml", workflow);
    if (holds_environments(root)) return files;
    files.emplace("environments/demo.regent.yaml", with_owner(with_schema_beside(sample::environment), root));
    files.emplace("base/arm-connector.regent.yaml", with_schema_beside(sample::manifest));
    files.emplace("base/openapi/arm-list-subscriptions.swagger.json", sample::openapi);
    return files;
}

ExitCode check(const fs::path& root, Terminal& terminal) {
    const auto names = environment_names(root);
    if (!names) {
        print_error(terminal, names.error(), ColourChoice::automatic);
        return ExitCode::invalid_manifests;
    }
    for (const auto& name : *names) {
        const auto workspace = open_workspace(root, name);
        if (workspace && !model::has_errors(workspace->diagnostics)) continue;
        terminal.err(fmt::format("note: environment `{}` has mistakes; `regent validate` shows them\n", name));
    }
    return ExitCode::ok;
}

}  // namespace

ExitCode init(const GlobalOptions& global, const InitOptions& options, Terminal& terminal) {
    const auto root = (global.directory / options.directory).lexically_normal();
    const bool has_environments = holds_environments(root);
    for (const auto& [name, text] : files_for(root, options)) {
        const auto path = (root / name).lexically_normal();
        std::error_code ignored;
        if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found) {
            terminal.out(fmt::format("Kept  {} as it is\n", path.string()));
            continue;
        }
        if (const auto problem = write_new_file(path, text); !problem.empty()) {
            print_error(terminal, fmt::format("{} could not be written: {}", path.string(), problem), {});
            return ExitCode::failed;
        }
        terminal.out(fmt::format("Wrote {}\n", path.string()));
    }
    const auto code = check(root, terminal);
    if (has_environments) {
        terminal.out("environments/ is there already, so no sample was written.\n");
        return code;
    }
    const auto in_it = root == "." ? std::string{} : fmt::format("cd {} && ", root.string());
    terminal.out(
        fmt::format("Next: {}regent validate\n"
                    "      Then start regent-simulator in a second terminal, and here:\n"
                    "      export AZURE_CLIENT_ID=22222222-2222-2222-2222-222222222222 AZURE_CLIENT_SECRET=simulator\n"
                    "      regent plan -e demo\n",
                    in_it));
    return code;
}

}  // namespace regent::cli
