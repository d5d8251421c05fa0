#include "report/obstacle_lines.hpp"

#include "plan/obstacles.hpp"
#include "report/places.hpp"
#include "report/wording.hpp"

#include <algorithm>

namespace regent::report {

std::vector<ObstacleLine> obstacle_lines(const RunReport& report) {
    std::vector<ObstacleLine> lines;
    for (const auto& withheld : report.plan->withheld) {
        if (!plan::is_obstacle(withheld)) continue;
        lines.push_back({plan::passes_by_itself(withheld), shown(withheld.address),
                         model::with_visible_controls(withheld.message), model::with_visible_controls(withheld.help),
                         place_in_git(withheld.place, report)});
    }
    std::stable_partition(lines.begin(), lines.end(), [](const auto& line) { return !line.passes; });
    return lines;
}

}  // namespace regent::report
