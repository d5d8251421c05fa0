#pragma once

#include "plan/diff.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"
#include "plan/role_changes.hpp"
#include "plan/secrets.hpp"
#include "plan/steps.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// One attribute of an object, and what differs in it.
struct Compared {
    const ResolvedAttribute* resolved = nullptr;
    AttributeDiff diff;

    [[nodiscard]] std::string path() const { return std::string(resolved->attribute->path); }
    /// Written by the object's own request, not by one of its own.
    [[nodiscard]] bool is_core() const { return !resolved->attribute->own_step; }
};

/// A connector that signs in by something until a step of this plan has been carried out.
struct UserUntilThen {
    model::Address connector;
    std::string step;  ///< the key of that step
};

/// An element of a set that goes only after connectors that sign in by it until then were saved, or deleted.
struct LetGo {
    std::string path;
    model::Value element;
    std::vector<UserUntilThen> users;
    model::Value mark;  ///< null: it has none
};

/// Sets of marks: what can be written now, and with what is known later.
struct Marks {
    model::List known, whole;
    bool changed = false;
    bool outlive = false;  ///< `known` holds some that go only after the elements they are about
    [[nodiscard]] bool waits() const { return outlive || known.size() != whole.size(); }
};

/// One desired object while it is planned: what is known of it, what was found to differ, and how its steps come into
/// the plan. plan_object() fills it from top to bottom; each of the files object_*.cpp is one stretch of that way.
class ObjectWork {
public:
    ObjectWork(const Item& item, const Items& items, const UpdatedConnectors& updated, const Secrets& secrets,
               const History& history, StepGraph& steps, Plan& plan);
    ObjectWork(const ObjectWork&) = delete;
    ObjectWork& operator=(const ObjectWork&) = delete;

    const Item& item;
    const Items& items;
    const UpdatedConnectors& updated;
    StepGraph& steps;
    Plan& plan;
    const model::Address& address;
    const model::Map* applied = nullptr;      ///< what the last run left it with; null when nobody remembers
    const FormerObject* former = nullptr;     ///< remembered under another name of the environment
    Delivery delivery;                        ///< of a connector: the client secret that it is to be written with
    const SecretPlan* secret_plan = nullptr;  ///< of an application
    std::vector<std::string> observed_marks;

    ResourceChange change;           ///< the object's line in the plan
    std::vector<Compared> compared;  ///< in the order of the attribute table
    std::vector<LetGo> let_go;
    Marks marks;           ///< those of what is let go later are in both lists
    bool planned = false;  ///< there is a step for it

    /// The whole object is sent, and not what changes of it.
    [[nodiscard]] bool writes_everything() const;
    /// Marks can be sent before what they wait for is known.
    [[nodiscard]] bool marks_are_early() const;
    /// The secret that a connector signs in with; to be asked only where `delivery.deliver`.
    [[nodiscard]] model::Reference secret_reference() const;

    /// A step about this object; `part` as in Step::part.
    Step& add_step(const std::string& key, std::string part, Work work);
    /// Lets the step `key` come after those that bring forth what `value` refers to.
    void after_references(const std::string& key, const model::Value& value);

private:
    void add_whereabouts(Step& step) const;
    [[nodiscard]] bool is_awaited(const model::Reference& reference) const;
    std::string awaited(const model::Address& connector);
    void add_await(const model::Address& connector);

    std::shared_ptr<const model::ObservedResource> shared_observed_;
};

/// What becomes of the role that an element of `compared` is about; nothing where it is about none of an application
/// that this plan knows.
[[nodiscard]] RoleChange change_of_role(const ObjectWork& work, const Compared& compared, const model::Value& element);
/// The key of the step that carries out `change` in an attribute with requests of its own. What hangs on a role that
/// goes is taken away by a step of its own, before the role.
[[nodiscard]] std::string part_key(const ObjectWork& work, const Compared& compared, const Change& change);
/// What is there in `path` as this plan sees it: without what others declare, and roles by the names that they are to
/// have.
void tell_observed(Step& step, const std::string& path, model::List there);
/// "arm" of a reference to the client secret of that name.
[[nodiscard]] std::string secret_name(const model::Reference& reference);
/// An element's name; a member of a set is called what it is, or whose it will be.
[[nodiscard]] std::string part_name(const Change& change);
/// The element that a change adds, or the one that it takes away.
[[nodiscard]] const model::Value& changed_element(const Change& change);
/// "2 redirect URIs"
[[nodiscard]] std::string plural(std::size_t count, std::string_view word);

}  // namespace regent::plan
