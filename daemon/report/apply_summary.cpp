#include "report/apply_summary.hpp"

#include "model/value.hpp"
#include "report/plan_json.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace regent::report {
namespace {

std::string duration(std::chrono::milliseconds took) {
    return took.count() < 60'000 ? fmt::format("{:.1f}s", static_cast<double>(took.count()) / 1000.0) : took_text(took);
}

std::string those(std::string_view word, const std::vector<std::string>& names) {
    if (names.empty()) return {};
    return fmt::format(", {} {} ({})", names.size(), word, fmt::join(names, ", "));
}

std::string_view read_back(const ApplySummary& summary) {
    if (!summary.settled) return "";
    return summary.more ? " Read back: what was held back can be done now, apply again."
                        : " Read back: nothing left to do.";
}

std::string sentence(const ApplySummary& summary) {
    const auto counts =
        fmt::format("{} created, {} adopted, {} updated, {} deleted, {} issued", summary.created, summary.adopted,
                    summary.updated, summary.removed, count_of(summary.secrets, "secret"));
    if (!summary.complete) {
        return fmt::format("Apply stopped short after {}: {}{}{}.", duration(summary.took), counts,
                           those("failed", summary.failed), those("waiting", summary.waiting));
    }
    return fmt::format("Apply complete in {}: {}. 0 failed.{}", duration(summary.took), counts, read_back(summary));
}

}  // namespace

std::string write_text(const ApplySummary& summary) {
    std::string text;
    if (!summary.without_connections.empty()) {
        text += fmt::format(
            "Nobody has a connection with {} yet: people make their own, and consent when they do; regent does not.\n",
            model::with_visible_controls(fmt::format("{}", fmt::join(summary.without_connections, ", "))));
    }
    text += model::with_visible_controls(sentence(summary)) + "\n";
    if (!summary.complete)
        text += fmt::format("Run `regent plan -e {}` to see what remains.\n",
                            model::with_visible_controls(summary.environment));
    return text;
}

std::string write_jsonl(const ApplySummary& summary) {
    const nlohmann::ordered_json json{{"@level", summary.complete && summary.settled ? "info" : "error"},
                                      {"@message", model::with_visible_controls(sentence(summary))},
                                      {"@timestamp", summary.timestamp},
                                      {"type", "apply_summary"},
                                      {"apply",
                                       {{"environment", summary.environment},
                                        {"plan_id", "sha256:" + summary.plan_id},
                                        {"complete", summary.complete},
                                        {"settled", summary.settled},
                                        {"open", summary.open},
                                        {"create", summary.created},
                                        {"adopt", summary.adopted},
                                        {"update", summary.updated},
                                        {"delete", summary.removed},
                                        {"secrets", summary.secrets},
                                        {"failed", summary.failed},
                                        {"waiting", summary.waiting},
                                        {"without_connections", summary.without_connections},
                                        {"seconds", static_cast<double>(summary.took.count()) / 1000.0}}}};
    return dump(json, -1) + "\n";
}

}  // namespace regent::report
