#include "report/cases.hpp"
#include "report/outside_faces.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace regent::report;
using namespace regent::report::testing;

namespace {

namespace fs = std::filesystem;

/// Compares with tests/report/golden/<name>/<file>. REGENT_UPDATE_GOLDEN=1 writes the files instead, and the test still
/// fails: what was written has to be read before it counts.
void check_golden(const std::string& name, const std::string& file, const std::string& text) {
    const auto path = fs::path(REGENT_SOURCE_DIR) / "tests" / "report" / "golden" / name / file;
    std::ostringstream kept;
    kept << std::ifstream(path, std::ios::binary).rdbuf();
    if (kept.str() == text) return;
    if (const auto* update = std::getenv("REGENT_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
        fs::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        FAIL_CHECK("rewritten, read it: " << path.string());
        return;
    }
    INFO("REGENT_UPDATE_GOLDEN=1 rewrites " << path.string());
    CHECK(text == kept.str());
}

}  // namespace

TEST_CASE("every face of every report is as it was read and found good", "[report][golden]") {
    for (const auto& named_case : all_cases()) {
        DYNAMIC_SECTION(named_case.name) {
            const auto made = named_case.make();
            check_golden(named_case.name, "plan.txt", write_text(made->report, {}));
            check_golden(named_case.name, "plan.json", write_json(made->report));
            check_golden(named_case.name, "plan.md", write_markdown(made->report));
            check_golden(named_case.name, "plan.diff", write_diff(made->report, Colour::off));
            check_golden(named_case.name, "plan.sarif", write_sarif(made->report));
            check_golden(named_case.name, "plan.junit.xml", write_junit(made->report, false));
            check_golden(named_case.name, "plan.github", write_github(made->report));
            check_golden(named_case.name, "plan.html", write_html(made->report));
        }
    }
}
