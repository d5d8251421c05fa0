#include "plan/object_parts.hpp"

#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "plan/canonical.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/let_go.hpp"
#include "plan/set_parts.hpp"
#include "plan/trust_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

namespace regent::plan {
namespace {

using model::Address;
using model::List;
using model::Map;

class PartPlanner {
public:
    explicit PartPlanner(ObjectWork& work) : work_(work) {}

    void run() {
        for (const auto& compared : work_.compared) {
            if (compared.is_core()) continue;
            if (!compared.resolved->attribute->part.empty()) {
                plan_shared_part(compared);
            } else if (compared.resolved->attribute->compare == model::Compare::named) {
                plan_named_parts(compared);
            } else if (compared.resolved->attribute->compare == model::Compare::set) {
                if (compared.resolved->attribute->one_by_one) {
                    plan_members(compared);
                } else {
                    plan_set_parts(compared);
                }
            } else if (!compared.diff.changes.empty() && asks_for_something(compared)) {
                const auto key = StepGraph::key(work_.address, compared.path());
                auto& step = work_.add_step(key, compared.path(), Work::add);
                step.changed = {compared.path()};
                step.values.emplace(compared.path(), compared.resolved->value);
                if (compared.path() == model::path::service_principal) bring_back_principal(step);
                work_.steps.after(key, StepGraph::key(work_.address));
            }
        }
    }

private:
    /// What is set once by a request of its own can be replaced, and not be taken away.
    static bool asks_for_something(const Compared& compared) {
        return compared.resolved->value != compared.resolved->attribute->fallback;
    }

    /// A service principal that was deleted by itself is not made anew: assignments, consent and access to Azure hang
    /// on its object id.
    void bring_back_principal(Step& step) const {
        if (work_.item.observed == nullptr || work_.item.is_made_anew()) return;
        const auto id = model::principal_in_bin_of(*work_.item.observed);
        if (id.empty()) return;
        step.restore = true;
        work_.change.warnings.push_back(fmt::format(
            "its service principal ({}) lies in the recycle bin and is restored, with what people were assigned and "
            "consented to; what the manifest manages of that is then made as it says, in the same apply",
            id));
    }

    /// Members of a set that come and go one by one. New ones come first, so that at no time there is nobody.
    void plan_members(const Compared& compared) {
        std::vector<std::string> additions;
        for (const auto op : {Change::Op::add, Change::Op::remove}) {
            for (const auto& change : compared.diff.changes) {
                if (change.op != op) continue;
                const auto key = part_key(work_, compared, change);
                const auto& member = op == Change::Op::add ? change.after : change.before;
                auto& step = work_.add_step(key, compared.path() + "/" + part_name(change),
                                            op == Change::Op::add ? Work::add : Work::drop);
                step.changed = {compared.path()};
                step.values.emplace(compared.path(), List{member});
                if (change.place.known()) step.place = change.place;
                work_.steps.after(key, StepGraph::key(work_.address));
                const auto below = compared.resolved->attribute->below;
                if (!below.empty()) work_.steps.after(key, StepGraph::key(work_.address, std::string(below)));
                work_.after_references(key, member);
                if (op == Change::Op::add) additions.push_back(key);
                if (op == Change::Op::add) continue;
                for (const auto& addition : additions) work_.steps.after(key, addition);
            }
        }
    }

    /// Properties that one request writes together.
    void plan_shared_part(const Compared& compared) {
        if (compared.diff.changes.empty()) return;
        const std::string part(compared.resolved->attribute->part);
        const auto key = StepGraph::key(work_.address, part);
        auto& step = work_.add_step(key, part, Work::change);
        step.changed.insert(compared.path());
        step.values.insert_or_assign(compared.path(), compared.diff.whole);
        after_service_principal(key, work_.address);
    }

    void plan_set_parts(const Compared& compared) {
        const auto& attribute = *compared.resolved->attribute;
        std::map<std::string, SetPart> by_part;
        for (const auto& change : compared.diff.changes) {
            const auto part = part_of_element(attribute, changed_element(change));
            const bool early = part_key(work_, compared, change) != StepGraph::key(work_.address, part);
            auto& into = by_part[part];
            (early ? into.early : into.changes).push_back(&change);
        }
        for (const auto& [part, of_part] : by_part) {
            if (!of_part.changes.empty()) plan_set_part(compared, part, of_part);
            if (!of_part.early.empty()) plan_early_drops(compared, part, of_part);
        }
    }

    /// What changes of a set in one part: with its own request, and with one that has to come before a role goes.
    struct SetPart {
        std::vector<const Change*> changes, early;
    };

    void plan_set_part(const Compared& compared, const std::string& part, const SetPart& of_part) {
        const auto& changes = of_part.changes;
        const auto key = StepGraph::key(work_.address, part);
        auto& step = work_.add_step(key, part,
                                    all_are(changes, Change::Op::add)      ? Work::add
                                    : all_are(changes, Change::Op::remove) ? Work::drop
                                                                           : Work::change);
        step.changed = {compared.path()};
        step.values.emplace(compared.path(),
                            elements_of_part(*compared.resolved->attribute, part, compared.diff.whole));
        add_role_ids(step, *compared.resolved);
        step.summary = summary_of(changes);
        if (changes.front()->place.known()) step.place = changes.front()->place;
        tell_observed(step, compared.path(), without(*compared.resolved->observed.as_list(), of_part.early));
        after_service_principal(key, work_.address);
        after_origins(key, *compared.resolved, part);
        if (is_marked_later(changes)) work_.steps.after(key, StepGraph::key(work_.address, {}, "complete"));
        for (const auto& later : later_roles(compared, changes)) work_.steps.after(key, later);
    }

    /// Roles are given by their ids, and this plan says which ones those are: asked by its name, one whose name goes
    /// over to another id is told as it was, until the change is seen everywhere.
    void add_role_ids(Step& step, const ResolvedAttribute& resolved) const {
        const auto path = resolved.attribute->path;
        if (role_member_of(path).empty()) return;
        auto ids = path == model::path::consented_roles ? permission_ids(work_.item, work_.items, path)
                                                        : own_role_ids(work_.item, resolved);
        if (!ids.empty()) step.values.emplace(model::path::permission_ids, std::move(ids));
    }

    /// The assignments of a role that goes, which go before it: nobody could name its role any more, nor tell by a mark
    /// whose they were. Those who are given another one have it by then, where that can be.
    void plan_early_drops(const Compared& compared, const std::string& part, const SetPart& of_part) {
        const auto& attribute = *compared.resolved->attribute;
        const auto key = part_key(work_, compared, *of_part.early.front());
        const auto others = StepGraph::key(work_.address, part);
        std::set<std::string> goes_with;
        bool at_once = false;
        for (const auto* change : of_part.early) {
            const auto role = change_of_role(work_, compared, change->before);
            at_once = at_once || role.goes == RoleChange::When::with_own_request;
            goes_with.insert(role.key(role.goes));
        }
        const bool last = !of_part.changes.empty() && !at_once && !is_marked_later(of_part.changes) &&
                          later_roles(compared, of_part.changes).empty();
        const auto& there = *compared.resolved->observed.as_list();
        auto before = last ? elements_of_part(attribute, part, compared.diff.whole) : there;
        if (last) append(before, of_part.early);
        auto& step = work_.add_step(key, part, Work::drop);
        step.changed = {compared.path()};
        step.values.emplace(compared.path(), elements_of_part(attribute, part, without(before, of_part.early)));
        step.summary = summary_of(of_part.early);
        tell_observed(step, compared.path(), canonical_set(before));
        if (last) work_.steps.after(key, others);
        // What is not ours yet is not touched before it is.
        const bool is_ours = work_.item.standing == Standing::there;
        if (!at_once || !is_ours) after_service_principal(key, work_.address);
        for (const auto& with : goes_with)
            if (is_ours || with != StepGraph::key(work_.address)) work_.steps.before(key, with);
    }

    /// The requests that bring the roles that `changes` give only after others were disabled.
    std::set<std::string> later_roles(const Compared& compared, const std::vector<const Change*>& changes) const {
        std::set<std::string> keys;
        for (const auto* change : changes) {
            if (change->op != Change::Op::add) continue;
            const auto role = change_of_role(work_, compared, change->after);
            if (role.comes == RoleChange::When::after_disabling) keys.insert(role.key(role.comes));
        }
        return keys;
    }

    /// Marked before it is given, so that nobody is given anything that nobody would take away.
    static bool is_marked_later(const std::vector<const Change*>& changes) {
        return all_are(changes, Change::Op::add) &&
               std::any_of(changes.begin(), changes.end(), [](const auto* change) { return !is_known(change->after); });
    }

    static bool all_are(const std::vector<const Change*>& changes, Change::Op op) {
        return std::all_of(changes.begin(), changes.end(), [&](const auto* change) { return change->op == op; });
    }

    static List without(List elements, const std::vector<const Change*>& drops) {
        for (const auto* drop : drops) std::erase(elements, drop->before);
        return elements;
    }

    static void append(List& elements, const std::vector<const Change*>& drops) {
        for (const auto* drop : drops) elements.push_back(drop->before);
    }

    /// "User.Read, Mail.Send"; of assignments their number.
    static std::string summary_of(const std::vector<const Change*>& changes) {
        std::string names;
        for (const auto* change : changes) {
            const auto* name = changed_element(*change).find("name");
            if (name == nullptr) return plural(changes.size(), "assignment");
            names += (names.empty() ? "" : ", ") + name->text_or({});
        }
        return names;
    }

    void after_service_principal(const std::string& key, const Address& address) {
        work_.steps.after(key, StepGraph::key(address));
        work_.steps.after(key, StepGraph::key(address, model::path::service_principal));
    }

    /// What others bring forth has to be there as a whole, also where its id is known already: a role that is assigned
    /// may come with this plan.
    void after_origins(const std::string& key, const ResolvedAttribute& resolved, const std::string& part) {
        for (const auto& element : resolved.elements) {
            if (part_of_element(*resolved.attribute, element.value) != part) continue;
            for (const auto& reference : references_in(element.element->value))
                after_service_principal(key, reference.address);
        }
    }

    /// Elements that come, change and go by requests of their own. New ones come first, so that at no time there is
    /// nobody; what they need the place of goes before them.
    void plan_named_parts(const Compared& compared) {
        const bool is_trust = compared.path() == model::path::federated_credentials;
        static const std::vector<Change> none;
        const auto* there = compared.resolved->observed.as_map();
        const TrustOrder order(is_trust ? compared.diff.changes : none, there == nullptr ? 0 : there->size(),
                               [&](const Change& goes) { return !connectors_using(work_, goes.before).empty(); });
        for (const auto& change : compared.diff.changes) {
            const bool anew = order.comes_anew(change) || is_made_anew(compared, change);
            plan_element(compared, change, anew);
            if (anew) plan_old_element(compared, change);
            for (const auto* earlier : order.before(change))
                work_.steps.after(part_key(work_, compared, change), order.comes_anew(*earlier)
                                                                         ? old_key(compared, *earlier)
                                                                         : part_key(work_, compared, *earlier));
        }
        for (const auto& goes : compared.diff.changes) {
            if (goes.op == Change::Op::remove && !order.is_in_the_way(goes)) go_last(compared, goes);
        }
    }

    void plan_element(const Compared& compared, const Change& change, bool anew) {
        const auto key = part_key(work_, compared, change);
        const auto work = change.op == Change::Op::remove        ? Work::drop
                          : anew || change.op == Change::Op::add ? Work::add
                                                                 : Work::change;
        auto& step = work_.add_step(key, compared.path() + "/" + change.element, work);
        step.changed = {compared.path()};
        step.values.emplace(compared.path(), Map{{change.element, changed_element(change)}});
        if (change.place.known()) step.place = change.place;
        work_.steps.after(key, StepGraph::key(work_.address));
        work_.after_references(key, change.after);
        if (work != Work::add) after_its_users(key, change);
    }

    /// What cannot be changed in its place goes first.
    void plan_old_element(const Compared& compared, const Change& change) {
        const auto key = old_key(compared, change);
        auto& step = work_.add_step(key, compared.path() + "/" + change.element, Work::drop);
        step.changed = {compared.path()};
        step.values.emplace(compared.path(), Map{{change.element, change.before}});
        work_.steps.after(key, StepGraph::key(work_.address));
        after_its_users(key, change);
        work_.steps.after(part_key(work_, compared, change), key);
    }

    /// After what comes, which may be refused. Not after what waits for another object itself, perhaps for long.
    void go_last(const Compared& compared, const Change& goes) {
        for (const auto& comes : compared.diff.changes) {
            if (comes.op == Change::Op::remove || !is_known(comes.after)) continue;
            if (comes.op == Change::Op::set && trust_of(comes.before) == trust_of(comes.after)) continue;
            work_.steps.after_if_possible(part_key(work_, compared, goes), part_key(work_, compared, comes));
        }
    }

    void after_its_users(const std::string& key, const Change& change) {
        for (const auto& user : connectors_using(work_, change.before)) work_.steps.after(key, user.step);
    }

    std::string old_key(const Compared& compared, const Change& change) const {
        return StepGraph::key(work_.address, compared.path() + "/" + change.element, "old");
    }

    static bool is_made_anew(const Compared& compared, const Change& change) {
        return compared.resolved->attribute->immutable_elements && change.op == Change::Op::set;
    }

    ObjectWork& work_;
};

}  // namespace

void plan_parts(ObjectWork& work) {
    PartPlanner(work).run();
}

}  // namespace regent::plan
