#pragma once

#include "apply/applier.hpp"
#include "model/attributes.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace regent::apply::testing {

/// "create Application/app", "add clientSecrets/arm of Application/app": how tests name a step.
[[nodiscard]] std::string name_of(const plan::Step& step);
[[nodiscard]] model::Reference output_of(const model::Address& address, std::string output);
[[nodiscard]] provider::ProviderError error_of(provider::ErrorKind kind, std::string message = "the service said no");

/// Steps in the order they are added; ids from 1.
class PlanBuilder {
public:
    PlanBuilder() { plan_.environment = "dev"; }
    /// Every attribute in `values` counts as written. Returns the step's id.
    int step(plan::Work work, const model::Address& address, std::vector<int> after = {}, const std::string& part = "",
             model::Map values = {});
    [[nodiscard]] plan::Step& at(int id) { return plan_.steps.at(static_cast<std::size_t>(id - 1)); }
    [[nodiscard]] plan::Plan& plan() { return plan_; }

private:
    plan::Plan plan_;
};

/// Answers as the test says and remembers what it was asked. Steps without an answer of their own succeed with no
/// outputs.
class ScriptedWriter final : public provider::Writer {
public:
    using Answer = std::function<tl::expected<provider::StepResult, provider::ProviderError>(
        const plan::Step&, const provider::StepInput&)>;
    void on(const std::string& step, Answer answer) { answers_[step] = std::move(answer); }
    void succeed(const std::string& step, std::map<std::string, std::string, std::less<>> outputs);
    void fail(const std::string& step, provider::ErrorKind kind);

    bool handles(std::string_view kind) const noexcept override { return kind != "Unheard"; }
    tl::expected<provider::StepResult, provider::ProviderError> apply(const plan::Step& step,
                                                                      const provider::StepInput& input) override;

    [[nodiscard]] std::vector<std::string> asked() const;
    [[nodiscard]] bool was_asked(const std::string& step) const;
    [[nodiscard]] model::Map values_of(const std::string& step) const;
    [[nodiscard]] int most_at_once() const { return most_at_once_; }
    [[nodiscard]] bool twice_for_one_object() const { return twice_for_one_object_; }

private:
    mutable std::mutex mutex_;
    std::map<std::string, Answer> answers_;
    std::vector<std::pair<std::string, model::Map>> asked_;
    std::map<model::Address, int> under_way_;
    int at_once_ = 0, most_at_once_ = 0;
    bool twice_for_one_object_ = false;
};

/// The real store, with an ear at the door and a way to break it.
class OverheardStore final : public store::Store {
public:
    explicit OverheardStore(std::unique_ptr<store::Store> real) : real_(std::move(real)) {}

    bool begin_fails = false;
    bool writes_fail = false;
    [[nodiscard]] std::vector<std::string> heard() const;

    tl::expected<std::int64_t, store::StoreError> begin(const std::string& environment,
                                                        const store::Intent& intent) override;
    tl::expected<void, store::StoreError> finish(std::int64_t intent, store::IntentOutcome outcome,
                                                 const std::string& remote_id) override;
    tl::expected<std::vector<store::Intent>, store::StoreError> unresolved(const std::string& environment) override;
    tl::expected<std::vector<store::Intent>, store::StoreError> unseen(const std::string& environment) override;
    tl::expected<void, store::StoreError> delivered(const std::string& environment, const model::Address& consumer,
                                                    const model::Address& application,
                                                    const std::string& key_id) override;
    tl::expected<void, store::StoreError> applied(const std::string& environment, const model::Address& address,
                                                  const model::Place& place, const std::string& remote_id,
                                                  const model::Map& values) override;
    tl::expected<void, store::StoreError> agreed(const std::string& environment,
                                                 const std::vector<store::AppliedObject>& objects) override;
    tl::expected<void, store::StoreError> removed(const std::string& environment,
                                                  const model::Address& address) override;
    tl::expected<plan::History, store::StoreError> history(const std::string& environment) override;
    tl::expected<std::vector<std::string>, store::StoreError> environments() override;
    tl::expected<void, store::StoreError> record_run(const std::string& environment,
                                                     const store::RunRecord& run) override;
    tl::expected<std::vector<store::RunRecord>, store::StoreError> runs(const std::string& environment,
                                                                        std::size_t limit) override;

private:
    void hear(std::string words);
    std::unique_ptr<store::Store> real_;
    mutable std::mutex mutex_;
    std::vector<std::string> heard_;
};

/// Notes what it is told, and whether it was ever told two things at once.
class AttentiveListener final : public Listener {
public:
    std::vector<std::string> heard;
    bool interrupted_itself = false;

    void step_started(const plan::Step& step) override { note("started " + name_of(step)); }
    void step_progress(const plan::Step& step, std::string_view words) override {
        note("progress " + name_of(step) + ": " + std::string(words));
    }
    void step_finished(const plan::Step& step, const StepOutcome&) override { note("finished " + name_of(step)); }

private:
    void note(std::string words);
    std::atomic<int> inside_ = 0;
};

/// A folder with a store in it, a writer and a listener: everything an Applier needs. The folder goes with the stage.
class Stage {
public:
    Stage();
    ~Stage();
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    ScriptedWriter writer;
    AttentiveListener listener;
    model::Snapshot observed;
    ApplierOptions options;
    std::unique_ptr<OverheardStore> store;

    ApplyResult run(const plan::Plan& plan);
    /// Ends the process, as far as the store is concerned, and starts it again.
    void restart();
    [[nodiscard]] std::string content_of_all_files() const;

private:
    std::filesystem::path folder_;
    std::atomic<int> operations_ = 0;
};

}  // namespace regent::apply::testing
