#pragma once

#include "model/diagnostic.hpp"
#include "plan/plan.hpp"
#include "plan/safety.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace regent::report {

/// Where a cloud says that it is. A person who approves a plan sees where secrets would be sent.
struct Cloud {
    std::string metadata;  ///< who was asked: `endpoints.metadata` of the Environment
    std::string login, graph;
};

/// One Plan and what surrounds it, ready for a writer. Writers print; they never compute.
struct RunReport {
    const plan::Plan* plan = nullptr;     ///< not owned; outlives the report
    std::vector<plan::Refusal> refusals;  ///< guards that would refuse an apply
    model::Diagnostics findings;          ///< of the manifests: warnings that stop nobody
    std::size_t max_deletes = 5;
    std::string revision;   ///< "main@4f2c1ab, clean"; empty outside a repository
    std::string timestamp;  ///< RFC 3339 UTC, when the snapshot was taken
    std::size_t objects_read = 0;
    std::size_t requests = 0;
    std::chrono::milliseconds read_took{0};
    std::optional<Cloud> cloud;      ///< where not the manifests say it
    model::Place environment_place;  ///< of the Environment's document
    std::string path_prefix;         ///< from the root of the git repository to ours: "infra/"; usually empty
    bool selected = false;           ///< of some objects only: the report says nothing of the others
    std::string tool_version;
    std::string apply_command;  ///< "regent apply -e dev --expect-plan 7d0a4c19"
    /// appId → what manifests call the API or application: "azure-service-management", "Application/orders-api". Others
    /// are shown by their id.
    std::map<std::string, std::string, std::less<>> api_names;
    /// Ids of Power Platform environments and resource groups → what the Environment's document calls them.
    std::map<std::string, std::string, std::less<>> place_names;
};

enum class Colour { off, on };

struct TextOptions {
    Colour colour = Colour::off;
    bool show_unchanged = false;  ///< list objects without changes too
    bool drift_only = false;
    bool quiet = false;  ///< the last line only
};

/// For people, in the order: what changed outside, what apply would do, order of work, what is withheld, guards and
/// plan id, summary. The last line is always the summary and never wraps.
[[nodiscard]] std::string write_text(const RunReport& report, const TextOptions& options);
/// One JSON document; its format is docs/reference/plan-json.md and schema/v1/plan.schema.json. Format version 1.0.
[[nodiscard]] std::string write_json(const RunReport& report);
/// One JSON object per line: version, drift, planned changes, refusals, summary.
[[nodiscard]] std::string write_jsonl(const RunReport& report);
/// The body of a pull request comment: a hidden marker with the environment, deletions first, table, folded diff, plan
/// id.
[[nodiscard]] std::string write_markdown(const RunReport& report);
/// Unified diff of live against wanted, one block per object, YAML-like, risks and warnings in comments; empty when
/// nothing differs, whatever there is to warn of.
[[nodiscard]] std::string write_diff(const RunReport& report, Colour colour);

}  // namespace regent::report
