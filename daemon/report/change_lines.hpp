#pragma once

#include "plan/plan.hpp"
#include "report/run_report.hpp"

#include <string>
#include <vector>

namespace regent::report {

/// One difference as a person reads it. Everything in it that came from a tenant has visible control characters.
struct ChangeLine {
    std::string path;  ///< "redirectUris.web"
    char sign = ' ';   ///< '+', '-', '~'; blank for a plain value of an object that is created
    std::string text;  ///< "\"https://portal.example/\"", "\"old\" → \"new\"", "\"arm\", valid 180d (will be issued)"
    std::string
        remark;  ///< "puts back the change made outside", "from RedirectUri/x, base/x.yaml:3", "forces replacement"
};

/// A value of the attribute `path` in the words that manifests use: audiences, permissions and durations by name, a
/// definition by its size and digest, a Reference as what it waits for.
[[nodiscard]] std::string value_text(std::string_view path, const model::Value& value, const RunReport& report);

/// What a manifest would write for `value`: "single-tenant" for "AzureADMyOrg". Other values come back as they are.
[[nodiscard]] model::Value as_in_manifest(std::string_view path, const model::Value& value);

/// What becomes of an object's differences: they decide how a remark speaks of them.
enum class Fate { created, applied, replaced, left_alone };
[[nodiscard]] Fate fate_of(const plan::ResourceChange& resource) noexcept;

/// The lines of one object, in the order of its changes.
[[nodiscard]] std::vector<ChangeLine> change_lines(const std::vector<plan::Change>& changes, const RunReport& report,
                                                   Fate fate);

/// What happened outside, as opposed to what would be done about it: the drifted changes, turned round.
[[nodiscard]] std::vector<plan::Change> outside_changes(const std::vector<plan::Change>& changes);

/// The same of an object. One that somebody deleted has none of its own: deleted_outside() says what happened to it.
[[nodiscard]] std::vector<plan::Change> outside_changes(const plan::ResourceChange& resource);

/// "was deleted outside; it lies in the recycle bin": of an object that somebody deleted since the last run. Empty for
/// others.
[[nodiscard]] std::string deleted_outside(const plan::ResourceChange& resource);

}  // namespace regent::report
