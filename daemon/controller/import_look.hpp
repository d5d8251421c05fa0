#pragma once

#include "controller/import_trial.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::controller {

/// An attribute that does not come out of a manifest as it is in the tenant, or one element of it.
struct Misread {
    std::string path;
    std::string element;  ///< its name, or itself in a set of texts; empty: it is not known which
    std::string why;
};

/// What a trial of a manifest has shown. Neither valid nor with anything wrong to leave out: `why` nothing can be made.
struct ImportLook {
    bool valid = false;
    std::vector<Misread> wrong;
    std::string why;
};

/// Of a manifest of an object of `kind` that leaves the attributes `without` out already.
[[nodiscard]] ImportLook look_at(const ImportTrial& trial, std::string_view kind,
                                 const std::set<std::string, std::less<>>& without);

}  // namespace regent::controller
