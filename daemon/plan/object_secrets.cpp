#include "plan/object_secrets.hpp"

#include "model/attributes.hpp"
#include "model/secret_delivery.hpp"

#include <fmt/format.h>

namespace regent::plan {
namespace {

using model::Map;
using model::Reference;
using model::Value;

std::string days(std::int64_t seconds) {
    return seconds % 86400 == 0 ? fmt::format("{}d", seconds / 86400) : fmt::format("{}h", seconds / 3600);
}

class SecretsOfObject {
public:
    explicit SecretsOfObject(ObjectWork& work) : work_(work) {}

    void describe() {
        if (work_.secret_plan != nullptr) {
            for (const auto& issue : work_.secret_plan->issues) {
                std::string to;
                for (const auto& consumer : issue.consumers) to += (to.empty() ? "" : ", ") + to_string(consumer);
                for (const auto* target : issue.targets)
                    to += (to.empty() ? "" : ", ") + model::delivery_words(*target);
                auto change = secret_change(
                    Change::Op::add, issue.name,
                    fmt::format("valid {} (will be issued; goes to {} only)", validity(*issue.element), to));
                change.place = issue.element->span.begin();
                work_.change.changes.push_back(std::move(change));
            }
            for (const auto& drop : work_.secret_plan->drops) {
                auto change = secret_change(Change::Op::remove,
                                            drop.secret.name.empty() ? drop.secret.display_name : drop.secret.name,
                                            note_of_drop(drop.secret.key_id, drop.note));
                change.drift = drop.drift;
                change.superseded = drop.superseded;
                work_.change.changes.push_back(std::move(change));
            }
            for (const auto& text : work_.secret_plan->undeclared)
                work_.change.undeclared.push_back("clientSecrets: " + text);
            for (const auto& text : work_.secret_plan->undeclared_of_principal)
                work_.change.undeclared.push_back("servicePrincipal.clientSecrets: " + text);
            for (const auto& text : work_.secret_plan->warnings) work_.change.warnings.push_back(text);
            for (const auto& secret : work_.secret_plan->left_alone) leave_secret_alone(secret);
            work_.change.credentials = work_.secret_plan->credentials;
            work_.change.unchanged += work_.secret_plan->unchanged;
        }
        if (!work_.delivery.deliver) return;
        Change change;
        change.path = std::string(model::path::auth_client_secret);
        change.sensitive = true;
        change.note = fmt::format("client secret \"{}\"", secret_name(work_.secret_reference()));
        if (is_saved_whole()) change.note += ": each save takes the present one's place, which nobody can read back";
        change.place = work_.item.desired->attributes.find(model::path::auth_client_secret)->second.span.begin();
        work_.change.changes.push_back(std::move(change));
    }

    void plan_steps() {
        if (work_.secret_plan == nullptr) return;
        const std::string collection(model::path::client_secrets);
        for (const auto& issue : work_.secret_plan->issues) {
            const auto part = collection + "/" + issue.name;
            const auto key = StepGraph::key(work_.address, part);
            auto& step = work_.add_step(key, part, Work::add);
            step.changed = {collection};
            step.values.emplace(collection, Map{{issue.name, issued_value(issue)}});
            step.reason = issue.reason;
            step.place = issue.element->span.begin();
            step.summary = fmt::format("secret \"{}\", valid {}", issue.name, validity(*issue.element));
            work_.steps.after(key, StepGraph::key(work_.address));
            for (const auto& drop : work_.secret_plan->drops)
                if (drop.makes_room || (!drop.secret.name.empty() && issue.after_old_of.contains(drop.secret.name)))
                    work_.steps.after(key, key_of_drop(work_.address, drop));
            for (const auto* target : issue.targets) plan_handing_over(issue, *target, key);
        }
        for (const auto& drop : work_.secret_plan->drops) {
            const auto key = key_of_drop(work_.address, drop);
            auto& step = work_.add_step(key, part_of_drop(drop), Work::drop);
            step.key_id = drop.secret.key_id;
            step.changed = {collection};
            step.summary = drop.note;
            work_.steps.after(key, StepGraph::key(work_.address));
            for (const auto& consumer : drop.after) work_.steps.after(key, StepGraph::key(consumer));
            for (const auto& delivery : drop.after_deliveries) work_.steps.after(key, delivery);
            for (const auto& removal : drop.after_removals) work_.steps.after(key, removal);
            for (const auto& credential : drop.after_trust) work_.steps.after(key, credential);
        }
    }

private:
    Change secret_change(Change::Op op, std::string element, std::string note) const {
        Change change;
        change.path = std::string(model::path::client_secrets);
        change.element = std::move(element);
        change.op = op;
        change.sensitive = true;
        change.note = std::move(note);
        return change;
    }

    /// Of Logic Apps, whose service knows no other way to save a connector than to replace it.
    bool is_saved_whole() const {
        if (work_.item.observed == nullptr || work_.item.is_made_anew()) return false;
        const auto backend = work_.item.observed->attributes.find(model::path::backend);
        return backend != work_.item.observed->attributes.end() &&
               backend->second == Value(std::string(model::backend::logicapps));
    }

    void leave_secret_alone(const SecretPlan::LeftAlone& secret) {
        Withheld withheld;
        withheld.why = secret.why;
        withheld.address = work_.address;
        withheld.place = work_.item.desired->place;
        withheld.message = secret.message;
        withheld.help = secret.help;
        work_.plan.withheld.push_back(std::move(withheld));
    }

    static std::string validity(const model::Element& element) {
        const auto* seconds = element.value.find("validForSeconds");
        return seconds != nullptr && seconds->as_integer() != nullptr ? days(*seconds->as_integer())
                                                                      : "as the service decides";
    }

    /// An overlap that was asked for this once is told with the secret, so that the next run knows of it.
    static Value issued_value(const SecretPlan::Issue& issue) {
        auto value = issue.element->value;
        auto* members = std::get_if<Map>(&value.held);
        if (members != nullptr && issue.keep_old)
            members->insert_or_assign("keepOldOnceSeconds", static_cast<std::int64_t>(issue.keep_old->count()));
        return value;
    }

    void plan_handing_over(const SecretPlan::Issue& issue, const Value& target, const std::string& issued) {
        const auto key = delivery_key(work_.address, issue.name, target);
        auto& step = work_.add_step(key, std::string(model::path::secret_deliveries) + "/" + issue.name, Work::add);
        step.reason = issue.reason;
        step.place = issue.element->span.begin();
        step.summary = model::delivery_words(target);
        step.values = {{std::string(model::path::secret_deliveries), target},
                       {std::string(model::path::delivered_secret),
                        Reference{work_.address, model::output::secret_text(issue.name), {}, {}}},
                       {std::string(model::path::delivered_until),
                        Reference{work_.address, model::output::secret_ends_at(issue.name), {}, {}}}};
        for (const auto& [path, value] : step.values) step.changed.insert(path);
        work_.steps.after(key, issued);
    }

    ObjectWork& work_;
};

}  // namespace

void describe_secrets(ObjectWork& work) {
    SecretsOfObject(work).describe();
}

void plan_secret_steps(ObjectWork& work) {
    SecretsOfObject(work).plan_steps();
}

}  // namespace regent::plan
