#include "apply/stage.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace regent::apply::testing {

namespace fs = std::filesystem;

std::string name_of(const plan::Step& step) {
    const auto whose = model::to_string(step.address);
    if (step.part.empty()) return fmt::format("{} {}", to_string(step.work), whose);
    return fmt::format("{} {} of {}", to_string(step.work), step.part, whose);
}

model::Reference output_of(const model::Address& address, std::string output) {
    return {.address = address, .output = std::move(output), .prefix = "", .suffix = ""};
}

provider::ProviderError error_of(provider::ErrorKind kind, std::string message) {
    provider::ProviderError error;
    error.kind = kind;
    error.message = std::move(message);
    return error;
}

int PlanBuilder::step(plan::Work work, const model::Address& address, std::vector<int> after, const std::string& part,
                      model::Map values) {
    plan::Step step;
    step.id = static_cast<int>(plan_.steps.size()) + 1;
    step.work = work;
    step.address = address;
    step.part = part;
    step.after = std::move(after);
    for (const auto& [path, value] : values) step.changed.insert(path);
    step.values = std::move(values);
    step.place = {"base/app.yaml", 1, 1};
    plan_.steps.push_back(step);
    return step.id;
}

void ScriptedWriter::succeed(const std::string& step, std::map<std::string, std::string, std::less<>> outputs) {
    on(step, [outputs](const plan::Step&, const provider::StepInput&) {
        provider::StepResult result;
        result.outputs = outputs;
        return result;
    });
}

void ScriptedWriter::fail(const std::string& step, provider::ErrorKind kind) {
    on(step, [kind](const plan::Step&, const provider::StepInput&) { return tl::unexpected(error_of(kind)); });
}

tl::expected<provider::StepResult, provider::ProviderError> ScriptedWriter::apply(const plan::Step& step,
                                                                                  const provider::StepInput& input) {
    Answer answer;
    {
        const std::lock_guard lock(mutex_);
        asked_.emplace_back(name_of(step), step.values);
        most_at_once_ = std::max(most_at_once_, ++at_once_);
        if (++under_way_[step.address] > 1) twice_for_one_object_ = true;
        if (const auto it = answers_.find(name_of(step)); it != answers_.end()) answer = it->second;
    }
    tl::expected<provider::StepResult, provider::ProviderError> result = provider::StepResult{};
    if (answer) result = answer(step, input);
    const std::lock_guard lock(mutex_);
    --at_once_;
    --under_way_[step.address];
    return result;
}

std::vector<std::string> ScriptedWriter::asked() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, values] : asked_) names.push_back(name);
    return names;
}

bool ScriptedWriter::was_asked(const std::string& step) const {
    const auto names = asked();
    return std::find(names.begin(), names.end(), step) != names.end();
}

model::Map ScriptedWriter::values_of(const std::string& step) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, values] : asked_) {
        if (name == step) return values;
    }
    FAIL("never asked: " << step);
    return {};
}

void OverheardStore::hear(std::string words) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(words));
}

std::vector<std::string> OverheardStore::heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
}

tl::expected<std::int64_t, store::StoreError> OverheardStore::begin(const std::string& environment,
                                                                    const store::Intent& intent) {
    if (begin_fails) return tl::unexpected(store::StoreError{"disk full", "make room"});
    hear(fmt::format("begin {} {} {}", intent.work, model::to_string(intent.address), intent.part));
    return real_->begin(environment, intent);
}

tl::expected<void, store::StoreError> OverheardStore::finish(std::int64_t intent, store::IntentOutcome outcome,
                                                             const std::string& remote_id) {
    hear(fmt::format("finish {} {}", static_cast<int>(outcome), remote_id));
    return real_->finish(intent, outcome, remote_id);
}

tl::expected<std::vector<store::Intent>, store::StoreError> OverheardStore::unresolved(const std::string& environment) {
    return real_->unresolved(environment);
}

tl::expected<std::vector<store::Intent>, store::StoreError> OverheardStore::unseen(const std::string& environment) {
    return real_->unseen(environment);
}

tl::expected<void, store::StoreError> OverheardStore::delivered(const std::string& environment,
                                                                const model::Address& consumer,
                                                                const model::Address& application,
                                                                const std::string& key_id) {
    hear(fmt::format("delivered {} of {} to {}", key_id, model::to_string(application), model::to_string(consumer)));
    return real_->delivered(environment, consumer, application, key_id);
}

tl::expected<void, store::StoreError> OverheardStore::applied(const std::string& environment,
                                                              const model::Address& address, const model::Place& place,
                                                              const std::string& remote_id, const model::Map& values) {
    if (writes_fail) return tl::unexpected(store::StoreError{"disk full", "make room"});
    return real_->applied(environment, address, place, remote_id, values);
}

tl::expected<void, store::StoreError> OverheardStore::agreed(const std::string& environment,
                                                             const std::vector<store::AppliedObject>& objects) {
    if (writes_fail) return tl::unexpected(store::StoreError{"disk full", "make room"});
    return real_->agreed(environment, objects);
}

tl::expected<void, store::StoreError> OverheardStore::removed(const std::string& environment,
                                                              const model::Address& address) {
    return real_->removed(environment, address);
}

tl::expected<plan::History, store::StoreError> OverheardStore::history(const std::string& environment) {
    return real_->history(environment);
}

tl::expected<std::vector<std::string>, store::StoreError> OverheardStore::environments() {
    return real_->environments();
}

tl::expected<void, store::StoreError> OverheardStore::record_run(const std::string& environment,
                                                                 const store::RunRecord& run) {
    return real_->record_run(environment, run);
}

tl::expected<std::vector<store::RunRecord>, store::StoreError> OverheardStore::runs(const std::string& environment,
                                                                                    std::size_t limit) {
    return real_->runs(environment, limit);
}

void AttentiveListener::note(std::string words) {
    if (++inside_ > 1) interrupted_itself = true;
    heard.push_back(std::move(words));
    --inside_;
}

Stage::Stage() {
    auto pattern = (fs::temp_directory_path() / "regent-apply-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    options.new_operation_id = [this] { return fmt::format("{:08x}", ++operations_); };
    options.now = [] { return std::chrono::system_clock::from_time_t(1789376531); };
    restart();
}

Stage::~Stage() {
    store.reset();
    fs::remove_all(folder_);
}

void Stage::restart() {
    store.reset();
    std::string warning;
    auto opened = store::open_store(folder_ / "regent.db", store::OpenMode::read_write, warning);
    if (!opened) throw std::runtime_error(opened.error().message);
    store = std::make_unique<OverheardStore>(std::move(*opened));
}

ApplyResult Stage::run(const plan::Plan& plan) {
    return Applier({&writer}, *store, listener, options).run(plan, observed);
}

std::string Stage::content_of_all_files() const {
    std::ostringstream all;
    for (const auto& entry : fs::directory_iterator(folder_)) {
        all << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    }
    return all.str();
}

}  // namespace regent::apply::testing
