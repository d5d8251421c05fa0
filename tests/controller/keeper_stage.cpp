#include "controller/keeper_stage.hpp"

#include <unistd.h>

#include <filesystem>

namespace regent::controller::testing {
namespace {

/// Chance that is none.
class StageRng final : public net::Rng {
public:
    std::uint64_t next() override { return ++last_; }

private:
    std::uint64_t last_ = 0;
};

std::map<std::string, std::string> repository(const std::string& manifests, const std::string& environment_spec) {
    return {{"environments/dev.regent.yaml",
             "apiVersion: regent/v1\nkind: Environment\nmetadata: {name: dev}\nspec:\n"
             "  tenantId: 11111111-1111-1111-1111-111111111111\n  sources: [../base]\n" +
                 environment_spec},
            {"base/apps.regent.yaml", manifests}};
}

}  // namespace

const std::string KeeperStage::one_application =
    "apiVersion: regent/v1\nkind: Application\nmetadata: {name: portal}\nspec:\n  displayName: Portal\n";

tl::expected<source::ManifestSet, source::SourceError> TextTree::read(const std::vector<std::string>& folders) const {
    source::ManifestSet set;
    for (const auto& [path, text] : files_) {
        for (const auto& folder : folders)
            if (path.rfind(folder + "/", 0) == 0) set.files.push_back({path, text});
    }
    return set;
}

tl::expected<std::string, source::SourceError> TextTree::read_referenced(const std::string& path) const {
    const auto found = files_.find(path);
    if (found == files_.end()) return tl::unexpected(source::SourceError{"no such file", {}});
    return found->second;
}

tl::expected<std::vector<std::string>, source::SourceError> TextTree::list_referenced(const std::string&) const {
    return tl::unexpected(source::SourceError{"no such folder", {}});
}

/// The stage's tenant behind the interface that the keeper knows.
class KeeperStage::Pretended final : public Tenant, public provider::Writer {
public:
    explicit Pretended(KeeperStage& stage) : stage_(stage) {}

    tl::expected<model::Snapshot, provider::ProviderError> observe(const model::Scope&,
                                                                   provider::ReadProgress& progress) override {
        if (stage_.while_reading) stage_.while_reading(progress);
        if (stage_.read_fails) return tl::unexpected(*stage_.read_fails);
        auto snapshot = stage_.tenant.observe(stage_.order.workspace->graph);
        snapshot.taken_at = stage_.clock.now();
        return snapshot;
    }
    tl::expected<model::Survey, provider::ProviderError> survey(const model::Selection&,
                                                                provider::ReadProgress&) override {
        return {};
    }
    tl::expected<SignedIn, SignInError> signed_in() override { return SignedIn{}; }
    tl::expected<void, provider::ProviderError> read_connectors(const model::Scope&) override { return {}; }
    tl::expected<PersonSignedIn, SignInError> person_signed_in(const std::string&) override {
        return tl::unexpected(SignInError{"nobody", ""});
    }
    Reached reach(const std::string&) override { return {.answered = true, .error = {}, .date = {}}; }
    tl::expected<std::set<std::string>, provider::ProviderError> owned_among(
        const std::set<std::string>& object_ids) override {
        return object_ids;
    }
    std::vector<provider::Writer*> writers() override { return {this}; }
    const std::vector<std::string>& warnings() const override { return warnings_; }
    net::SessionCounters counters() const override { return {}; }
    std::vector<ServiceCounters> services() const override { return {}; }
    net::Clock& clock() override { return stage_.clock; }
    net::Rng& rng() override { return rng_; }
    void interrupt() noexcept override {}

    bool handles(std::string_view) const noexcept override { return true; }
    tl::expected<provider::StepResult, provider::ProviderError> apply(const plan::Step& step,
                                                                      const provider::StepInput&) override {
        ++stage_.writes;
        if (stage_.write_fails) return tl::unexpected(*stage_.write_fails);
        plan::Plan alone;
        alone.steps = {step};
        alone.steps.front().after.clear();
        plan::testing::Dice dice;
        stage_.tenant.carry_out(alone, stage_.tenant.observe(stage_.order.workspace->graph), dice);
        provider::StepResult result;
        if (const auto* made = stage_.tenant.find(step.address))
            result.outputs.emplace(model::output::object_id, made->id);
        return result;
    }

private:
    KeeperStage& stage_;
    StageRng rng_;
    std::vector<std::string> warnings_;
};

KeeperStage::KeeperStage(std::string manifests) {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("regent-keeper-{}", ::getpid());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::string warning;
    stores_ = *store::open_service_stores(folder_ / "regent.db", warning, [this] { return clock.now(); });
    set_manifests(manifests, "1111111111111111111111111111111111111111");
    order.may_apply = true;
    order.replication_grace = std::chrono::seconds(20);
    order.warn_before_expiry = std::chrono::hours(24);
    KeeperParts parts{*stores_.store,
                      *stores_.service,
                      [this](const auto&, WaitListener) -> tl::expected<std::unique_ptr<Tenant>, SignInError> {
                          return std::make_unique<Pretended>(*this);
                      },
                      [this] { return clock.now(); },
                      [this](Event event) { events.push_back(std::move(event)); },
                      [this](const EnvironmentStatus& shown) { status = shown; },
                      [] {},
                      measurements_,
                      stop_,
                      folder_};
    keeper_ = std::make_unique<EnvironmentKeeper>("dev", std::move(parts));
}

KeeperStage::~KeeperStage() {
    keeper_.reset();
    stores_ = {};
    std::filesystem::remove_all(folder_);
}

void KeeperStage::set_manifests(const std::string& text, const std::string& commit) {
    auto workspace = open_workspace(TextTree(repository(text, environment_spec)), "dev");
    REQUIRE(workspace);
    REQUIRE_FALSE(model::has_errors(workspace->diagnostics));
    order.workspace = std::make_shared<const Workspace>(std::move(*workspace));
    order.revision.commit = commit;
    order.revision.branch = "main";
}

void KeeperStage::approve() {
    REQUIRE(status.pending);
    REQUIRE(stores_.service->approve({state_key(order.workspace->environment), status.pending->plan_id,
                                      order.revision.commit, "alice", rfc3339(clock.now())}));
}

RunStatus KeeperStage::run(const std::string& trigger) {
    order.trigger = trigger;
    const auto run = keeper_->run(order);
    order.forget.clear();
    order.forget_all = false;
    return run;
}

const ObjectStatus& KeeperStage::object(const std::string& name) const {
    for (const auto& each : status.objects)
        if (to_string(each.address) == name) return each;
    FAIL("no object " << name);
    throw std::logic_error("unreachable");
}

const Condition& KeeperStage::ready(const std::string& name) const {
    return *object(name).condition("Ready");
}

std::vector<Event> KeeperStage::events_of(EventType type) const {
    std::vector<Event> found;
    for (const auto& event : events)
        if (event.type == type) found.push_back(event);
    return found;
}

}  // namespace regent::controller::testing
