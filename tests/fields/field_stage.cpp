#include "fields/field_stage.hpp"

#include "plan/planner.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace regent::fields::testing {

using nlohmann::json;

namespace {

constexpr const char* environment = "dev";

class Deaf final : public apply::Listener {
    void step_started(const plan::Step&) override {}
    void step_progress(const plan::Step&, std::string_view) override {}
    void step_finished(const plan::Step&, const apply::StepOutcome&) override {}
};

}  // namespace

FieldStage::FieldStage() {
    auto pattern = (std::filesystem::temp_directory_path() / "regent-fields-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    std::string warning;
    auto opened = store::open_store(folder_ / "regent.db", store::OpenMode::read_write, warning);
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
}

FieldStage::~FieldStage() {
    store_.reset();
    std::filesystem::remove_all(folder_);
}

void FieldStage::declare(const std::string& spec_lines) {
    lines_ = spec_lines;
}

plan::DesiredGraph FieldStage::desired() {
    const auto loaded = manifest::load_repository(
        {.manifest = manifest::application(lines_) + beside_, .environment = {}, .files = files_});
    INFO(lines_);
    for (const auto& diagnostic : loaded.diagnostics) {
        INFO(loaded.text);
        REQUIRE(diagnostic.severity == model::Severity::warning);
    }
    auto built = plan::build_desired_graph(*loaded.environment, loaded.declarations);
    for (const auto& diagnostic : built.diagnostics) {
        INFO(diagnostic.message);
        REQUIRE(diagnostic.severity == model::Severity::warning);
    }
    return std::move(built.graph);
}

model::Snapshot FieldStage::look() {
    model::Snapshot snapshot;
    const auto read = tenant_.observe(plan::scope_of(desired(), {}), snapshot);
    if (!read) FAIL(read.error().message << " | " << read.error().service);
    return snapshot;
}

plan::Plan FieldStage::plan(std::optional<std::chrono::system_clock::time_point> now) {
    auto history = store_->history(environment);
    REQUIRE(history);
    return plan::make_plan(desired(), look(), *history, now.value_or(tenant_.clock().now()));
}

apply::ApplyResult FieldStage::try_to_apply() {
    auto history = store_->history(environment);
    REQUIRE(history);
    const auto observed = look();
    const auto plan = plan::make_plan(desired(), observed, *history, tenant_.clock().now());
    Deaf listener;
    apply::ApplierOptions options;
    options.new_operation_id = [this] { return fmt::format("{:08x}", ++operations_); };
    options.now = [] { return std::chrono::system_clock::from_time_t(1789376531); };
    return apply::Applier({&tenant_.writer()}, *store_, listener, options).run(plan, observed);
}

plan::Plan FieldStage::apply() {
    auto planned = plan();
    const auto result = try_to_apply();
    for (const auto& outcome : result.outcomes) {
        INFO(outcome.error.message << " | " << outcome.error.service << " | " << outcome.error.help);
        REQUIRE(outcome.state == apply::StepState::done);
    }
    return planned;
}

json FieldStage::there() {
    return tenant_.application("regent.dev.portal");
}

json FieldStage::principal() {
    return tenant_.principal_of(there().at("appId"));
}

void FieldStage::damage_principal(const json& patch) {
    tenant_.change("/v1.0/servicePrincipals/" + principal().at("id").get<std::string>(), {{"patch", patch}});
}

void FieldStage::damage(const json& patch) {
    tenant_.change("/v1.0/applications/" + there().at("id").get<std::string>(), {{"patch", patch}});
}

std::string FieldStage::complaints(const std::string& spec_lines) {
    return manifest::load_repository(
               {.manifest = manifest::application(spec_lines) + beside_, .environment = {}, .files = files_})
        .text;
}

std::string file_text(const std::string& name) {
    return manifest::text_of_file(std::filesystem::path(REGENT_SOURCE_DIR) / "tests/fields/files" / name);
}

std::set<std::string> changed_paths(const plan::Plan& plan) {
    std::set<std::string> paths;
    for (const auto& resource : plan.resources) {
        for (const auto& change : resource.changes) paths.insert(change.path);
    }
    return paths;
}

std::string words_of(const plan::Plan& plan) {
    std::string words;
    for (const auto& resource : plan.resources) {
        for (const auto& change : resource.changes)
            words += fmt::format("{} {}: {} → {}\n", change.path, change.element, to_text(change.before),
                                 to_text(change.after));
    }
    return words;
}

}  // namespace regent::fields::testing
