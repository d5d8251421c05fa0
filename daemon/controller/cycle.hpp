#pragma once

#include "controller/environment_keeper.hpp"
#include "controller/outcome_counts.hpp"
#include "controller/state_lock.hpp"

#include <optional>
#include <string>
#include <vector>

namespace regent::controller {

/// Whether any of its differences was made outside.
[[nodiscard]] bool has_drift(const plan::ResourceChange& resource);

/// One run of an EnvironmentKeeper: the member functions are its stages, in the order in which run() calls them.
class Cycle {
public:
    Cycle(EnvironmentKeeper& keeper, const RunOrder& order, std::string key);
    RunStatus run();

private:
    /// What ends a run before its end.
    struct Stop {
        std::string result;  ///< failed, interrupted, try-again
        std::string message, code;
        ConditionReason reason = ConditionReason::service_error;
        std::string help = {};
    };

    RunStatus run_phases();
    tl::expected<void, Stop> take_lock();
    tl::expected<void, Stop> connect();
    tl::expected<void, Stop> observe();
    [[nodiscard]] provider::ReadOrder first_order();
    [[nodiscard]] tl::expected<Planned, provider::ProviderError> look(const plan::History& history,
                                                                      provider::ReadProgress& progress);
    [[nodiscard]] bool shows_the_past(const Planned& planned) const;
    [[nodiscard]] bool is_only_told(const Planned& planned) const;
    [[nodiscard]] bool was_read_before(const Planned& planned) const;
    void note_read(const Planned& planned);
    void look_at_disk();
    void decide();
    [[nodiscard]] bool was_approved();
    void end_approvals(const std::string& but_of_plan);
    void forget_creations();
    void apply();
    [[nodiscard]] std::optional<Planned> look_at_restored();
    void read_back();
    void remember_written(const model::Address& address);
    void learn();
    void learn_agreements();
    [[nodiscard]] bool only_waits(const apply::StepOutcome& outcome) const;
    void look_again_for(ObjectMemory& memory) const;
    [[nodiscard]] const plan::Plan& last_plan() const;
    [[nodiscard]] bool something_comes_by_itself() const;
    void learn_of(const model::Address& address, const apply::StepOutcome& outcome);
    [[nodiscard]] std::vector<ObjectStatus> objects_at(const Planned& now, const std::vector<Pause>& paused) const;
    void show_what_begins();
    void tell();
    void tell_drift();
    void tell_changes();
    void tell_objects(const std::vector<ObjectStatus>& objects);
    void tell_pending();
    void tell_expiry(const std::vector<CredentialStatus>& credentials);
    void record();
    RunStatus failed(const Stop& stop);

    /// Runs `work` with somebody who tells the status what it reads.
    template <typename Work>
    auto while_reading(const char* doing, const Work& work) {
        KeeperReading reading(
            doing, parts_.alive, [this](const std::string& text) { keeper_.say(text); },
            [this] { return tenant_->clock().monotonic(); });
        struct Watch {
            EnvironmentKeeper& keeper;
            ~Watch() { keeper.watch_reading(nullptr); }
        };
        auto result = [&] {
            keeper_.watch_reading(&reading);
            const Watch until_it_ends{keeper_};
            return work(reading);
        }();
        keeper_.say({});
        parts_.alive();
        return result;
    }
    void publish_pending();
    void emit(EventType type, EventSeverity severity, std::string message, std::optional<model::Address> address = {},
              std::string reason = {}, std::string path = {}, std::string action = {}, std::string request_id = {});
    [[nodiscard]] std::vector<Pause> pauses() const;
    [[nodiscard]] bool is_paused(const model::Address& address) const;
    [[nodiscard]] const plan::ResourceChange* change_of(const model::Address& address) const;
    [[nodiscard]] report::RunReport report_of(const Planned& planned) const;
    void phase_done(const char* name);

    EnvironmentKeeper& keeper_;
    KeeperParts& parts_;
    const RunOrder& order_;
    const model::Environment& environment_;
    const std::string key_;
    RunStatus run_;
    StateLock lock_;
    std::shared_ptr<Tenant> tenant_;
    std::string state_problem_;  ///< why the database cannot be written; empty: it can
    Planned before_, after_;
    Holds holds_;
    Holds mistaken_;
    bool unread_ = false;  ///< the plan was made from what is remembered, and nothing is done about it
    HeldPlan held_;
    LeftAlone left_alone_ = LeftAlone::no;
    bool approved_ = false;  ///< somebody approved this very plan
    bool wrote_ = false;     ///< the applier was set to work
    std::string left_alone_message_, guard_;
    std::map<model::Address, ObjectStatus> objects_before_;  ///< as they were shown when the run began
    std::optional<apply::ApplyResult> result_;
    std::map<model::Address, apply::StepOutcome> outcomes_;
    std::set<model::Address> failed_rotations_;  ///< applications with a secret that was not handed to everybody
    std::vector<store::ChangeRow> changes_;
    std::vector<Event> events_;
    Measurements::Phases phases_;
    Time phase_began_{};
};

}  // namespace regent::controller
