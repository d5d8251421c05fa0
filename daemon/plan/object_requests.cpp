#include "plan/object_requests.hpp"

#include "model/attributes.hpp"
#include "plan/audience.hpp"
#include "plan/canonical.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/role_changes.hpp"
#include "plan/sign_in_change.hpp"
#include "plan/title_handover.hpp"
#include "plan/uri_handover.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace regent::plan {
namespace {

using model::List;
using model::Map;
using model::Value;

/// What a value that is waited for is to an attribute's reader.
std::string_view awaited_thing(std::string_view path) {
    if (path.rfind("redirectUris", 0) == 0) return "redirect URI";
    if (path == model::path::identifier_uris) return "identifier URI";
    if (path == model::path::permissions) return "permission";
    if (path == model::path::pre_authorized) return "pre-authorization";
    return path == model::path::known_clients ? "known client" : "value";
}

class OwnRequests {
public:
    explicit OwnRequests(ObjectWork& work) : work_(work) {}

    void run() {
        find_what_is_disabled_first();
        find_what_personal_accounts_wait_for();
        plan_core();
        plan_what_was_disabled();
        plan_complete();
        plan_letting_go();
        plan_personal_accounts();
    }

private:
    /// What they forbid and steps of their own take away goes first; what the first request takes away goes with it.
    void find_what_personal_accounts_wait_for() {
        const bool lets_in =
            std::any_of(work_.change.changes.begin(), work_.change.changes.end(), lets_personal_accounts_in);
        const bool drops_secrets = work_.secret_plan != nullptr && !work_.secret_plan->drops.empty();
        personal_accounts_wait_ = lets_in && work_.item.observed != nullptr && !work_.item.is_made_anew() &&
                                  (drops_secrets || !disable_first_.first.empty() || !work_.let_go.empty());
    }

    void find_what_is_disabled_first() {
        if (work_.item.observed == nullptr || work_.item.is_made_anew()) return;
        std::vector<ExposedAttribute> exposed;
        for (const auto& compared : work_.compared) {
            if (!compared.resolved->attribute->exposed) continue;
            exposed.push_back({compared.path(), compared.resolved->observed.as_map(), compared.diff.whole.as_map()});
        }
        disable_first_ = disable_first(exposed);
    }

    /// Whether some clients have to wait for their scopes.
    static bool send_exposed(const std::map<std::string, Map, std::less<>>& exposed, Map& sent) {
        for (const auto& [path, elements] : exposed) sent.insert_or_assign(path, Value(elements));
        const auto scopes = exposed.find(model::path::exposed_scopes);
        const auto clients = sent.find(model::path::pre_authorized);
        if (scopes == exposed.end() || clients == sent.end()) return false;
        auto first = clients_of(*clients->second.as_list(), scopes->second);
        const bool some_wait = first.size() != clients->second.as_list()->size();
        clients->second = std::move(first);
        return some_wait;
    }

    void plan_core() {
        auto sent = values(false);
        clients_wait_ = send_exposed(disable_first_.first, sent);
        auto changed = changed_paths(sent);
        if (personal_accounts_wait_) changed.erase(std::string(model::path::sign_in_audience));
        if (!work_.writes_everything() && work_.item.standing != Standing::unclaimed && changed.empty()) return;
        const auto key = StepGraph::key(work_.address);
        const auto holder = title_holder(work_.item, work_.items);
        const auto& orphan = work_.item.after_removal;
        if (work_.item.standing == Standing::outdated) {
            const auto removal = StepGraph::key(work_.address, "old");
            auto& step = work_.steps.add(removal, work_.address, {}, Work::remove);
            step.place = work_.item.desired->place;
            step.reason = Reason::immutable_changed;
            step.observed = std::make_shared<const model::ObservedResource>(*work_.item.observed);
            work_.add_step(key, {}, Work::create);
            work_.steps.after(key, removal);
            // The old one stays until everything is there that the new one needs.
            for (const auto& path : changed) {
                if (const auto it = sent.find(path); it != sent.end()) work_.after_references(removal, it->second);
            }
            if (holder && !is_in_circle_of_titles(work_.item, work_.items))
                work_.steps.after(removal, StepGraph::key(*holder, "old"));
            if (orphan) work_.steps.after(removal, *orphan);
        }
        auto& step = work_.add_step(key, {},
                                    work_.item.is_made_anew() || work_.item.standing == Standing::in_bin ? Work::create
                                    : work_.item.standing == Standing::unclaimed                         ? Work::adopt
                                                                                 : Work::update);
        step.restore = work_.item.standing == Standing::in_bin;
        for (const auto& giver : work_.item.comes_after)
            work_.steps.after(key, step_letting_go_of_uris(work_.items, giver));
        if (holder) work_.steps.after(key, StepGraph::key(*holder, "old"));
        if (orphan) work_.steps.after(key, *orphan);
        if (step.work == Work::adopt) step.adopt_id = work_.item.desired->management.adopt;
        for (const auto& path : changed) {
            if (const auto it = sent.find(path); it != sent.end()) work_.after_references(key, it->second);
        }
        const auto begins = work_.item.standing == Standing::outdated ? StepGraph::key(work_.address, "old") : key;
        if (signs_in_anew(work_.item)) after_application(begins);
        step.changed = std::move(changed);
        step.values = std::move(sent);
        tell_permissions_there(step);
        if (step.work == Work::adopt) tell_what_is_there(step.values);
        if (!disable_first_.disabled.empty())
            step.summary = fmt::format("disables {}", fmt::join(disable_first_.disabled, ", "));
    }

    /// From when a connector signs in in another way, or as another application, until its application accepts that,
    /// nobody gets tokens: all that can be done before the connector is saved is done before, and its failure leaves
    /// the connector as it was. A trust in an identity that comes with the save waits for it: that is a circle.
    void after_application(const std::string& key) {
        const auto application = application_of(*work_.item.desired);
        if (!application) return;
        work_.steps.after_if_possible(key, StepGraph::key(*application));
        work_.steps.after_if_possible(key, StepGraph::key(*application, model::path::service_principal));
        const auto it = work_.items.find(*application);
        if (it == work_.items.end()) return;
        for (const auto& needed : needed_to_sign_in(work_.address, *it->second.desired))
            if (needed.path == model::path::federated_credentials)
                work_.steps.after_if_possible(
                    key, StepGraph::key(*application, fmt::format("{}/{}", needed.path, needed.element->name)));
    }

    /// A permission whose name goes over to another id is told by the id that it has until now.
    void tell_permissions_there(Step& step) const {
        for (const auto& compared : work_.compared) {
            const auto* there = compared.resolved->observed.as_list();
            if (compared.path() == model::path::permissions && there != nullptr && !compared.resolved->read_as.empty())
                tell_observed(step, compared.path(), *there);
        }
    }

    /// What has requests of its own and needs none of them is in no other step. It is told with the adoption, so that
    /// it is remembered as found, and the first change to it is known for one that was made outside.
    void tell_what_is_there(Map& values) const {
        for (const auto& compared : work_.compared) {
            const bool is_as_asked = compared.diff.changes.empty() && !compared.diff.waits;
            if (!compared.is_core() && is_as_asked && !compared.diff.whole.is_null())
                values.emplace(compared.path(), compared.diff.whole);
        }
    }

    void plan_what_was_disabled() {
        if (disable_first_.first.empty()) return;
        const auto key = key_after_disabling(work_.address);
        const bool in_two = !disable_first_.meanwhile.empty() && is_taken_away_before(work_.item, work_.items);
        auto& step = work_.add_step(key, {}, Work::complete);
        step.values = values(false);
        for (const auto& [path, first] : disable_first_.first) step.changed.insert(path);
        if (clients_wait_) step.changed.emplace(model::path::pre_authorized);
        step.summary = fmt::format("{}", fmt::join(in_two ? disable_first_.then_last : disable_first_.then, ", "));
        work_.steps.after(key, StepGraph::key(work_.address));
        if (in_two) plan_what_changes_in_place(key);
    }

    /// What goes may have to wait for others, who have to be rid of it first. What only changes is not off for as long.
    void plan_what_changes_in_place(const std::string& last) {
        const auto key = StepGraph::key(work_.address, {}, "what changes in place");
        auto& step = work_.add_step(key, {}, Work::complete);
        step.values = values(false);
        auto exposed = disable_first_.first;
        for (const auto& [path, meanwhile] : disable_first_.meanwhile) {
            exposed.insert_or_assign(path, meanwhile);
            step.changed.insert(path);
        }
        send_exposed(exposed, step.values);
        if (clients_wait_) step.changed.emplace(model::path::pre_authorized);
        step.summary = fmt::format("{}", fmt::join(disable_first_.then_meanwhile, ", "));
        work_.steps.after(key, StepGraph::key(work_.address));
        work_.steps.after(last, key);
    }

    /// Late values that other steps bring forth. What the object itself brings forth (api://{appId}) need not wait for
    /// others.
    void plan_complete() {
        for (const bool own : {true, false}) {
            std::set<std::string, std::less<>> changed;
            std::string summary;
            for (const auto& compared : work_.compared) {
                if (!compared.is_core() || !compared.diff.waits || !compared.resolved->attribute->late) continue;
                if (waits_for_itself_only(compared.diff.whole) != own) continue;
                changed.insert(compared.path());
                const auto count = waiting_in(compared);
                summary += (summary.empty() ? "" : ", ") + plural(count, awaited_thing(compared.path()));
            }
            if (!own && work_.marks.waits() && !work_.marks_are_early()) changed.emplace(model::path::marks);
            if (changed.empty()) continue;
            const auto key = StepGraph::key(work_.address, {}, own ? "complete itself" : "complete");
            auto& step = work_.add_step(key, {}, Work::complete);
            step.values = values(true);
            step.summary = summary.empty() ? "marks" : std::move(summary);
            step.reason = Reason::value_known_now;
            work_.steps.after(key, StepGraph::key(work_.address));
            work_.steps.after(key, key_after_disabling(work_.address));
            for (const auto& path : changed) {
                work_.after_references(key, step.values.find(path)->second);
                after_holders(key, path);
            }
            if (changed.contains(model::path::marks)) after_what_is_marked(key);
            step.changed = std::move(changed);
        }
    }

    static std::size_t waiting_in(const Compared& compared) {
        const auto& elements = compared.resolved->elements;
        return static_cast<std::size_t>(
            std::count_if(elements.begin(), elements.end(), [](const auto& element) { return element.waits(); }));
    }

    /// Taken when whoever has it until then was written without it.
    void after_holders(const std::string& key, const std::string& path) {
        for (const auto& compared : work_.compared) {
            if (compared.path() != path) continue;
            for (const auto& element : compared.resolved->elements)
                if (element.holder) work_.steps.after(key, *element.holder);
        }
    }

    /// Expand, then contract: what a connector signs in by goes when the connector was saved without it, or is gone.
    void plan_letting_go() {
        if (work_.let_go.empty()) return;
        const auto key = StepGraph::key(work_.address, {}, "let go");
        auto& step = work_.add_step(key, {}, Work::complete);
        step.values = values(true, false);
        std::set<std::string> users;
        for (const auto& later : work_.let_go) {
            step.changed.insert(later.path);
            if (!later.mark.is_null()) step.changed.emplace(model::path::marks);
            for (const auto& user : later.users) {
                work_.steps.after(key, user.step);
                users.insert(to_string(user.connector));
            }
        }
        step.summary =
            fmt::format("lets go of {}, after {}", plural(work_.let_go.size(), "redirect URI"), fmt::join(users, ", "));
        for (const auto* earlier : {"", "complete itself", "complete"})
            work_.steps.after(key, StepGraph::key(work_.address, {}, earlier));
        work_.steps.after(key, key_after_disabling(work_.address));
    }

    void plan_personal_accounts() {
        if (!personal_accounts_wait_) return;
        const auto key = StepGraph::key(work_.address, {}, "personal accounts");
        auto& step = work_.add_step(key, {}, Work::complete);
        step.values = values(true, false);
        step.changed.emplace(model::path::sign_in_audience);
        step.summary = "lets personal accounts sign in";
        for (const auto* earlier : {"", "complete itself", "complete", "let go"})
            work_.steps.after(key, StepGraph::key(work_.address, {}, earlier));
        work_.steps.after(key, key_after_disabling(work_.address));
        if (work_.secret_plan == nullptr) return;
        for (const auto& drop : work_.secret_plan->drops) work_.steps.after(key, key_of_drop(work_.address, drop));
    }

    /// `value` with what is let go later, or marks without theirs.
    Value held_back(const std::string& path, Value value) const {
        if (const auto* list = value.as_list()) {
            auto all = *list;
            for (const auto& later : work_.let_go)
                if (later.path == path) all.push_back(later.element);
            if (all.size() != list->size()) return canonical_set(std::move(all));
        }
        return value;
    }
    List marks_without_let_go() const {
        auto marks = work_.marks.whole;
        for (const auto& later : work_.let_go) std::erase(marks, later.mark);
        return marks;
    }

    void after_what_is_marked(const std::string& key) {
        for (const auto& compared : work_.compared) {
            if (compared.is_core()) continue;
            if (compared.path() == model::path::logo && !compared.diff.changes.empty())
                work_.steps.after(key, StepGraph::key(work_.address, compared.path()));
            for (const auto& change : compared.diff.changes) {
                if (change.op == Change::Op::remove) work_.steps.after(key, part_key(work_, compared, change));
            }
        }
    }

    bool waits_for_itself_only(const Value& value) const {
        const auto references = references_in(value);
        return std::all_of(references.begin(), references.end(),
                           [&](const auto& reference) { return reference.address == work_.address; });
    }

    Map values(bool whole, bool before_letting_go = true) const {
        Map values;
        for (const auto& compared : work_.compared) {
            if (!compared.is_core()) continue;
            const auto& diff = compared.diff;
            const bool early = !compared.resolved->attribute->late;
            const auto& value = whole || (diff.waits && early) ? diff.whole : diff.known;
            if (value.is_null()) continue;
            values.insert_or_assign(compared.path(), before_letting_go ? held_back(compared.path(), value) : value);
        }
        const auto& marks = whole || work_.marks_are_early() ? work_.marks.whole : work_.marks.known;
        values.insert_or_assign(std::string(model::path::marks),
                                before_letting_go ? Value(marks) : Value(marks_without_let_go()));
        if (work_.delivery.deliver)
            values.insert_or_assign(std::string(model::path::auth_client_secret), Value(work_.secret_reference()));
        if (auto ids = permission_ids(work_.item, work_.items); !ids.empty())
            values.insert_or_assign(std::string(model::path::permission_ids), Value(std::move(ids)));
        return values;
    }

    std::set<std::string, std::less<>> changed_paths(const Map& sent) const {
        std::set<std::string, std::less<>> changed;
        if (work_.writes_everything()) {
            for (const auto& [path, value] : sent) {
                if (path != model::path::permission_ids) changed.insert(path);
            }
            return changed;
        }
        for (const auto& compared : work_.compared) {
            // A role that is as it should be is disabled all the same with the scope that it is one permission with.
            const bool disabled = disable_first_.first.contains(compared.path());
            if (!compared.is_core() || (compared.diff.changes.empty() && !disabled)) continue;
            const auto it = sent.find(compared.path());
            if (it != sent.end() && it->second != compared.resolved->observed) changed.insert(compared.path());
        }
        if (work_.marks.changed || (work_.marks_are_early() && work_.marks.waits()))
            changed.emplace(model::path::marks);
        if (work_.delivery.deliver) changed.emplace(model::path::auth_client_secret);
        return changed;
    }

    ObjectWork& work_;
    DisableFirst disable_first_;
    bool personal_accounts_wait_ = false;
    bool clients_wait_ = false;  ///< some are pre-authorized for a scope that comes with the second request
};

}  // namespace

void plan_own_requests(ObjectWork& work) {
    OwnRequests(work).run();
}

}  // namespace regent::plan
