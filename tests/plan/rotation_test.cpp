#include "plan/pretend_tenant.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::plan::testing {
namespace {

const std::string issue = "add clientSecrets/s of Application/a";
const std::string hand_over = "add secretDeliveries/s of Application/a";
const std::string drop = "drop clientSecrets/s of Application/a";
const std::string save = "update Connector/c";

Document holder(const std::string& name) {
    return application(name).secret("s").delivered_to("/delivered/" + name);
}

/// Two applications with a secret each; a connector signs in with the one of `a`. What is pending since was committed
/// and not applied.
class Renewed {
public:
    Renewed() {
        const auto graph = graph_of(documents, in);
        const auto observed = tenant.observe(graph);
        tenant.carry_out(make_plan(graph, observed, {}, tenant.now), observed, dice, 1000);
    }
    Plan rotate() {
        const RotationRequest request{app("a"), "s", {}};
        const auto graph = graph_of(documents, in);
        return only_rotation(make_plan(graph, tenant.observe(graph), {}, tenant.now, {request}), request);
    }
    static std::vector<std::string> sorted_names(const Plan& plan) {
        auto names = names_of(plan);
        std::sort(names.begin(), names.end());
        return names;
    }
    static std::string warnings_of(const Plan& plan) {
        std::string all;
        for (const auto& resource : plan.resources)
            if (resource.address == app("a"))
                for (const auto& warning : resource.warnings) all += warning + "\n";
        return all;
    }
    static bool goes(const Plan& plan) {
        return std::any_of(plan.resources.begin(), plan.resources.end(), [](const auto& resource) {
            return std::any_of(resource.changes.begin(), resource.changes.end(), [](const auto& change) {
                return change.path == model::path::client_secrets && change.op == Change::Op::remove;
            });
        });
    }

    model::Environment in = environment();
    PretendTenant tenant;
    std::vector<model::Declaration> documents = {holder("a"), holder("b"), connector("c").by_secret("a", "s")};
    Dice dice{1};
};

}  // namespace

TEST_CASE_METHOD(Renewed, "a rotation hands the new secret to everybody and takes the old one away, and nothing else",
                 "[rotation]") {
    documents[0] = holder("a").set("notes", "new");
    documents.push_back(application("z"));
    const auto plan = rotate();
    CHECK(sorted_names(plan) == std::vector<std::string>{issue, hand_over, drop, save});
    CHECK(goes(plan));
    CHECK(warnings_of(plan).empty());
    CHECK(plan.summary.create == 0);
}

TEST_CASE_METHOD(Renewed, "an old secret stays while a connector has it that is to sign in with another one",
                 "[rotation]") {
    documents[2] = connector("c").by_secret("b", "s");
    const auto plan = rotate();
    CHECK(sorted_names(plan) == std::vector<std::string>{issue, hand_over});
    CHECK_FALSE(goes(plan));
    CHECK(warnings_of(plan).find("stays: update Connector/c is left for `regent apply`") != std::string::npos);
}

TEST_CASE_METHOD(Renewed, "an old secret stays while a connector has it that is to sign in by its identity",
                 "[rotation]") {
    documents[0] = holder("a").credential("c-mi", identity_of("c"));
    documents[2] = connector("c").by_managed_identity("a");
    const auto plan = rotate();
    CHECK(sorted_names(plan) == std::vector<std::string>{issue, hand_over});
    CHECK_FALSE(goes(plan));
    CHECK(warnings_of(plan).find("stays: ") != std::string::npos);
}

TEST_CASE_METHOD(Renewed, "a rotation deletes nothing and makes nothing, whatever else was committed", "[rotation]") {
    in.policy.on_removal = model::OnRemoval::remove;
    documents.pop_back();
    documents.push_back(application("z"));
    const auto plan = rotate();
    CHECK(sorted_names(plan) == std::vector<std::string>{issue, hand_over});
    CHECK(plan.deletes == 0);
    CHECK(warnings_of(plan).find("stays: delete Connector/c is left for `regent apply`") != std::string::npos);
}

TEST_CASE_METHOD(Renewed, "a connector that is to be made anew keeps the secret that it has", "[rotation]") {
    documents[2] = connector("c").by_secret("a", "s").set(model::path::display_name, "Another").allows_replacement();
    const auto plan = rotate();
    CHECK(sorted_names(plan) == std::vector<std::string>{issue, hand_over});
    CHECK(plan.deletes == 0);
    CHECK(warnings_of(plan).find("Connector/c is not given the new secret \"s\"") != std::string::npos);
    CHECK(warnings_of(plan).find("stays: create Connector/c") != std::string::npos);
}

TEST_CASE_METHOD(Renewed, "a secret of an application that is not there is not issued by a rotation", "[rotation]") {
    tenant.objects.clear();
    const auto plan = rotate();
    CHECK(plan.steps.empty());
    CHECK(warnings_of(plan).find("no new secret \"s\" is issued") != std::string::npos);
}

}  // namespace regent::plan::testing
