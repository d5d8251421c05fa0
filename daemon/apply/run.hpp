#pragma once

#include "apply/applied_values.hpp"
#include "apply/applier.hpp"
#include "apply/journal.hpp"
#include "apply/outputs.hpp"
#include "apply/secret_keeper.hpp"
#include "apply/step_preparation.hpp"
#include "apply/step_queue.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>

namespace regent::apply {

/// One run of the Applier: the threads, and what they share.
class Run {
public:
    Run(const plan::Plan& plan, const model::Snapshot& observed, const std::vector<provider::Writer*>& writers,
        store::Store& store, Listener& listener, const ApplierOptions& options);

    ApplyResult to_the_end();

private:
    using Answer = tl::expected<provider::StepResult, provider::ProviderError>;

    void work();
    [[nodiscard]] bool told_to_stop() const;
    void announce(const std::vector<StepOutcome>& outcomes);

    StepOutcome carry_out(const plan::Step& step);
    tl::expected<PreparedStep, provider::ProviderError> prepare_locked(const plan::Step& step);
    tl::expected<void, store::StoreError> write_down_what_goes(const plan::Step& step);
    Answer send(const plan::Step& step, PreparedStep& prepared);
    Answer ask_writer(PreparedStep& prepared);
    void give_up(const plan::Step& step, provider::ProviderError& error);
    void note_outcome(std::int64_t intent, const plan::Step& step, const Answer& answer);
    void take_in(const plan::Step& step, provider::StepResult& result);
    void remember(const PreparedStep& prepared);
    void remember_object(const PreparedStep& prepared);
    [[nodiscard]] model::Map with_principal(const model::Address& address, model::Map values) const;
    void remember_deliveries(const PreparedStep& prepared);

    void pass(std::string_view crash_point, const plan::Step& step) const;
    void warn(const tl::expected<void, store::StoreError>& written);
    [[nodiscard]] std::string remote_id_of(const plan::Step& step);

    const plan::Plan& plan_;
    const std::vector<provider::Writer*>& writers_;
    store::Store& store_;
    Listener& listener_;
    const ApplierOptions& options_;
    std::string key_;  ///< the environment's, in the store
    Unresolved unresolved_;

    std::mutex mutex_;  ///< guards all below; never held while a Writer, the Store or the Listener is called
    std::condition_variable changed_;
    StepQueue queue_;
    Outputs outputs_;
    SecretKeeper secrets_;
    AppliedValues applied_;
    std::vector<std::string> warnings_;
    std::exception_ptr broken_;

    std::mutex listener_mutex_;
};

}  // namespace regent::apply
