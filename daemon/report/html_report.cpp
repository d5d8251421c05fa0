#include "formats/junit.hpp"
#include "report/change_lines.hpp"
#include "report/outside_faces.hpp"
#include "report/risk_lines.hpp"
#include "report/wording.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::report {
namespace {

using plan::Action;

/// Everything that came from a manifest or a tenant goes through this one door.
std::string shown_text(std::string_view text) {
    return formats::escaped_markup(model::with_visible_controls(text));
}

/// No script, no picture, nothing fetched: the policy says so to the browser, too. Colours are pairs with a contrast of
/// at least 4.5 to 1 on both grounds (https://www.w3.org/TR/WCAG22/#contrast-minimum), and no meaning is in a colour
/// alone.
constexpr std::string_view head = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="regent">
<title>{title}</title>
<style>
:root {{ --ground: #fff; --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --panel: #f6f8fa; --add: #116329; --drop: #a40e26; --change: #7d4e00; --high: #a40e26; --medium: #7d4e00; }}
@media (prefers-color-scheme: dark) {{ :root {{ --ground: #0d1117; --text: #e6edf3; --soft: #9da7b3; --line: #3d444d; --panel: #161b22; --add: #56d364; --drop: #ff7b72; --change: #e3b341; --high: #ff7b72; --medium: #e3b341; }} }}
body {{ margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.5rem; margin: .5rem 0; }} h2 {{ font-size: 1.2rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }}
code, .code {{ font: .875rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }}
.soft {{ color: var(--soft); }} .summary {{ font-weight: 600; }}
section.object {{ border: 1px solid var(--line); border-radius: .4rem; margin: 1rem 0; padding: .5rem 1rem; }}
section.object h3 {{ font-size: 1rem; margin: .25rem 0; overflow-wrap: anywhere; }}
table {{ border-collapse: collapse; width: 100%; }} th, td {{ text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-top: 1px solid var(--line); }}
th {{ font-weight: 600; }} td.sign, td.field {{ white-space: nowrap; }}
.add {{ color: var(--add); }} .drop {{ color: var(--drop); }} .change {{ color: var(--change); }} .high {{ color: var(--high); font-weight: 600; }} .medium {{ color: var(--medium); font-weight: 600; }}
.box {{ background: var(--panel); border-left: .3rem solid var(--line); padding: .5rem 1rem; margin: 1rem 0; }} ul.box {{ padding-left: 2rem; }} .box.stop {{ border-color: var(--drop); }}
ul {{ padding-left: 1.25rem; }} li {{ margin: .25rem 0; overflow-wrap: anywhere; }}
@media (max-width: 40rem) {{ table.fields, table.fields tbody, table.fields tr, table.fields td {{ display: block; border: 0; padding: 0; }} table.fields thead {{ position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }} table.fields tr {{ border-top: 1px solid var(--line); padding: .25rem 0; }} table.fields td.sign {{ display: inline; margin-right: .5rem; }} table.fields td.field {{ display: inline; font-weight: 600; }} }}
@media print {{ body {{ max-width: none; }} section.object {{ break-inside: avoid; }} }}
</style>
</head>
<body>
<main>
)";

struct Sign {
    std::string_view word, style;
};
Sign sign_in_words(char sign) {
    if (sign == '+') return {"add", "add"};
    if (sign == '-') return {"remove", "drop"};
    if (sign == '~') return {"change", "change"};
    return {"set", "add"};
}

std::string_view style_of(Action action) {
    switch (action) {
        case Action::create:
            return "add";
        case Action::remove:
        case Action::replace:
            return "drop";
        case Action::none:
        case Action::adopt:
        case Action::update:
            return "change";
    }
    return "change";
}

class Html {
public:
    explicit Html(const RunReport& report) : report_(report), plan_(*report.plan) {}

    std::string write() {
        const auto title = title_text();
        text_ = fmt::format(fmt::runtime(head), fmt::arg("title", title));
        add(fmt::format("<h1>{}</h1>\n", title));
        add(fmt::format("<p class=\"summary\">{}</p>\n", shown_text(summary_line(report_))));
        about();
        problems();
        refusals();
        risks();
        drift();
        changes();
        withheld();
        undeclared();
        order();
        add("</main>\n</body>\n</html>\n");
        return std::move(text_);
    }

private:
    [[nodiscard]] std::string title_text() const {
        const auto* word = is_missing(plan_) ? "No plan" : "Plan";
        return plan_.environment.empty() ? word : fmt::format("{} for {}", word, shown_text(plan_.environment));
    }
    void add(std::string_view html) { text_ += html; }
    void section(std::string_view id, std::string_view title) {
        add(fmt::format("<h2 id=\"{}\">{}</h2>\n", id, title));
    }

    void about() {
        if (is_missing(plan_)) return;  // its summary says that nothing was read
        add(fmt::format("<p class=\"soft\">tenant <code>{}</code>", shown_text(plan_.tenant_id)));
        if (!report_.revision.empty()) add(fmt::format(", <code>{}</code>", shown_text(report_.revision)));
        add(fmt::format(", read {}, plan <code>{}</code></p>\n", shown_text(report_.timestamp),
                        shown_text(short_id(plan_.id))));
        if (report_.cloud) add(fmt::format("<p class=\"soft\">{}</p>\n", shown_text(cloud_sentence(*report_.cloud))));
        if (!plan_.empty() && !report_.apply_command.empty() && report_.refusals.empty())
            add(fmt::format("<p>To apply it: <code>{}</code></p>\n", shown_text(report_.apply_command)));
    }

    void problems() {
        if (plan_.problems.empty()) return;
        section("mistakes", is_missing(plan_) ? "Mistakes in the manifests" : "Mistakes that the tenant revealed");
        add("<ul class=\"box stop\">\n");
        for (const auto& problem : plan_.problems) {
            add(fmt::format("<li><code>{}</code> {}: {}", shown_text(problem.code),
                            shown_text(model::to_string(problem.span.begin())), shown_text(problem.message)));
            if (!problem.help.empty()) add(fmt::format("<br>{}", shown_text(problem.help)));
            add("</li>\n");
        }
        add("</ul>\n");
    }

    void refusals() {
        if (report_.refusals.empty()) return;
        section("refusals", "Apply refuses this plan");
        add("<ul class=\"box stop\">\n");
        for (const auto& refusal : report_.refusals) {
            add(fmt::format("<li><code>{}</code> {}", code_of(refusal.guard), shown_text(refusal.message)));
            if (!refusal.help.empty()) add(fmt::format("<br>{}", shown_text(refusal.help)));
            add("</li>\n");
        }
        add("</ul>\n");
    }

    void risks() {
        const auto lines = risk_lines(report_);
        if (lines.empty()) return;
        section("risks", "Risks: " + risk_counts(lines));
        add("<ul>\n");
        for (const auto& line : lines) {
            add(fmt::format("<li><span class=\"{0}\">{0}</span> <code>{1}</code> <code>{2}</code><br>{3}</li>\n",
                            to_string(line.risk), formats::escaped_markup(line.object),
                            formats::escaped_markup(line.what), formats::escaped_markup(line.reason)));
        }
        add("</ul>\n");
    }

    void drift() {
        bool titled = false;
        const auto show = [&](const auto& object, const auto& outside, const std::string& deleted) {
            if (outside.empty() && deleted.empty()) return;
            if (!titled) section("drift", "Changed outside since the last run");
            titled = true;
            add(fmt::format("<section class=\"object\"><h3>{}</h3>\n", shown_text(to_string(object.address))));
            if (!deleted.empty()) add(fmt::format("<p>{}</p>\n", formats::escaped_markup(deleted)));
            fields(outside, Fate::applied);
            add("</section>\n");
        };
        for (const auto& resource : plan_.resources)
            show(resource, outside_changes(resource), deleted_outside(resource));
        for (const auto& object : plan_.withheld) show(object, outside_changes(object.changes), {});
    }

    void fields(const std::vector<plan::Change>& changes, Fate fate) {
        if (changes.empty()) return;
        add("<table class=\"fields\">\n<thead><tr><th scope=\"col\">What</th><th scope=\"col\">Field</th><th "
            "scope=\"col\">Value</th></tr></thead>\n<tbody>\n");
        for (const auto& line : change_lines(changes, report_, fate)) {
            const auto sign = sign_in_words(line.sign);
            add(fmt::format(
                "<tr><td class=\"sign {}\">{}</td><td class=\"field\"><code>{}</code></td><td><span "
                "class=\"code\">{}</span>{}</td></tr>\n",
                sign.style, sign.word, shown_text(line.path), formats::escaped_markup(line.text),
                line.remark.empty()
                    ? std::string{}
                    : fmt::format(" <span class=\"soft\">({})</span>", formats::escaped_markup(line.remark))));
        }
        add("</tbody>\n</table>\n");
    }

    void changes() {
        bool titled = false;
        for (const auto& resource : plan_.resources) {
            if (resource.action == Action::none) continue;
            if (!titled) section("changes", "What apply would do");
            titled = true;
            object(resource);
        }
    }

    void object(const plan::ResourceChange& resource) {
        add(fmt::format("<section class=\"object\"><h3><span class=\"{}\">{}</span> {}</h3>\n",
                        style_of(resource.action), to_string(resource.action),
                        shown_text(to_string(resource.address))));
        if (!resource.place.file.empty()) {
            add(fmt::format("<p class=\"soft\">{}<code>{}</code></p>\n",
                            resource.action == Action::remove ? "was in " : "",
                            formats::escaped_markup(shown(resource.place))));
        }
        if (const auto why = sentence_for(resource); !why.empty()) add(fmt::format("<p>{}</p>\n", why));
        for (const auto& warning : resource.warnings)
            add(fmt::format("<p class=\"medium\">warning: {}</p>\n", shown_text(warning)));
        fields(resource.changes, fate_of(resource));
        if (resource.unchanged != 0)
            add(fmt::format("<p class=\"soft\">{} unchanged</p>\n", count_of(resource.unchanged, "field")));
        add("</section>\n");
    }

    void withheld() {
        if (plan_.withheld.empty()) return;
        section("withheld", "Seen and left alone");
        for (const auto& object : plan_.withheld) {
            add(fmt::format("<section class=\"object\"><h3>{}</h3>\n<p>{}</p>\n", shown_text(to_string(object.address)),
                            shown_text(object.message)));
            if (!object.help.empty()) add(fmt::format("<p class=\"soft\">{}</p>\n", shown_text(object.help)));
            fields(object.changes, Fate::left_alone);
            add("</section>\n");
        }
    }

    void undeclared() {
        bool titled = false;
        for (const auto& resource : plan_.resources) {
            for (const auto& there : resource.undeclared) {
                if (!titled) {
                    section("undeclared", "There, and declared by no manifest");
                    add("<ul>\n");
                }
                titled = true;
                add(fmt::format("<li><code>{}</code>: <code>{}</code></li>\n", shown_text(to_string(resource.address)),
                                shown_text(there)));
            }
        }
        if (titled) add("</ul>\n");
    }

    void order() {
        if (plan_.steps.empty()) return;
        section("order", "Order of work");
        std::vector<const plan::Step*> steps;
        for (const auto& step : plan_.steps) steps.push_back(&step);
        std::stable_sort(steps.begin(), steps.end(), [](const auto* a, const auto* b) { return a->wave < b->wave; });
        add("<table>\n<thead><tr><th scope=\"col\">Wave</th><th scope=\"col\">Step</th><th "
            "scope=\"col\">Object</th><th "
            "scope=\"col\">Part</th></tr></thead>\n<tbody>\n");
        for (const auto* step : steps) {
            add(fmt::format("<tr><td>{}</td><td>{}</td><td><code>{}</code></td><td>{}</td></tr>\n", step->wave,
                            word_for(*step), shown_text(to_string(step->address)), shown_text(what_of(*step))));
        }
        add("</tbody>\n</table>\n");
    }

    const RunReport& report_;
    const plan::Plan& plan_;
    std::string text_;
};

}  // namespace

std::string write_html(const RunReport& report) {
    return Html(report).write();
}

}  // namespace regent::report
