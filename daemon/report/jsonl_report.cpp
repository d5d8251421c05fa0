#include "report/plan_json.hpp"
#include "report/run_report.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace regent::report {
namespace {

using Json = nlohmann::ordered_json;

/// One object a line; `@message` alone tells a reader what the line is about, whatever its type.
class Stream {
public:
    explicit Stream(const RunReport& report) : report_(report) {}

    void line(std::string_view level, std::string_view type, const std::string& message, const char* key,
              Json payload) {
        Json json{{"@level", level},
                  {"@message", model::with_visible_controls(message)},
                  {"@timestamp", report_.timestamp},
                  {"type", type}};
        if (key != nullptr) json[key] = std::move(payload);
        text_ += dump(json, -1) + "\n";
    }
    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    const RunReport& report_;
    std::string text_;
};

std::string drift_message(const Json& drift) {
    if (drift.at("path").get<std::string>().empty())
        return fmt::format("{} {}", drift.at("address").get<std::string>(), drift.at("note").get<std::string>());
    return fmt::format("{}: {} was changed outside", drift.at("address").get<std::string>(),
                       drift.at("path").get<std::string>());
}

}  // namespace

std::string write_jsonl(const RunReport& report) {
    const auto& plan = *report.plan;
    Stream stream(report);
    stream.line(
        "info", "version",
        fmt::format("{}plan for {}, format {}", is_missing(plan) ? "no " : "", plan.environment, format_version),
        "version",
        {{"format_version", format_version},
         {"plan_id", plan_id_json(plan)},
         {"environment", plan.environment},
         {"revision", report.revision}});
    for (auto& drift : drift_json(plan)) {
        const auto message = drift_message(drift);
        stream.line("info", "resource_drift", message, "drift", std::move(drift));
    }
    for (const auto& resource : plan.resources) {
        if (resource.action == plan::Action::none) continue;
        stream.line("info", "planned_change",
                    fmt::format("{}: plan to {}", model::to_string(resource.address), to_string(resource.action)),
                    "change", change_json(resource));
    }
    for (auto& risk : risks_json(report)) {
        const auto message = fmt::format("{}: {} risk: {}", risk.at("address").get<std::string>(),
                                         risk.at("risk").get<std::string>(), risk.at("reason").get<std::string>());
        stream.line("warn", "risk", message, "risk", std::move(risk));
    }
    for (const auto& withheld : plan.withheld) {
        stream.line("warn", "withheld", fmt::format("{}: {}", model::to_string(withheld.address), withheld.message),
                    "withheld", withheld_json(withheld));
    }
    for (const auto& problem : plan.problems) {
        stream.line("error", "diagnostic", problem.message, "diagnostic", problem_json(problem));
    }
    for (const auto& refusal : report.refusals) {
        stream.line("error", "refusal", refusal.message, "refusal", refusal_json(refusal));
    }
    stream.line(is_missing(plan) ? "error" : "info", "change_summary", summary_line(report), "summary",
                summary_json(plan));
    return std::move(stream).text();
}

}  // namespace regent::report
