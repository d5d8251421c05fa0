#pragma once

#include "plan/plan.hpp"
#include "report/run_report.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace regent::report::testing {

/// A report with the plan it points to.
struct Case {
    plan::Plan plan;
    RunReport report;
    Case();
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;

    plan::ResourceChange& resource(const model::Address& address, plan::Action action, plan::Reason reason,
                                   model::Place place);
    plan::Step& step(int wave, plan::Work work, const model::Address& address, std::vector<int> after = {},
                     std::string summary = "", std::string part = "");
};

struct NamedCase {
    std::string name;  ///< the folder under tests/report/golden
    std::function<std::unique_ptr<Case>()> make;
};
[[nodiscard]] const std::vector<NamedCase>& all_cases();
[[nodiscard]] std::unique_ptr<Case> case_named(const std::string& name);

/// Changes, as the planner writes them.
[[nodiscard]] plan::Change set(std::string path, model::Value before, model::Value after);
[[nodiscard]] plan::Change add(std::string path, model::Value member);
[[nodiscard]] plan::Change remove(std::string path, model::Value member);
[[nodiscard]] plan::Change named(plan::Change change, std::string element);
[[nodiscard]] plan::Change drifted(plan::Change change);

}  // namespace regent::report::testing
