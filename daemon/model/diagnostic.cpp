#include "model/diagnostic.hpp"

#include <algorithm>
#include <tuple>

namespace regent::model {

bool has_errors(const Diagnostics& diagnostics) noexcept {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::error; });
}

void sort(Diagnostics& diagnostics) {
    std::stable_sort(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& a, const Diagnostic& b) {
        return std::tie(a.span.file, a.span.line, a.span.column, a.code) <
               std::tie(b.span.file, b.span.line, b.span.column, b.code);
    });
}

}  // namespace regent::model
