#include "plan/obstacles.hpp"
#include "plan/pretend_tenant.hpp"
#include "plan/safety.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

using std::chrono::hours;
using State = model::ObservedDelivery::State;

const std::string issue_step = "add clientSecrets/s of Application/a";
const std::string hand_over_step = "add secretDeliveries/s of Application/a";
const std::string drop_step = "drop clientSecrets/s of Application/a";
const std::string path_one = "/delivered/one";
const std::string path_two = "/delivered/two";

/// An application with a secret that goes to two files, in place.
class HandedOver {
public:
    HandedOver() {
        tenant.targets_complain = true;
        apply();
    }

    Document application_with(hours overlap = hours(0)) {
        return application("a").secret("s").delivered_to(path_one).delivered_to(path_two).keeps_old(overlap);
    }
    Plan plan(const std::vector<RotationRequest>& rotations = {}) {
        const auto graph = graph_of(documents, in);
        return make_plan(graph, tenant.observe(graph), {}, tenant.now, rotations);
    }
    void apply(const std::vector<RotationRequest>& rotations = {}, std::size_t at_most = 1000) {
        const auto graph = graph_of(documents, in);
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, tenant.now, rotations), observed, dice, at_most);
    }
    std::vector<model::ObservedSecret>& secrets() { return tenant.find(app("a"))->secrets; }
    model::ObservedDelivery& delivery(const std::string& path) {
        auto& all = tenant.deliveries.at(app("a"));
        return *std::find_if(all.begin(), all.end(), [&](const auto& d) { return d.target == "file:" + path; });
    }
    Reason reason() {
        for (const auto& step : plan().steps) {
            if (name_of(step) == issue_step) return step.reason;
        }
        return Reason::in_sync;
    }
    /// What a run does although one of its steps failed.
    void drop_what_waits_for_nothing() {
        for (const auto& step : plan().steps) {
            if (step.work == Work::drop && step.after.empty())
                std::erase_if(secrets(), [&](const auto& s) { return s.key_id == step.key_id; });
        }
    }
    bool all_have_the_newest() {
        const auto newest = secrets().back().key_id;
        return tenant.held["file:" + path_one] == newest && tenant.held["file:" + path_two] == newest;
    }

    model::Environment in = environment();
    PretendTenant tenant;
    std::vector<model::Declaration> documents = {application_with()};
    Dice dice{1};
};

const std::vector<std::string> renewal = {issue_step, hand_over_step, hand_over_step, drop_step};

/// It holds two secrets, and both are declared.
model::Declaration for_personal_accounts() {
    return application("a")
        .set(model::path::sign_in_audience, "PersonalMicrosoftAccount")
        .set(model::path::access_token_version, 2)
        .secret("s")
        .delivered_to(path_one)
        .secret("t")
        .delivered_to(path_two);
}

/// Secrets that go to files, in place. A file says itself what it has, under whatever name its secret goes now.
class InPlaces {
public:
    explicit InPlaces(std::vector<model::Declaration> first) {
        tenant.places_tell = true;
        tenant.targets_complain = true;
        in.policy.on_removal = model::OnRemoval::remove;
        apply(std::move(first));
    }

    Plan plan() {
        const auto graph = graph_of(documents, in);
        return make_plan(graph, tenant.observe(graph), history, tenant.now);
    }
    void apply(std::vector<model::Declaration> wanted) {
        documents = std::move(wanted);
        apply();
    }
    void apply() {
        const auto graph = graph_of(documents, in);
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, history, tenant.now), observed, dice);
    }
    /// A run in which what waits for a delivery to `path` is not done.
    void apply_but_for(const std::string& path) {
        const auto graph = graph_of(documents, in);
        const auto observed = tenant.observe(graph);
        auto plan = make_plan(graph, observed, history, tenant.now);
        std::set<int> left_out;
        std::erase_if(plan.steps, [&](const Step& step) {
            const bool waits =
                std::any_of(step.after.begin(), step.after.end(), [&](int id) { return left_out.contains(id); });
            if (waits || step.summary == "file " + path) left_out.insert(step.id);
            return left_out.contains(step.id);
        });
        tenant.carry_out(plan, observed, dice);
    }
    std::string held(const std::string& path) { return tenant.held["file:" + path]; }
    bool is_there(const std::string& application, const std::string& key_id) {
        const auto* object = tenant.find(app(application));
        if (object == nullptr) return false;
        const auto& all = object->secrets;
        return std::any_of(all.begin(), all.end(), [&](const auto& secret) { return secret.key_id == key_id; });
    }
    /// What the plan says of `application`, beside its changes.
    std::string words_about(const std::string& application) {
        std::string words;
        const auto planned = plan();
        for (const auto& resource : planned.resources)
            if (resource.address == app(application))
                for (const auto& warning : resource.warnings) words += warning + "\n";
        for (const auto& withheld : planned.withheld)
            if (withheld.address == app(application)) words += withheld.message + "\n";
        return words;
    }

    model::Environment in = environment();
    PretendTenant tenant;
    History history;
    std::vector<model::Declaration> documents;
    Dice dice{1};
};

model::Declaration named(const std::string& secret, hours overlap = hours(0)) {
    return application("a").secret(secret).delivered_to(path_one).delivered_to(path_two).keeps_old(overlap);
}

}  // namespace

TEST_CASE_METHOD(HandedOver, "a secret that every target names is left alone", "[secrets][deliveries]") {
    CHECK(plan().empty());
    CHECK(secrets().size() == 1);
    CHECK(all_have_the_newest());
}

TEST_CASE_METHOD(HandedOver, "a target that does not name its secret was not given it: all get a new one",
                 "[secrets][deliveries]") {
    delivery(path_two).state = State::unnamed;
    delivery(path_two).key_id.clear();
    CHECK(names_of(plan()) == renewal);
    CHECK(reason() == Reason::secret_not_delivered);
    apply();
    CHECK(plan().empty());
    CHECK(secrets().size() == 1);
    CHECK(all_have_the_newest());
}

TEST_CASE_METHOD(HandedOver, "a new target brings a new secret, since the value of the present one is nowhere",
                 "[secrets][deliveries]") {
    documents = {application("a").secret("s").delivered_to(path_one).delivered_to(path_two).delivered_to("/third")};
    CHECK(reason() == Reason::secret_needed);
    apply();
    CHECK(plan().empty());
    CHECK(tenant.held["file:/third"] == secrets().back().key_id);
}

TEST_CASE_METHOD(HandedOver, "a target that was left behind with an older secret brings a new one for all",
                 "[secrets][deliveries]") {
    const auto first = secrets().back().key_id;
    tenant.failing_targets = {"file:" + path_two};
    CHECK_THROWS_AS(apply({{app("a"), "s", {}}}), Refused);
    tenant.failing_targets.clear();
    if (tenant.held["file:" + path_one] != first) CHECK(reason() == Reason::secret_not_delivered);
    while (!plan().empty()) apply();
    CHECK(secrets().size() == 1);
    CHECK(all_have_the_newest());
}

TEST_CASE_METHOD(HandedOver, "while one target refuses, tries leave no more secrets behind than who holds them",
                 "[secrets][deliveries]") {
    tenant.failing_targets = {"file:" + path_two};
    for (int i = 0; i < 20; ++i) {
        CHECK_THROWS_AS(apply({{app("a"), "s", {}}}), Refused);
        drop_what_waits_for_nothing();
    }
    CHECK(secrets().size() <= 6);
}

TEST_CASE_METHOD(HandedOver,
                 "while one target refuses, the others keep what they were given for as long as keepOld says",
                 "[secrets][deliveries]") {
    documents = {application_with(hours(1))};
    tenant.failing_targets = {"file:" + path_two};
    tenant.held.erase("file:" + path_two);
    delivery(path_two) = {"s", "file:" + path_two, State::empty, "", ""};
    std::vector<model::ObservedSecret> served = {secrets().back()};
    const auto may_go = [&](const std::string& key) {
        const auto it = std::find_if(served.begin(), served.end(), [&](const auto& s) { return s.key_id == key; });
        if (it == served.end()) return true;  // it reached nobody
        return it + 1 != served.end() && tenant.now >= (it + 1)->starts_at + hours(1);
    };
    const auto check_drops = [&](int minute) {
        for (const auto& step : plan().steps) {
            INFO("minute " << minute << ": " << step.key_id);
            CHECK((step.work != Work::drop || may_go(step.key_id)));
        }
    };
    std::size_t most = 0;
    for (int minute = 0; minute < 300; ++minute, tenant.now += std::chrono::minutes(1)) {
        check_drops(minute);
        bool refused = false;
        try {
            apply();
        } catch (const Refused&) {
            refused = true;
        }
        for (const auto& secret : secrets())
            if (secret.key_id == tenant.held["file:" + path_one] && secret.key_id != served.back().key_id)
                served.push_back(secret);
        check_drops(minute);
        if (refused) drop_what_waits_for_nothing();
        most = std::max(most, secrets().size());
    }
    CHECK(most <= 8);
    CHECK(served.size() > 5);  // it goes on trying
    CHECK(served.size() <= 30);
    const auto waiting = plan();
    REQUIRE(waiting.withheld.size() == 1);
    CHECK(waiting.withheld[0].why == Withheld::Why::secret_waits);
    CHECK(waiting.withheld[0].message.find(path_two) != std::string::npos);
    CHECK(waiting.withheld[0].message.find(path_one) == std::string::npos);
    CHECK(count_obstacles(waiting) == 1);

    tenant.failing_targets.clear();
    apply({{app("a"), "s", {}}});  // a person who asks does not wait
    CHECK(all_have_the_newest());
    tenant.now += hours(2);
    apply();
    CHECK(secrets().size() == 1);
    CHECK(plan().empty());
}

TEST_CASE_METHOD(HandedOver, "a secret whose end is near is renewed, whoever refuses it", "[secrets][deliveries]") {
    documents = {application_with(hours(24))};
    tenant.failing_targets = {"file:" + path_two};
    for (int i = 0; i < 10; ++i) {
        try {
            apply();
        } catch (const Refused&) {
        }
        delivery(path_two).state = State::unnamed;
        delivery(path_two).key_id.clear();
    }
    REQUIRE(plan().withheld.size() == 1);
    for (auto& secret : secrets()) secret.ends_at = tenant.now + hours(1);
    CHECK(plan().withheld.empty());
    CHECK(names_of(plan()).front() == issue_step);
}

TEST_CASE_METHOD(HandedOver, "the old secret stays beside the new one for as long as keepOld says, then goes",
                 "[secrets][deliveries]") {
    documents = {application_with(hours(24))};
    const auto old = secrets().back().key_id;
    apply({{app("a"), "s", {}}});
    CHECK(secrets().size() == 2);
    CHECK(all_have_the_newest());
    CHECK(plan().empty());
    const auto facts = plan().resources.at(0).credentials;
    const auto kept = std::find_if(facts.begin(), facts.end(), [&](const auto& f) { return f.key_id == old; });
    REQUIRE(kept != facts.end());
    REQUIRE(kept->leaves_at);
    CHECK(*kept->leaves_at == secrets().back().starts_at + hours(24));

    tenant.now = *kept->leaves_at - std::chrono::seconds(1);
    CHECK(plan().empty());
    tenant.now = *kept->leaves_at;
    CHECK(names_of(plan()) == std::vector<std::string>{drop_step});
    CHECK(plan().steps[0].key_id == old);
    CHECK(plan().resources.at(0).reason == Reason::secret_superseded);
    apply();
    CHECK(plan().empty());
    CHECK(secrets().size() == 1);
}

TEST_CASE_METHOD(HandedOver,
                 "of two secrets that began in one second the one that nobody holds is told to go after its time",
                 "[secrets][deliveries]") {
    documents = {application_with(hours(24))};
    for (const auto* before : {"0", "z"}) {
        apply({{app("a"), "s", {}}});
        REQUIRE(secrets().size() == 2);
        auto& old = secrets().front();
        old.key_id = before + old.key_id;
        old.starts_at = secrets().back().starts_at;
        const auto facts = plan().resources.at(0).credentials;
        const auto kept =
            std::find_if(facts.begin(), facts.end(), [&](const auto& f) { return f.key_id == old.key_id; });
        REQUIRE(kept != facts.end());
        REQUIRE(kept->leaves_at);
        CHECK(*kept->leaves_at == old.starts_at + hours(24));
        tenant.now = *kept->leaves_at;
        apply();
        CHECK(secrets().size() == 1);
    }
}

TEST_CASE_METHOD(HandedOver, "an overlap asked for once counts for that rotation, whatever the manifest says",
                 "[secrets][deliveries]") {
    apply({{app("a"), "s", hours(48)}});
    CHECK(secrets().size() == 2);
    tenant.now += hours(47);
    CHECK(plan().empty());
    tenant.now += hours(2);
    CHECK(names_of(plan()) == std::vector<std::string>{drop_step});

    documents = {application_with(hours(24))};
    apply();
    apply({{app("a"), "s", hours(0)}});
    CHECK(secrets().size() == 1);
}

TEST_CASE_METHOD(HandedOver, "a secret that was issued and reached nobody goes at once, also where old ones are kept",
                 "[secrets][deliveries]") {
    documents = {application_with(hours(24))};
    apply({{app("a"), "s", {}}}, 1);  // killed after the secret was issued
    CHECK(secrets().size() == 2);
    CHECK(names_of(plan()) == std::vector<std::string>{drop_step});
    CHECK(plan().steps[0].key_id == secrets().back().key_id);
}

TEST_CASE_METHOD(HandedOver, "a secret that is to be handed to another place goes after it was handed to it",
                 "[secrets][deliveries]") {
    const auto moved = [](hours overlap) {
        return application("a").secret("s").delivered_to("/delivered/elsewhere").keeps_old(overlap);
    };
    tenant.targets_complain = false;  // the place that nobody names any more keeps a dead one
    documents = {moved(hours(0))};
    const auto planned = plan();
    CHECK(names_of(planned) == std::vector<std::string>{issue_step, hand_over_step, drop_step});
    CHECK(planned.steps.at(2).after == std::vector<int>{planned.steps.at(1).id});

    // As long as it cannot be handed to it, what somebody reads elsewhere stays, and what was issued in vain goes.
    const auto old = secrets().front().key_id;
    for (int i = 0; i < 6; ++i) {
        apply({}, 1);
        drop_what_waits_for_nothing();
        CHECK(secrets().size() <= 2);
        CHECK(secrets().front().key_id == old);
    }
    apply();
    CHECK(secrets().size() == 1);
    CHECK(secrets().front().key_id != old);
}

TEST_CASE_METHOD(HandedOver,
                 "where old secrets stay for a while, a secret that moves is issued anew by the hour at most",
                 "[secrets][deliveries]") {
    tenant.targets_complain = false;
    documents = {application("a").secret("s").delivered_to("/delivered/elsewhere").keeps_old(hours(24))};
    CHECK(names_of(plan()) == std::vector<std::string>{issue_step, hand_over_step});
    const auto old = secrets().front().key_id;
    for (int i = 0; i < 6; ++i) {
        apply({}, 1);
        drop_what_waits_for_nothing();
    }
    CHECK(secrets().size() == 4);
    CHECK(secrets().front().key_id == old);
    REQUIRE(plan().withheld.size() == 1);
    CHECK(plan().withheld[0].message.find("nobody who is to have it has one of them") != std::string::npos);
    tenant.now += hours(2);
    apply();
    CHECK(plan().empty());
    tenant.now += hours(25);
    apply();
    CHECK(secrets().size() == 1);
}

TEST_CASE("a connector that cannot be made leaves one secret behind, however often it is tried",
          "[secrets][deliveries]") {
    PretendTenant tenant;
    Dice dice(1);
    const auto graph = graph_of({application("a").secret("s"), connector("c").by_secret("a", "s")});
    const auto go_on = [&](const auto& may) {
        const auto observed = tenant.observe(graph);
        auto plan = make_plan(graph, observed, {}, tenant.now);
        std::erase_if(plan.steps, [&](const auto& step) { return !may(step); });
        tenant.carry_out(plan, observed, dice);
    };
    for (int i = 0; i < 5; ++i) {
        go_on([](const auto& step) {
            return step.address.kind == model::kind::application && (step.work != Work::drop || step.after.empty());
        });
        CHECK(tenant.find(app("a"))->secrets.size() <= 2);
    }
    for (int i = 0; i < 2; ++i) go_on([](const auto&) { return true; });
    CHECK(tenant.find(app("a"))->secrets.size() == 1);
}

TEST_CASE("a connector that refuses to be saved with another secret is not given one more each time",
          "[secrets][deliveries]") {
    PretendTenant tenant;
    Dice dice(1);
    const auto in_place = [&](const std::string& secret, std::size_t at_most) {
        const auto graph = graph_of({application("a").secret(secret), connector("c").by_secret("a", secret)});
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, tenant.now), observed, dice, at_most);
    };
    in_place("s", 1000);
    for (int i = 0; i < 5; ++i) in_place("t", 2);
    CHECK(tenant.find(app("a"))->secrets.size() <= 3);
    in_place("t", 1000);
    REQUIRE(tenant.find(app("a"))->secrets.size() == 1);
    CHECK(tenant.find(app("a"))->secrets.front().name == "t");
}

TEST_CASE_METHOD(HandedOver, "a secret whose target cannot be looked at is left alone, and that is said",
                 "[secrets][deliveries]") {
    delivery(path_two) = {"s", "file:" + path_two, State::unknown, "", "not on this machine"};
    secrets().back().ends_at = tenant.now + hours(1);
    const auto planned = plan();
    CHECK(planned.empty());
    REQUIRE(planned.withheld.size() == 1);
    CHECK(planned.withheld[0].why == Withheld::Why::delivery_unknown);
    CHECK(planned.withheld[0].message.find("not on this machine") != std::string::npos);
    CHECK(planned.withheld[0].message.find("/delivered/two") != std::string::npos);
}

TEST_CASE_METHOD(HandedOver, "a vault that refuses a look is an obstacle when it is time for a new secret",
                 "[secrets][deliveries]") {
    auto& element = documents.front().attributes.at(std::string(model::path::client_secrets)).elements.front();
    const model::Value vault(model::Map{{"type", "keyVault"}, {"vault", "contoso"}, {"name", "s"}});
    std::get<model::Map>(element.value.held)["deliverTo"] = model::List{vault};
    tenant.deliveries[app("a")] = {{"s", "keyVault:contoso/s", State::refused, "", "403 ForbiddenByRbac"}};
    const auto why = [&] {
        const auto planned = plan();
        REQUIRE(planned.withheld.size() == 1);
        CHECK(planned.withheld[0].message.find("403 ForbiddenByRbac") != std::string::npos);
        return planned.withheld[0].why;
    };
    CHECK(why() == Withheld::Why::delivery_not_due);
    secrets().back().ends_at = tenant.now + hours(1);
    CHECK(why() == Withheld::Why::delivery_refused);
    secrets().clear();
    CHECK(why() == Withheld::Why::delivery_refused);
    tenant.deliveries[app("a")].front().state = State::unknown;  // such as one that does not answer
    CHECK(why() == Withheld::Why::delivery_waits);
}

TEST_CASE_METHOD(HandedOver, "killed anywhere, a rotation ends with one secret that everybody has",
                 "[secrets][deliveries][crash]") {
    for (const auto overlap : {hours(0), hours(24)}) {
        for (std::size_t steps = 0; steps <= 4; ++steps) {
            for (std::uint32_t seed = 1; seed < 6; ++seed) {
                HandedOver fresh;
                fresh.documents = {fresh.application_with(overlap)};
                fresh.dice.seed(seed);
                fresh.apply({{app("a"), "s", {}}}, steps);
                for (int i = 0; i < 3 && !fresh.plan().empty(); ++i) fresh.apply();
                fresh.tenant.now += hours(25);
                for (int i = 0; i < 3 && !fresh.plan().empty(); ++i) fresh.apply();
                CHECK(fresh.plan().empty());
                CHECK(fresh.secrets().size() == 1);
                CHECK(fresh.all_have_the_newest());
            }
        }
    }
}

TEST_CASE_METHOD(HandedOver, "a renewal that is due needs no approval; a new target does", "[secrets][deliveries]") {
    in.policy.require_approved_plan = true;
    const auto refusals = [&] {
        const auto graph = graph_of(documents, in);
        return check_safety(plan(), graph, {});
    };
    secrets().back().ends_at = tenant.now + hours(24 * 10);
    CHECK(refusals().empty());
    secrets().back().ends_at = tenant.now + hours(24 * 100);
    documents = {application("a").secret("s").delivered_to(path_one).delivered_to(path_two).delivered_to("/third")};
    REQUIRE(refusals().size() == 1);
    CHECK(refusals()[0].guard == Refusal::Guard::approval_missing);
}

TEST_CASE_METHOD(HandedOver, "the end of every credential is told, also of one that nobody declared",
                 "[secrets][deliveries]") {
    secrets().push_back({"hand", "ci", tenant.now, tenant.now + hours(100), "", ""});
    const auto planned = plan();
    const auto& facts = planned.resources.at(0).credentials;
    REQUIRE(facts.size() == 2);
    CHECK(facts[0].name == "ci");
    CHECK_FALSE(facts[0].declared);
    CHECK(facts[0].ends_at == tenant.now + hours(100));
    CHECK(facts[1].declared);
    CHECK(facts[1].renewed_at);
}

TEST_CASE_METHOD(HandedOver, "two secrets of an application for personal accounts leave no room to renew one",
                 "[secrets]") {
    tenant = {};
    documents = {for_personal_accounts()};
    apply();
    REQUIRE(secrets().size() == 2);
    tenant.now += hours(24 * 160);
    const auto due = plan();
    CHECK(names_of(due) == std::vector<std::string>{});
    REQUIRE(due.withheld.size() == 2);
    CHECK(due.withheld.front().why == Withheld::Why::secret_waits);
    CHECK(is_obstacle(due.withheld.front()));

    // What has ended helps nobody, and goes before its successor is made.
    tenant.now += hours(24 * 30);
    const auto ended = plan();
    CHECK(ended.withheld.empty());
    for (const auto& step : ended.steps) {
        if (name_of(step).rfind("add clientSecrets/", 0) == 0) CHECK(step.after.size() == 2);
    }
    apply();
    CHECK(secrets().size() == 2);
    CHECK(names_of(plan()) == std::vector<std::string>{});
}

TEST_CASE_METHOD(HandedOver, "the place of the first secret's old one is the second one's, in one plan", "[secrets]") {
    tenant = {};
    documents = {for_personal_accounts()};
    apply();
    tenant.now += hours(24 * 160);
    for (auto& secret : secrets())
        if (secret.name == "t") secret.ends_at = tenant.now;
    const auto due = plan();
    CHECK(due.withheld.empty());
    const auto of = [&](const std::string& name, Work work) {
        const auto it = std::find_if(due.steps.begin(), due.steps.end(), [&](const auto& step) {
            return step.part == "clientSecrets/" + name && step.work == work;
        });
        REQUIRE(it != due.steps.end());
        return *it;
    };
    const auto& second = of("t", Work::add);
    const auto goes = of("s", Work::drop).id;
    CHECK(std::find(second.after.begin(), second.after.end(), goes) != second.after.end());
    CHECK(of("s", Work::add).id < goes);
    apply();
    CHECK(secrets().size() == 2);
    CHECK(names_of(plan()) == std::vector<std::string>{});
}

TEST_CASE_METHOD(HandedOver, "a secret under another name stays until there is room for its successor", "[secrets]") {
    const auto called = [](const std::string& name) {
        return application("a")
            .set(model::path::sign_in_audience, "PersonalMicrosoftAccount")
            .set(model::path::access_token_version, 2)
            .secret(name)
            .delivered_to(path_one);
    };
    tenant = {};
    documents = {called("s")};
    apply();
    auto by_hand = secrets().front();
    by_hand.name.clear();
    by_hand.display_name = "somebody's";
    by_hand.key_id = "by-hand";
    by_hand.ends_at += hours(24 * 365);
    secrets().push_back(by_hand);
    const auto held = tenant.held["file:" + std::string(path_one)];
    documents = {called("t")};

    const auto renamed = plan();
    CHECK(names_of(renamed) == std::vector<std::string>{});
    REQUIRE(renamed.withheld.size() == 1);
    CHECK(renamed.withheld[0].why == Withheld::Why::secret_waits);
    CHECK(renamed.withheld[0].help.find("if it is \"s\" under another name, call it that again") == 0);
    REQUIRE_FALSE(renamed.resources.front().warnings.empty());
    CHECK(renamed.resources.front().warnings[0].find("is kept, though no manifest declares it") != std::string::npos);
    apply();
    CHECK(secrets().size() == 2);
    CHECK(tenant.held["file:" + std::string(path_one)] == held);

    SECTION("which is when it has ended") {
        tenant.now += hours(24 * 200);
        CHECK(plan().withheld.empty());
        apply();
        CHECK(names_of(plan()) == std::vector<std::string>{});
        CHECK(secrets().size() == 2);
        CHECK(tenant.held["file:" + std::string(path_one)] == secrets().back().key_id);
    }
    SECTION("or when it was taken out of the manifest by itself") {
        documents = {application("a")
                         .set(model::path::sign_in_audience, "PersonalMicrosoftAccount")
                         .set(model::path::access_token_version, 2)};
        apply();
        CHECK(secrets().size() == 1);
        documents = {called("t")};
        apply();
        CHECK(names_of(plan()) == std::vector<std::string>{});
        CHECK(tenant.held["file:" + std::string(path_one)] == secrets().back().key_id);
    }
}

TEST_CASE_METHOD(HandedOver, "a secret under another name stays where its successor cannot be handed on",
                 "[secrets][deliveries]") {
    documents = {application("a").secret("t").delivered_to(path_one)};
    tenant.deliveries[app("a")] = {{"t", "file:" + std::string(path_one), State::unknown, "", "not on this machine"}};
    CHECK(names_of(plan()) == std::vector<std::string>{});
}

TEST_CASE_METHOD(HandedOver, "one secret of an application for personal accounts is renewed in time", "[secrets]") {
    tenant = {};
    documents = {application_with()
                     .set(model::path::sign_in_audience, "PersonalMicrosoftAccount")
                     .set(model::path::access_token_version, 2)};
    apply();
    tenant.now += hours(24 * 160);
    CHECK(plan().withheld.empty());
    CHECK(names_of(plan()) == renewal);
}

TEST_CASE("a secret under another name stays as long as a place that cannot be looked at may have it",
          "[secrets][deliveries]") {
    InPlaces tenant({named("old")});
    const auto old = tenant.held(path_two);
    tenant.documents = {named("new")};
    tenant.apply_but_for(path_two);
    REQUIRE(tenant.is_there("a", old));
    tenant.tenant.unseen_targets = {"file:" + path_two};
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    CHECK(tenant.words_about("a").find("file /delivered/two, which is to have \"new\" of Application/a, may still hold "
                                       "it: 503 Service Unavailable") != std::string::npos);

    tenant.tenant.unseen_targets.clear();
    tenant.apply();
    CHECK_FALSE(tenant.is_there("a", old));
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    CHECK(tenant.tenant.find(app("a"))->secrets.size() == 1);
}

TEST_CASE("a secret under another name stays where its successor is not issued any more for a place that refuses it",
          "[secrets][deliveries]") {
    InPlaces tenant({named("old", hours(1))});
    const auto old = tenant.held(path_two);
    tenant.documents = {named("new", hours(1))};
    for (int i = 0; i < 8; ++i) {
        tenant.apply_but_for(path_two);
        CHECK(tenant.is_there("a", old));
    }
    CHECK(tenant.words_about("a").find("has been issued anew 4 times in a row") != std::string::npos);
    CHECK(tenant.words_about("a").find("still holds it") != std::string::npos);
    tenant.tenant.now += hours(2);
    tenant.apply();
    tenant.tenant.now += hours(2);
    tenant.apply();
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    CHECK_FALSE(tenant.is_there("a", old));
}

TEST_CASE("a secret of no manifest goes though a place that nobody declares any more had it, or one has another",
          "[secrets][deliveries]") {
    InPlaces tenant({application("a").secret("s").delivered_to(path_one).secret("t").delivered_to(path_two)});
    tenant.tenant.targets_complain = false;
    const auto old = tenant.held(path_two);
    tenant.documents = {application("a").secret("s").delivered_to(path_one)};
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{"drop clientSecrets/t of Application/a"});
    tenant.tenant.unseen_targets = {"file:" + path_one};
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    // Nobody can sign in with it then.
    for (auto& secret : tenant.tenant.find(app("a"))->secrets)
        if (secret.key_id == old) secret.ends_at = tenant.tenant.now;
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{"drop clientSecrets/t of Application/a"});
}

TEST_CASE("a place goes over to another application's secret before it loses the one it has", "[secrets][deliveries]") {
    InPlaces tenant({application("one").secret("s").delivered_to(path_one), application("two")});
    const auto old = tenant.held(path_one);
    const auto moved = application("two").secret("s").delivered_to(path_one);
    SECTION("in one plan") {
        tenant.documents = {application("one"), moved};
        const auto planned = tenant.plan();
        CHECK(names_of(planned) == std::vector<std::string>{"add clientSecrets/s of Application/two",
                                                            "add secretDeliveries/s of Application/two",
                                                            "drop clientSecrets/s of Application/one"});
        CHECK(planned.steps.back().after == std::vector<int>{2});
        CHECK(tenant.words_about("one").empty());
        tenant.apply();
        CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
        CHECK_FALSE(tenant.is_there("one", old));
    }
    SECTION("also when the other one has a secret of that name of its own") {
        tenant.apply({application("one").secret("s").delivered_to(path_one).delivered_to("/delivered/three"),
                      application("two").secret("s").delivered_to(path_two)});
        const auto present = tenant.held(path_one);
        tenant.documents = {
            application("one").secret("s").delivered_to("/delivered/three").delivered_to("/delivered/four"),
            application("two").secret("s").delivered_to(path_two).delivered_to(path_one)};
        tenant.apply_but_for(path_one);
        CHECK(tenant.is_there("one", present));
        tenant.apply();
        tenant.apply();
        CHECK_FALSE(tenant.is_there("one", present));
        CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    }
    SECTION("and keeps it while the other application is only watched") {
        tenant.documents = {application("one"),
                            application("two").secret("s").delivered_to(path_one).is(model::ManagementPolicy::observe)};
        CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
        CHECK(tenant.words_about("one").find("still holds it") != std::string::npos);
    }
    SECTION("also where it cannot be looked at and was handed the old one, as far as is remembered") {
        tenant.history.last_applied[app("one")] = {{"handedOver", model::Map{{"file:" + path_one, old}}}};
        tenant.tenant.unseen_targets = {"file:" + path_one};
        tenant.documents = {application("one"), moved};
        CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
        tenant.history.last_applied[app("one")] = {{"handedOver", model::Map{{"file:" + path_one, "another"}}}};
        CHECK(names_of(tenant.plan()) == std::vector<std::string>{"drop clientSecrets/s of Application/one"});
    }
}

TEST_CASE("an application of no manifest stays as long as a place has its secret and is given no other one",
          "[secrets][deliveries]") {
    InPlaces tenant({application("one").secret("s").delivered_to(path_one)});
    const auto old = tenant.held(path_one);
    const auto renamed =
        application("two").secret("s").delivered_to(path_one).delivered_to(path_two).keeps_old(hours(1));
    tenant.documents = {renamed};
    for (int i = 0; i < 8; ++i) {
        tenant.apply_but_for(path_one);
        CHECK(tenant.is_there("one", old));
    }
    CHECK(tenant.words_about("one").find("file /delivered/one, which is to have \"s\" of Application/two, still holds "
                                         "it") != std::string::npos);
    tenant.tenant.unseen_targets = {"file:" + path_one};
    tenant.history.last_applied[app("one")] = {{"handedOver", model::Map{{"file:" + path_one, old}}}};
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    CHECK(tenant.words_about("one").find("503 Service Unavailable") != std::string::npos);

    tenant.tenant.unseen_targets.clear();
    tenant.tenant.now += hours(2);
    tenant.apply();
    REQUIRE(tenant.tenant.find(app("one")) != nullptr);
    CHECK(tenant.tenant.find(app("one"))->deleted);
}

TEST_CASE("a secret that regent issued for somebody else stays when its application is taken over", "[secrets]") {
    InPlaces tenant({application("a").secret("s").delivered_to(path_one)});
    auto& object = *tenant.tenant.find(app("a"));
    object.ownership = model::Ownership::unclaimed;
    object.attributes.erase(std::string(model::path::marks));
    object.address = app("nobody's");
    const auto id = object.outputs.at("appId");
    const auto key_id = object.secrets.front().key_id;
    tenant.documents = {application("b").adopts(id)};
    const auto planned = tenant.plan();
    CHECK(names_of(planned) == std::vector<std::string>{"adopt Application/b"});
    REQUIRE(planned.resources.front().undeclared.size() == 1);
    CHECK(planned.resources.front().undeclared[0].find(key_id) != std::string::npos);
    tenant.apply();
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    tenant.apply({application("b").secret("own").delivered_to(path_two)});
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    CHECK(tenant.is_there("b", key_id));
    tenant.tenant.targets_complain = false;
    const auto own = tenant.held(path_two);
    tenant.apply({application("b")});
    CHECK_FALSE(tenant.is_there("b", own));
    CHECK(tenant.is_there("b", key_id));
}

TEST_CASE("a secret whose name a manifest declares is taken over with its application", "[secrets]") {
    InPlaces tenant({application("a").secret("s").delivered_to(path_one)});
    auto& object = *tenant.tenant.find(app("a"));
    object.ownership = model::Ownership::unclaimed;
    object.address = app("nobody's");
    const auto id = object.outputs.at("appId");
    tenant.apply({application("b").adopts(id).secret("s").delivered_to(path_one)});
    CHECK(names_of(tenant.plan()) == std::vector<std::string>{});
    tenant.tenant.targets_complain = false;
    tenant.apply({application("b")});
    CHECK(tenant.tenant.find(app("b"))->secrets.empty());
}

}  // namespace regent::plan::testing
