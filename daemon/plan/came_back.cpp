#include "plan/came_back.hpp"

#include "model/attributes.hpp"
#include "plan/summary.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace regent::plan {
namespace {

bool is_about_secrets(const Step& step) {
    return step.part.rfind(model::path::client_secrets, 0) == 0 ||
           step.part.rfind(model::path::secret_deliveries, 0) == 0;
}

/// The ids that the service principals of `back` have.
std::set<std::string> principals_of(const CameBack& back, const model::Snapshot& observed) {
    std::set<std::string> ids;
    for (const auto& address : back.objects) {
        const auto it = observed.resources.find(address);
        if (it == observed.resources.end()) continue;
        const auto id = it->second.outputs.find(model::output::service_principal_id);
        if (id != it->second.outputs.end() && !id->second.empty()) ids.insert(id->second);
    }
    return ids;
}

class Rest {
public:
    Rest(const Plan& plan, const CameBack& back, const model::Snapshot& observed)
        : plan_(plan), back_(back), principals_(principals_of(back, observed)) {}

    Plan take() {
        auto rest = plan_;
        std::erase_if(rest.withheld, [&](const Withheld& withheld) {
            return withheld.why != Withheld::Why::unvouched || back_.left_alone.contains(withheld.address);
        });
        rest.problems.clear();
        rest.agreements.clear();
        std::set<int> kept;
        std::map<model::Address, std::set<std::string>> written;
        std::erase_if(rest.steps, [&](const Step& step) {
            const bool is_ready =
                std::all_of(step.after.begin(), step.after.end(), [&](int id) { return kept.contains(id); });
            if (!is_ready || !is_meant(step)) return true;
            kept.insert(step.id);
            written[step.address].insert(step.changed.begin(), step.changed.end());
            return false;
        });
        std::erase_if(rest.resources, [&](auto& resource) {
            const auto paths = written.find(resource.address);
            if (paths == written.end()) return true;
            std::erase_if(resource.changes, [&](const auto& change) { return !paths->second.contains(change.path); });
            return false;
        });
        count(rest);
        return rest;
    }

private:
    bool is_meant(const Step& step) const {
        if (back_.left_alone.contains(step.address) || is_about_secrets(step)) return false;
        // One that a look does not show yet is not made anew.
        const bool is_creation = step.work == Work::create || step.work == Work::adopt || step.work == Work::remove;
        if (is_creation || action_of(step.address) != Action::update) return false;
        return back_.objects.contains(step.address) || is_about_what_came_back(step);
    }

    Action action_of(const model::Address& address) const {
        const auto it = std::find_if(plan_.resources.begin(), plan_.resources.end(),
                                     [&](const auto& resource) { return resource.address == address; });
        return it == plan_.resources.end() ? Action::none : it->action;
    }

    /// Of another application: who holds a role of it again, or is given one, which is marked before; or owns it now.
    bool is_about_what_came_back(const Step& step) const {
        if (makes_it_an_owner(step)) return true;
        const bool marks = step.part.empty() && step.changed.size() == 1 && step.changed.contains(model::path::marks);
        const auto it = std::find_if(plan_.resources.begin(), plan_.resources.end(),
                                     [&](const auto& resource) { return resource.address == step.address; });
        if ((!marks && step.part != model::path::assigned_applications) || it == plan_.resources.end()) return false;
        return std::any_of(it->changes.begin(), it->changes.end(), [&](const Change& change) {
            const auto& element = change.op == Change::Op::remove ? change.before : change.after;
            const auto* principal = element.find("principal");
            return change.path == model::path::assigned_applications && principal != nullptr &&
                   principals_.contains(principal->text_or({}));
        });
    }

    bool makes_it_an_owner(const Step& step) const {
        for (const auto path : {model::path::owners, model::path::principal_owners}) {
            const auto it = step.work == Work::add ? step.values.find(path) : step.values.end();
            const auto* list = it == step.values.end() ? nullptr : it->second.as_list();
            if (list != nullptr && std::any_of(list->begin(), list->end(), [&](const auto& owner) {
                    return principals_.contains(owner.text_or({}));
                }))
                return true;
        }
        return false;
    }

    const Plan& plan_;
    const CameBack& back_;
    const std::set<std::string> principals_;
};

}  // namespace

Plan only_what_came_back(const Plan& plan, const CameBack& back, const model::Snapshot& observed) {
    return Rest(plan, back, observed).take();
}

}  // namespace regent::plan
