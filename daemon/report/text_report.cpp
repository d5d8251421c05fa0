#include "plan/obstacles.hpp"
#include "report/change_lines.hpp"
#include "report/credential_lines.hpp"
#include "report/paint.hpp"
#include "report/risk_lines.hpp"
#include "report/run_report.hpp"
#include "report/text_layout.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace regent::report {
namespace {

using plan::Action;

/// Beyond it one long name would push what is said of all others off the screen.
constexpr std::size_t widest_object = 48;

/// The sections of a text report, in their order. Everything is appended to one string.
class TextReport {
public:
    TextReport(const RunReport& report, const TextOptions& options)
        : report_(report), plan_(*report.plan), options_(options), layout_(report, options.colour) {}

    std::string write() {
        if (options_.quiet || is_missing(plan_)) return last_line();  // mistakes have a place of their own
        if (nothing_to_tell()) {
            if (options_.show_unchanged) unchanged_section();
            if (options_.show_unchanged) credentials_section();
            return text_ + last_line();
        }
        heading();
        drift_section();
        if (options_.drift_only) return text_ + drift_line();
        changes_section();
        if (options_.show_unchanged) unchanged_section();
        risk_section();
        if (options_.show_unchanged) credentials_section();
        undeclared_section();
        order_section();
        withheld_section();
        guards_section();
        return text_ + last_line();
    }

private:
    [[nodiscard]] bool nothing_to_tell() const {
        return !options_.drift_only && plan_.empty() && plan_.withheld.empty() && plan_.problems.empty() &&
               report_.refusals.empty() && plan_.summary.nothing_to_do() &&
               std::all_of(plan_.resources.begin(), plan_.resources.end(), [](const auto& r) {
                   return r.undeclared.empty() && r.warnings.empty() && r.ignored.empty();
               });
    }

    void line(const std::string& text) { text_ += text + "\n"; }
    void section(std::string_view title) { line("\n" + paint(title, Tone::heading, options_.colour)); }

    void heading() {
        auto text = fmt::format("Environment {}   tenant {}", model::with_visible_controls(plan_.environment),
                                model::with_visible_controls(plan_.tenant_id));
        if (!report_.revision.empty()) text += "   " + model::with_visible_controls(report_.revision);
        text += fmt::format("   read {} in {}", count_of(report_.objects_read, "object"), took_text(report_.read_took));
        line(paint(text, Tone::heading, options_.colour));
        if (report_.cloud) line(model::with_visible_controls(cloud_sentence(*report_.cloud)));
    }

    void drift_section() {
        bool titled = false;
        const auto show = [&](const auto& object, const auto& outside, const std::string& deleted) {
            if (outside.empty() && deleted.empty()) return;
            if (!titled) section("Changed outside since the last run");
            titled = true;
            const bool gone = !deleted.empty();
            line(layout_.heading(gone ? "-" : "~", gone ? Tone::remove : Tone::update, object.address,
                                 shown(object.place)));
            if (gone) line(layout_.note(deleted));
            text_ += layout_.block(change_lines(outside, report_, Fate::applied));
            drifted_changes_ += outside.size() + (gone ? 1 : 0);
            ++drifted_objects_;
        };
        for (const auto& resource : plan_.resources)
            show(resource, outside_changes(resource), deleted_outside(resource));
        for (const auto& withheld : plan_.withheld) show(withheld, outside_changes(withheld.changes), {});
    }

    [[nodiscard]] std::string drift_line() const {
        if (drifted_objects_ == 0)
            return fmt::format("\nNo drift. Nothing in {} was changed outside.\n", environment());
        return fmt::format("\nDrift: {} made outside, on {} in {}.\n", count_of(drifted_changes_, "change"),
                           count_of(drifted_objects_, "object"), environment());
    }

    void changes_section() {
        std::string legend;
        for (const auto action : {Action::create, Action::update, Action::replace, Action::remove, Action::adopt}) {
            if (!any_with(action)) continue;
            legend += "   " +
                      paint(fmt::format("{} {}", sign_of(action), to_string(action)), tone_of(action), options_.colour);
        }
        if (legend.empty()) return;
        line("\n" + paint("What apply would do", Tone::heading, options_.colour) + legend);
        bool first = true;
        for (const auto& resource : plan_.resources) {
            if (resource.action == Action::none) continue;
            if (!first) line("");
            first = false;
            object(resource);
        }
    }

    [[nodiscard]] bool any_with(Action action) const {
        return std::any_of(plan_.resources.begin(), plan_.resources.end(),
                           [&](const auto& r) { return r.action == action; });
    }

    void object(const plan::ResourceChange& resource) {
        line(layout_.heading(sign_of(resource.action), tone_of(resource.action), resource.address, where(resource)));
        if (resource.action == Action::adopt) line(layout_.note(adoption_text(resource)));
        if (const auto why = sentence_for(resource); !why.empty()) line(layout_.note(std::string(why)));
        text_ += layout_.block(change_lines(resource.changes, report_, fate_of(resource)));
        for (const auto& warning : resource.warnings) {
            line(layout_.note(paint("warning: ", Tone::warning, options_.colour) +
                              model::with_visible_controls(warning)));
        }
        for (const auto& there : resource.undeclared) {
            line(layout_.note("not declared, left alone: " + model::with_visible_controls(there)));
        }
        if (const auto rest = rest_of(resource); !rest.empty()) {
            line(layout_.note(paint("# (" + rest + ")", Tone::dim, options_.colour)));
        }
    }

    static std::string where(const plan::ResourceChange& resource) {
        if (resource.place.file.empty()) return "";
        return resource.action == Action::remove ? "was in " + model::with_visible_controls(resource.place.file.str())
                                                 : shown(resource.place);
    }

    [[nodiscard]] std::string adoption_text(const plan::ResourceChange& resource) const {
        const auto step = std::find_if(plan_.steps.begin(), plan_.steps.end(), [&](const auto& s) {
            return s.address == resource.address && s.work == plan::Work::adopt;
        });
        const auto id = step != plan_.steps.end() && !step->adopt_id.empty() ? step->adopt_id : resource.remote_id;
        return "takes over " + model::with_visible_controls(id) + (resource.changes.empty() ? "" : ", then");
    }

    static std::string rest_of(const plan::ResourceChange& resource) {
        std::vector<std::string> parts;
        if (resource.unchanged != 0) parts.push_back(count_of(resource.unchanged, "field") + " unchanged");
        if (!resource.ignored.empty()) {
            parts.push_back(model::with_visible_controls(
                fmt::format("{} ignored: {}", resource.ignored.size(), fmt::join(resource.ignored, ", "))));
        }
        if (!resource.remote_id.empty() && resource.action != Action::adopt) {
            parts.push_back("id " + model::with_visible_controls(resource.remote_id));
        }
        return fmt::format("{}", fmt::join(parts, "; "));
    }

    void unchanged_section() {
        if (!any_with(Action::none)) return;
        section("Unchanged");
        for (const auto& resource : plan_.resources) {
            if (resource.action == Action::none)
                line(layout_.heading(" ", Tone::plain, resource.address, shown(resource.place)));
        }
    }

    /// What a reviewer should look at, the riskiest first; the changes themselves keep the order of names.
    void risk_section() {
        const auto risks = risk_lines(report_);
        if (risks.empty()) return;
        line("\n" + paint("Risks", Tone::heading, options_.colour) + "   " + risk_counts(risks));
        std::size_t object_width = 0;
        for (const auto& risk : risks) object_width = std::max(object_width, width_of(risk.object));
        for (const auto& risk : risks) {
            const auto tone = risk.risk == model::Risk::high ? Tone::remove : Tone::warning;
            line(fmt::format("  {}  {}   {}", paint(padded(to_string(risk.risk), 6), tone, options_.colour),
                             padded(risk.object, std::min(object_width, widest_object)), risk.what));
            line("          " + risk.reason);
        }
    }

    void credentials_section() {
        const auto lines = credential_lines(plan_);
        if (lines.empty()) return;
        section("Credentials");
        for (const auto& text : lines) line("    " + text);
    }

    /// Credentials and URIs that nobody declared are listed even where nothing else changes: an extra credential is the
    /// classic back door.
    void undeclared_section() {
        bool titled = false;
        for (const auto& resource : plan_.resources) {
            if (resource.action != Action::none) continue;
            if (resource.undeclared.empty() && resource.warnings.empty() && resource.ignored.empty()) continue;
            if (!titled) section("Nothing to do, but worth knowing");
            titled = true;
            line(layout_.heading(" ", Tone::plain, resource.address, shown(resource.place)));
            for (const auto& warning : resource.warnings) {
                line(layout_.note(paint("warning: ", Tone::warning, options_.colour) +
                                  model::with_visible_controls(warning)));
            }
            for (const auto& there : resource.undeclared) {
                line(layout_.note("not declared, left alone: " + model::with_visible_controls(there)));
            }
            if (!resource.ignored.empty()) {
                line(layout_.note(model::with_visible_controls(
                    fmt::format("differs, ignored: {}", fmt::join(resource.ignored, ", ")))));
            }
        }
    }

    void order_section() {
        if (plan_.steps.empty()) return;
        section("Order of work");
        std::vector<const plan::Step*> steps;
        for (const auto& step : plan_.steps) steps.push_back(&step);
        std::stable_sort(steps.begin(), steps.end(), [](const auto* a, const auto* b) { return a->wave < b->wave; });
        int wave = 0;
        for (const auto* step : steps) {
            line(layout_.step(*step, step->wave != wave));
            wave = step->wave;
        }
    }

    /// What a person must act on, apart from what is left alone as it was asked to be.
    void withheld_section() {
        withheld_part("Cannot be done", "!", true);
        withheld_part("Seen and left alone", ".", false);
    }

    void withheld_part(const char* title, const char* sign, bool obstacles) {
        bool titled = false;
        for (const auto& withheld : plan_.withheld) {
            if (plan::is_obstacle(withheld) != obstacles) continue;
            if (!std::exchange(titled, true)) section(title);
            line(layout_.heading(sign, obstacles ? Tone::warning : Tone::plain, withheld.address,
                                 shown(withheld.place)));
            line(layout_.note(model::with_visible_controls(withheld.message)));
            if (!withheld.help.empty()) line(layout_.note("help: " + model::with_visible_controls(withheld.help)));
            text_ += layout_.block(change_lines(withheld.changes, report_, Fate::left_alone));
        }
    }

    void guards_section() {
        if (plan_.empty() && report_.refusals.empty()) {
            line("");
            return;
        }
        auto text = fmt::format("\nGuards: deletes {} of {} allowed.   Plan id {}", plan_.deletes, report_.max_deletes,
                                short_id(plan_.id));
        if (!report_.apply_command.empty())
            text += fmt::format(" ({})", model::with_visible_controls(report_.apply_command));
        line(text);
        for (const auto& refusal : report_.refusals) {
            line(paint("Apply refuses: ", Tone::remove, options_.colour) +
                 model::with_visible_controls(refusal.message));
            if (!refusal.help.empty()) line("  help: " + model::with_visible_controls(refusal.help));
        }
    }

    [[nodiscard]] std::string environment() const { return model::with_visible_controls(plan_.environment); }
    [[nodiscard]] std::string last_line() const {
        return paint(summary_line(report_), Tone::heading, options_.colour) + "\n";
    }

    const RunReport& report_;
    const plan::Plan& plan_;
    TextOptions options_;
    TextLayout layout_;
    std::string text_;
    std::size_t drifted_changes_ = 0;
    std::size_t drifted_objects_ = 0;
};

}  // namespace

std::string write_text(const RunReport& report, const TextOptions& options) {
    return TextReport(report, options).write();
}

}  // namespace regent::report
