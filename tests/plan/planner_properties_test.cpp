// What holds of every plan, whatever the documents and the tenant: each property is looked at over many seeds.

#include "plan/came_back.hpp"
#include "plan/random_estate.hpp"
#include "plan/resolution.hpp"
#include "plan/safety.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <iterator>
#include <set>

namespace regent::plan::testing {
namespace {

using model::Address;

constexpr unsigned seeds = 2000;

Plan plan_of(const DesiredGraph& graph, const PretendTenant& tenant, const History& history = {}) {
    return make_plan(graph, tenant.observe(graph), history, today);
}

void apply(const DesiredGraph& graph, PretendTenant& tenant, Dice& dice) {
    const auto observed = tenant.observe(graph);
    const auto plan = make_plan(graph, observed, {}, today);
    tenant.carry_out(plan, observed, dice);
    // What comes out of the recycle bin is looked at once more in the same run.
    CameBack back;
    for (const auto& step : plan.steps)
        if (step.restore) back.objects.insert(step.address);
    if (back.objects.empty()) return;
    const auto after = tenant.observe(graph);
    tenant.carry_out(only_what_came_back(make_plan(graph, after, {}, today), back, after), after, dice);
}

/// Applications whose manifests give something to one that nobody vouches for: they are written without that.
std::set<Address> withheld_givers(const Plan& plan) {
    std::set<Address> givers;
    for (const auto& withheld : plan.withheld)
        if (withheld.why == Withheld::Why::unvouched) givers.insert(withheld.address);
    return givers;
}

/// A run may take away what spoke against an application, and the next one gives it what it is to have. One that a
/// killed run left with a secret of ours that nobody has is spoken against until the next run took that away.
void apply_until_all_is_given(const DesiredGraph& graph, PretendTenant& tenant, Dice& dice) {
    for (int runs = 1;; ++runs) {
        const auto givers = withheld_givers(plan_of(graph, tenant));
        apply(graph, tenant, dice);
        tenant.minutes_pass();
        if (givers.empty() || plan_of(graph, tenant).empty()) return;
        REQUIRE(runs < 4);
    }
}

/// Whether `step` only gives applications a place among the clients of one.
bool gives_to_clients(const Step& step) {
    return step.part.empty() && step.work == Work::update &&
           std::all_of(step.changed.begin(), step.changed.end(), [](const auto& path) {
               return path == model::path::pre_authorized || path == model::path::known_clients;
           });
}

std::set<std::string> clients_given(const Address& giver, const Plan& plan) {
    std::set<std::string> given;
    for (const auto& resource : plan.resources) {
        for (const auto& change : resource.changes) {
            const bool to_clients =
                change.path == model::path::pre_authorized || change.path == model::path::known_clients;
            if (resource.address == giver && to_clients && change.op == Change::Op::add)
                given.insert(change.path + " " + to_text(change.after));
        }
    }
    return given;
}

/// Whether `giver` gives its clients all that it does in `less`, and something besides.
bool gives_more(const Address& giver, const Plan& more, const Plan& less) {
    const auto all = clients_given(giver, more), some = clients_given(giver, less);
    return all.size() > some.size() && std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// The lines of `plan` but for those of `objects`, without the numbers that other lines give them.
std::vector<std::string> lines_but_for(const std::set<Address>& objects, const Plan& plan) {
    std::vector<std::string> lines;
    for (auto step : plan.steps) {
        if (objects.contains(step.address)) continue;
        step.id = step.wave = 0;
        step.after.clear();
        lines.push_back(line_of(step));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

/// Runs `property` on every seed whose documents hold no mistake, with a graph of them and dice of its own.
template <typename Property>
void for_every_seed(Property property) {
    unsigned looked_at = 0;
    for (unsigned seed = 0; seed < seeds; ++seed) {
        CAPTURE(seed);
        try {
            auto estate = random_estate(seed);
            if (!estate) continue;
            ++looked_at;
            const auto graph = graph_of(estate->documents, estate->environment);
            Dice dice(seed + 1);
            property(*estate, graph, dice);
        } catch (const Refused& refused) {
            FAIL(refused.what());
        }
    }
    CHECK(looked_at > seeds / 2);
}

const DesiredResource* wanted(const DesiredGraph& graph, const model::ObservedResource& object) {
    const auto it = graph.resources.find(object.address);
    return it == graph.resources.end() ? nullptr : &it->second;
}

bool is_adopted(const DesiredGraph& graph, const model::ObservedResource& object) {
    return std::any_of(graph.resources.begin(), graph.resources.end(), [&](const auto& entry) {
        return !entry.second.management.adopt.empty() && entry.second.management.adopt == object.id;
    });
}

const model::ObservedResource* by_id(const PretendTenant& tenant, const std::string& id) {
    const auto it =
        std::find_if(tenant.objects.begin(), tenant.objects.end(), [&](const auto& object) { return object.id == id; });
    return it == tenant.objects.end() ? nullptr : &*it;
}

bool carries(const model::ObservedResource& object, const std::string& mark) {
    const auto it = object.attributes.find(model::path::marks);
    const auto* list = it == object.attributes.end() ? nullptr : it->second.as_list();
    return list != nullptr && std::find(list->begin(), list->end(), model::Value(mark)) != list->end();
}

/// Elements of lists that no document declares as a whole, and that no document ever brought there.
std::vector<std::pair<std::string, model::Value>> of_others(const DesiredResource* desired,
                                                            const model::ObservedResource& object) {
    std::vector<std::pair<std::string, model::Value>> found;
    for (const auto path :
         {model::path::redirect_uris_web, model::path::redirect_uris_spa, model::path::redirect_uris_native,
          model::path::federated_credentials, model::path::exposed_scopes, model::path::exposed_roles}) {
        if (desired != nullptr) {
            const auto it = desired->attributes.find(path);
            if (it != desired->attributes.end() && it->second.exclusive) continue;
        }
        const auto there = object.attributes.find(path);
        if (there == object.attributes.end()) continue;
        const auto keep = [&](const std::string& name, const model::Value& value) {
            const bool brought = carries(object, "contributes:" + std::string(path) + ":" + name);
            if (!brought) found.emplace_back(path, value);
        };
        if (const auto* list = there->second.as_list()) {
            for (const auto& uri : *list) keep(uri.text_or({}), uri);
        }
        if (const auto* map = there->second.as_map()) {
            for (const auto& [name, value] : *map) {
                // A contributed credential of the same name is that credential.
                const bool same = desired != nullptr && desired->attributes.contains(path);
                if (!same) keep(name, name);
            }
        }
    }
    return found;
}

bool holds(const model::ObservedResource& object, const std::string& path, const model::Value& element) {
    const auto it = object.attributes.find(path);
    if (it == object.attributes.end()) return false;
    if (it->second.as_map() != nullptr) return it->second.find(element.text_or({})) != nullptr;
    const auto* list = it->second.as_list();
    return list != nullptr && std::find(list->begin(), list->end(), element) != list->end();
}

/// The tenant as people see it: without ids of keys, which differ from run to run, and without the clients of `givers`.
std::vector<std::string> as_people_see(const PretendTenant& tenant, const std::set<Address>& givers) {
    std::vector<std::string> texts;
    for (auto object : tenant.objects) {
        if (givers.contains(object.address)) {
            object.attributes.erase(std::string(model::path::pre_authorized));
            object.attributes.erase(std::string(model::path::known_clients));
        }
        for (auto& secret : object.secrets) {
            if (secret.name.empty()) continue;
            secret.key_id.clear();
            secret.display_name = secret.name;
        }
        std::erase_if(object.secrets, [](const auto& secret) { return secret.ends_at <= today; });
        auto& secrets = object.secrets;
        std::sort(secrets.begin(), secrets.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        // Two connectors of one secret may each hold a key of their own when a run was killed between them.
        secrets.erase(std::unique(secrets.begin(), secrets.end(),
                                  [](const auto& a, const auto& b) { return !a.name.empty() && a.name == b.name; }),
                      secrets.end());
        if (auto* marks = std::get_if<model::List>(&object.attributes["marks"].held)) {
            std::erase_if(*marks, [](const auto& mark) { return mark.text_or({}).rfind("secretKey:", 0) == 0; });
        }
        for (auto& [path, value] : object.attributes) {
            if (auto* list = std::get_if<model::List>(&value.held)) std::sort(list->begin(), list->end());
        }
        texts.push_back(text_of(object));
    }
    std::sort(texts.begin(), texts.end());
    return texts;
}

/// Connectors that `plan` makes anew, of which the old one is gone and the new one not there.
std::set<Address> between_old_and_new(const PretendTenant& tenant, const Plan& plan) {
    std::set<Address> between;
    for (const auto& resource : plan.resources) {
        const bool is_there = std::any_of(tenant.objects.begin(), tenant.objects.end(),
                                          [&](const auto& object) { return object.address == resource.address; });
        if (resource.action == Action::replace && !is_there) between.insert(resource.address);
    }
    return between;
}

/// Nobody remembers the settings of a connector that was deleted to be made anew, and was not made: what no manifest
/// declares of them goes with a run that is killed just there.
PretendTenant without_settings_lost(PretendTenant tenant, const DesiredGraph& graph, const std::set<Address>& between) {
    for (auto& object : tenant.objects) {
        const auto desired = graph.resources.find(object.address);
        if (!between.contains(object.address) || desired == graph.resources.end()) continue;
        for (auto it = object.attributes.begin(); it != object.attributes.end();) {
            const auto& path = it->first;
            const bool is_managed = desired->second.attributes.contains(path) && !is_ignored(desired->second, path);
            it = path == model::path::marks || is_managed ? std::next(it) : object.attributes.erase(it);
        }
    }
    return tenant;
}

}  // namespace

TEST_CASE("after a plan is carried out, planning again gives an empty plan", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice& dice) {
        const auto first = plan_of(graph, estate.tenant);
        apply(graph, estate.tenant, dice);
        estate.tenant.minutes_pass();
        auto again = plan_of(graph, estate.tenant);
        REQUIRE(lines_but_for(withheld_givers(first), again) == std::vector<std::string>{});
        if (!withheld_givers(first).empty()) {
            REQUIRE(withheld_givers(again).size() <= withheld_givers(first).size());
            for (const auto& step : again.steps) REQUIRE(gives_to_clients(step));
            apply(graph, estate.tenant, dice);
            again = plan_of(graph, estate.tenant);
        }
        REQUIRE(lines_of(again) == std::vector<std::string>{});
        REQUIRE(again.summary.nothing_to_do());
        REQUIRE(estate.tenant.connector_without_secret(graph, again) == "");
    });
}

TEST_CASE("what is withheld from an application that nobody vouches for is withheld by itself", "[properties]") {
    unsigned withholding = 0;
    for_every_seed([&](Estate& estate, const DesiredGraph& graph, Dice&) {
        const auto plan = plan_of(graph, estate.tenant);
        const auto givers = withheld_givers(plan);
        if (givers.empty()) return;
        ++withholding;
        // Whoever looks at all of them and vouches for them gets the same plan, and what was withheld in it.
        History history;
        for (const auto& object : estate.tenant.objects) {
            if (object.address.name.empty()) continue;
            history.remote_ids[object.address] = object.id;
            history.last_applied[object.address] = {};
        }
        const auto vouched = plan_of(graph, estate.tenant, history);
        REQUIRE(withheld_givers(vouched).empty());
        REQUIRE(lines_but_for(givers, vouched) == lines_but_for(givers, plan));
        REQUIRE(vouched.deletes == plan.deletes);
        for (const auto& giver : givers) REQUIRE(gives_more(giver, vouched, plan));
    });
    CHECK(withholding > 50);
}

TEST_CASE("the order of documents and of what the tenant lists does not change the plan", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice& dice) {
        const auto plan = plan_of(graph, estate.tenant);
        std::shuffle(estate.documents.begin(), estate.documents.end(), dice);
        std::shuffle(estate.tenant.objects.begin(), estate.tenant.objects.end(), dice);
        for (auto& object : estate.tenant.objects) {
            std::shuffle(object.secrets.begin(), object.secrets.end(), dice);
            for (auto& [path, value] : object.attributes) {
                if (auto* list = std::get_if<model::List>(&value.held)) std::shuffle(list->begin(), list->end(), dice);
            }
        }
        const auto other = plan_of(graph_of(estate.documents, estate.environment), estate.tenant);
        REQUIRE(lines_of(other) == lines_of(plan));
        REQUIRE(other.id == plan.id);
    });
}

TEST_CASE("what belongs to others or to nobody is never touched", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice& dice) {
        const auto before = estate.tenant;
        apply(graph, estate.tenant, dice);
        for (const auto& object : before.objects) {
            CAPTURE(text_of(object));
            const auto* after = by_id(estate.tenant, object.id);
            const auto* desired = wanted(graph, object);
            const bool others = object.ownership == model::Ownership::foreign ||
                                (object.ownership == model::Ownership::unclaimed && !is_adopted(graph, object));
            const bool watched = desired != nullptr && desired->management.policy == model::ManagementPolicy::observe;
            const bool kept = desired == nullptr && graph.environment.policy.on_removal == model::OnRemoval::keep &&
                              !is_adopted(graph, object);
            if (others || watched || kept) {
                REQUIRE(after != nullptr);
                REQUIRE(text_of(*after) == text_of(object));
            }
            if (desired == nullptr ? carries(object, "preventDelete") : desired->management.prevent_delete)
                REQUIRE(after != nullptr);
            if (after == nullptr || is_adopted(graph, object)) continue;
            for (const auto& [path, element] : of_others(desired, object)) {
                CAPTURE(path, to_text(element));
                REQUIRE(holds(*after, path, element));
            }
            for (const auto& secret : object.secrets) {
                const bool exclusive = desired != nullptr && desired->attributes.contains(model::path::client_secrets);
                if (!secret.name.empty() || exclusive) continue;
                REQUIRE(std::any_of(after->secrets.begin(), after->secrets.end(),
                                    [&](const auto& s) { return s.key_id == secret.key_id; }));
            }
        }
    });
}

TEST_CASE("a run killed after any step is finished by the next, which makes nothing twice", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice& dice) {
        // Whose identity a credential trusts is seen late: planned before that, it may go, and afterwards stays.
        estate.tenant.minutes_pass();
        auto whole = estate.tenant;
        apply_until_all_is_given(graph, whole, dice);
        const auto observed = estate.tenant.observe(graph);
        const auto plan = make_plan(graph, observed, {}, today);
        if (plan.empty()) return;
        const auto steps = dice() % plan.steps.size();
        CAPTURE(steps);
        estate.tenant.carry_out(plan, observed, dice, steps);
        const auto between = between_old_and_new(estate.tenant, plan);
        if (dice() % 2 == 0) estate.tenant.minutes_pass();
        apply_until_all_is_given(graph, estate.tenant, dice);
        const auto again = plan_of(graph, estate.tenant);
        REQUIRE(lines_of(again) == std::vector<std::string>{});
        // What a client that nobody vouches for has stays; killed while that was out of the way, it is not given again.
        auto givers = withheld_givers(again);
        givers.merge(withheld_givers(plan_of(graph, whole)));
        const auto resumed = as_people_see(without_settings_lost(estate.tenant, graph, between), givers);
        const auto straight = as_people_see(without_settings_lost(whole, graph, between), givers);
        REQUIRE(resumed.size() == straight.size());
        for (std::size_t i = 0; i < resumed.size(); ++i) REQUIRE(resumed[i] == straight[i]);
        REQUIRE(estate.tenant.made == whole.made);
        REQUIRE(estate.tenant.connector_without_secret(graph, again) == "");
    });
}

TEST_CASE("what earlier runs remember changes words, never steps", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice& dice) {
        History history;
        for (const auto& object : estate.tenant.objects) {
            if (dice() % 3 == 0) continue;
            history.remote_ids[object.address] = object.id;
            history.places[object.address] = {"was/here.regent.yaml", 1, 1};
            auto& applied = history.last_applied[object.address];
            for (const auto& [path, value] : object.attributes) {
                if (dice() % 4 != 0) applied[path] = value;
            }
        }
        for (const auto& [address, resource] : graph.resources) {
            for (const auto& [path, attribute] : resource.attributes) {
                if (dice() % 3 == 0) history.last_applied[address][path] = attribute.value;
            }
        }
        const auto remembering = plan_of(graph, estate.tenant, history);
        const auto forgetful = plan_of(graph, estate.tenant);
        // But who made an application is written nowhere else. Where nobody remembers, it is given nothing new.
        auto givers = withheld_givers(forgetful);
        givers.merge(withheld_givers(remembering));
        REQUIRE(lines_but_for(givers, remembering) == lines_but_for(givers, forgetful));
        if (givers.empty()) {
            REQUIRE(lines_of(remembering) == lines_of(forgetful));
            REQUIRE(remembering.id == forgetful.id);
        }
        REQUIRE(remembering.deletes == forgetful.deletes);
        for (const auto& resource : forgetful.resources) {
            REQUIRE(resource.reason != Reason::drifted);
        }
    });
}

TEST_CASE("what was learned once is not learned again", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice&) {
        History history;
        for (const auto& [address, values] : plan_of(graph, estate.tenant).agreements)
            history.last_applied[address] = values;
        const auto again = plan_of(graph, estate.tenant, history);
        REQUIRE(again.agreements.empty());
        for (const auto& resource : again.resources) REQUIRE(resource.reason != Reason::drifted);
    });
}

TEST_CASE("a plan never removes more than its guard counts", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice& dice) {
        const auto plan = plan_of(graph, estate.tenant);
        const auto removals = std::count_if(plan.steps.begin(), plan.steps.end(),
                                            [](const auto& step) { return step.work == Work::remove; });
        REQUIRE(static_cast<std::size_t>(removals) == plan.deletes);
        REQUIRE(plan.deletes <= plan.managed);
        Consent consent;
        if (plan.deletes > 0) {
            consent.max_deletes = plan.deletes - 1;
            REQUIRE_FALSE(check_safety(plan, graph, consent).empty());
        }
        const auto before = estate.tenant.removals;
        estate.tenant.carry_out(plan, estate.tenant.observe(graph), dice);
        REQUIRE(estate.tenant.removals - before <= plan.deletes);
    });
}

TEST_CASE("steps are numbered in an order of work, and steps of one wave do not wait for each other", "[properties]") {
    for_every_seed([](Estate& estate, const DesiredGraph& graph, Dice&) {
        const auto plan = plan_of(graph, estate.tenant);
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const auto& step = plan.steps[i];
            CAPTURE(line_of(step));
            REQUIRE(step.id == static_cast<int>(i) + 1);
            for (const auto before : step.after) {
                REQUIRE(before < step.id);
                REQUIRE(plan.steps.at(static_cast<std::size_t>(before - 1)).wave < step.wave);
            }
        }
    });
}

}  // namespace regent::plan::testing
