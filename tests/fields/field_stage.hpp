#pragma once

#include "apply/applier.hpp"
#include "manifest/loading.hpp"
#include "plan/desired_graph.hpp"
#include "plan/plan.hpp"
#include "provider/graph_tenant.hpp"
#include "store/store.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::fields::testing {

/// One manifest and one pretend tenant, with everything between them that is real: loader, planner, applier, store,
/// Graph provider, HTTP.
class FieldStage {
public:
    FieldStage();
    ~FieldStage();
    FieldStage(const FieldStage&) = delete;
    FieldStage& operator=(const FieldStage&) = delete;

    /// The application `portal`, with these lines in its `spec`.
    void declare(const std::string& spec_lines);
    /// Other documents beside it.
    void declare_beside(std::string documents) { beside_ = std::move(documents); }
    /// A file beside the manifest.
    void file(const std::string& name, std::string bytes) { files_[name] = std::move(bytes); }

    /// `now`: when it is made; the tenant's time otherwise.
    [[nodiscard]] plan::Plan plan(std::optional<std::chrono::system_clock::time_point> now = {});
    /// Plans and applies; the test fails when a step does.
    plan::Plan apply();
    /// The same, and what came of it.
    [[nodiscard]] apply::ApplyResult try_to_apply();

    /// What the tenant holds as `portal`; null when it holds none.
    [[nodiscard]] nlohmann::json there();
    /// Its service principal.
    [[nodiscard]] nlohmann::json principal();
    /// Somebody changes it in the portal.
    void damage(const nlohmann::json& patch);
    void damage_principal(const nlohmann::json& patch);

    /// What regent says of `spec_lines` before it looks at any tenant.
    [[nodiscard]] std::string complaints(const std::string& spec_lines);

    [[nodiscard]] provider::graph::test::Tenant& tenant() { return tenant_; }
    [[nodiscard]] model::Snapshot look();

private:
    [[nodiscard]] plan::DesiredGraph desired();

    provider::graph::test::Tenant tenant_;
    std::filesystem::path folder_;
    std::unique_ptr<store::Store> store_;
    std::string lines_, beside_;
    std::map<std::string, std::string> files_;
    int operations_ = 0;
};

/// A file of tests/fields/files.
[[nodiscard]] std::string file_text(const std::string& name);
/// Paths of the attributes that a plan changes.
[[nodiscard]] std::set<std::string> changed_paths(const plan::Plan& plan);
/// A plan's changes in words, for messages of tests.
[[nodiscard]] std::string words_of(const plan::Plan& plan);

}  // namespace regent::fields::testing
