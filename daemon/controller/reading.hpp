#pragma once

#include "controller/status.hpp"
#include "controller/workspace.hpp"
#include "source/source_watch.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace regent::controller {

/// All environments of one state of the source. It comes into force as a whole or not at all: environments of one
/// repository are never at different commits.
struct Reading {
    struct Errors {
        std::size_t count = 0;
        std::string text;  ///< as `regent validate` prints them
    };
    std::map<std::string, std::shared_ptr<const Workspace>> workspaces;
    std::map<std::string, Errors> errors;              ///< by environment; under "" what concerns none of them
    std::map<std::string, std::string> invalid_files;  ///< file → its first error, in one line
    std::string problem;                               ///< what is wrong beside manifests: a folder that is missing
    std::size_t files = 0;

    [[nodiscard]] bool valid() const noexcept { return errors.empty(); }
    /// The first error, in one line.
    [[nodiscard]] std::string first_error() const;
};

/// Reads the environments `wanted`, or all there are when it is empty.
[[nodiscard]] Reading read_state(const source::SourceState& state, const std::vector<std::string>& wanted);

/// The commit of `state`; without one, a folder's.
[[nodiscard]] RevisionStatus revision_of(const source::SourceState& state);

}  // namespace regent::controller
