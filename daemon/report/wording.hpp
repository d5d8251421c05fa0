#pragma once

#include "plan/plan.hpp"
#include "report/run_report.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace regent::report {

/// "1 object", "3 objects".
[[nodiscard]] std::string count_of(std::size_t count, std::string_view noun);
/// "Cloud of https://management.contoso.example: sign-in at https://login.contoso.example, Graph at https://…"
[[nodiscard]] std::string cloud_sentence(const Cloud& cloud);
/// "2.4s", "85ms", "2m41s".
[[nodiscard]] std::string took_text(std::chrono::milliseconds took);
/// As manifests write durations: "180d", "12h", "30m", "45s".
[[nodiscard]] std::string duration_text(std::int64_t seconds);
/// "main@4f2c1ab" of "main@4f2c1ab, clean".
[[nodiscard]] std::string short_revision(const std::string& revision);
/// The first 8 digits of a plan's id.
[[nodiscard]] std::string short_id(const std::string& plan_id);

/// "Application/app", "base/app.yaml:2": names from a tenant or a file system, with visible control characters.
[[nodiscard]] std::string shown(const model::Address& address);
[[nodiscard]] std::string shown(const model::Place& place);

/// What has happened to an object: "created", "restored", "deleted".
[[nodiscard]] std::string_view past_word_for(const plan::ResourceChange& resource) noexcept;
/// What a step does: "create", "issue", "await".
[[nodiscard]] std::string_view word_for(const plan::Step& step) noexcept;
/// What of the object it is about: "secret \"arm\", valid 180d"; empty when it is the object itself.
[[nodiscard]] std::string what_of(const plan::Step& step);
/// The sentence behind a reason that a reader cannot see from the fields; empty for the obvious ones.
[[nodiscard]] std::string_view sentence_for(plan::Reason reason) noexcept;
/// The same, where the changes tell more than the reason does.
[[nodiscard]] std::string_view sentence_for(const plan::ResourceChange& resource) noexcept;

/// "3 to create, 1 to adopt, 1 secret to issue. 1 unchanged."
[[nodiscard]] std::string counts_text(const plan::Summary& summary);
/// The last line of every report.
[[nodiscard]] std::string summary_line(const RunReport& report);
/// Whether there is no plan to report of: the manifests are wrong, and so the tenant was not read. `problems` are
/// theirs.
[[nodiscard]] bool is_missing(const plan::Plan& plan) noexcept;

}  // namespace regent::report
