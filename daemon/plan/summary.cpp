#include "plan/summary.hpp"

namespace regent::plan {

void count(Plan& plan) {
    plan.summary = {};
    for (const auto& resource : plan.resources) {
        switch (resource.action) {
            case Action::none:
                ++plan.summary.unchanged;
                break;
            case Action::create:
                ++plan.summary.create;
                break;
            case Action::adopt:
                ++plan.summary.adopt;
                break;
            case Action::update:
                ++plan.summary.update;
                break;
            case Action::replace:
                ++plan.summary.replace;
                break;
            case Action::remove:
                ++plan.summary.remove;
                break;
        }
    }
    plan.deletes = plan.summary.remove + plan.summary.replace;
    for (const auto& step : plan.steps) {
        if (step.work == Work::add && step.part.rfind("clientSecrets/", 0) == 0) ++plan.summary.secrets;
    }
}

}  // namespace regent::plan
