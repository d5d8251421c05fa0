#include "cli/exit_code.hpp"

#include <algorithm>
#include <array>

namespace regent::cli {

ExitCode most_telling(std::initializer_list<ExitCode> codes) noexcept {
    static constexpr std::array order = {ExitCode::interrupted, ExitCode::terminated,    ExitCode::bug,
                                         ExitCode::usage,       ExitCode::configuration, ExitCode::invalid_manifests,
                                         ExitCode::unreachable, ExitCode::refused,       ExitCode::sign_in,
                                         ExitCode::partly_done, ExitCode::try_again,     ExitCode::failed,
                                         ExitCode::changes};
    for (const auto code : order) {
        if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
    }
    return ExitCode::ok;
}

}  // namespace regent::cli
