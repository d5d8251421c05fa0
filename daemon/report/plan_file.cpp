#include "report/plan_file.hpp"

#include "report/plan_json.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>

namespace regent::report {
namespace {

constexpr std::string_view digest_prefix = "sha256:";

PlanFileError not_a_plan(std::string why) {
    return {"this is no plan file: " + std::move(why), "write one with `regent plan --out FILE`"};
}

std::string text_of(const nlohmann::json& json, const char* key) {
    if (!json.is_object()) return {};
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

int major_of(const std::string& version) {
    int major = 0;
    const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), major);
    const bool well_formed = error == std::errc{} && end != version.data() + version.size() && *end == '.';
    return well_formed ? major : 0;
}

bool is_digest(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                            [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Takes away what may differ between two looks at one plan: lines move, what counts as drift depends on the history of
/// the machine, words tell the time, and a service lists the members of a set in any order it likes.
void normalise(nlohmann::json& json) {
    if (json.is_object()) {
        for (const auto* member : {"source", "note", "warnings", "reason", "drift"}) json.erase(member);
    }
    for (auto& member : json) {
        if (member.is_structured()) normalise(member);
    }
    if (json.is_array()) std::sort(json.begin(), json.end());
}

/// What later minor versions added to objects and changes: a file of 1.0 cannot have it.
void forget_additions(nlohmann::json& json) {
    if (json.is_object()) {
        for (const auto* member : {"risk", "risk_reason"}) json.erase(member);
    }
    for (auto& member : json) {
        if (member.is_structured()) forget_additions(member);
    }
}

}  // namespace

std::string first_difference(const std::string& written, const std::string& made_again) {
    const auto read = [](const std::string& text) {
        auto json = nlohmann::json::parse(text, nullptr, false);
        normalise(json);
        return json;
    };
    auto old = read(written), fresh = read(made_again);
    if (text_of(old, "format_version") == "1.0") forget_additions(fresh);
    if (!old.is_object() || !fresh.is_object()) return "plan_id";
    for (const auto* member : {"plan_id", "environment", "owner", "tenant_id", "summary", "changes", "steps"}) {
        if (old.value(member, nlohmann::json()) != fresh.value(member, nlohmann::json())) return member;
    }
    return {};
}

tl::expected<PlanFile, PlanFileError> read_plan_file(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object()) return tl::unexpected(not_a_plan("it is not a JSON object"));
    PlanFile file{.plan_id = text_of(json, "plan_id"),
                  .environment = text_of(json, "environment"),
                  .format_version = text_of(json, "format_version")};
    const auto major = major_of(file.format_version);
    if (major == 0) return tl::unexpected(not_a_plan("it has no `format_version`"));
    if (major > format_major) {
        return tl::unexpected(
            PlanFileError{fmt::format("this plan file has format {}, and this regent reads up to {}.x",
                                      model::with_visible_controls(file.format_version), format_major),
                          "apply it with the version of regent that wrote it, or plan again"});
    }
    if (!file.plan_id.starts_with(digest_prefix) ||
        !is_digest(std::string_view(file.plan_id).substr(digest_prefix.size()))) {
        return tl::unexpected(not_a_plan("its `plan_id` is not \"sha256:\" and 64 digits"));
    }
    file.plan_id.erase(0, digest_prefix.size());
    if (file.environment.empty()) return tl::unexpected(not_a_plan("it names no `environment`"));
    return file;
}

}  // namespace regent::report
