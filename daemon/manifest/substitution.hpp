#pragma once

#include "manifest/document.hpp"
#include "model/diagnostic.hpp"
#include "model/place.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace regent::manifest {

/// A variable of an Environment.
struct Variable {
    Node value;          ///< a scalar or null, taken as it is: `${…}` inside it is not replaced again
    model::Place place;  ///< of its line in the environment's file
};

/// Environment.spec.vars. Nothing else is looked at: no process environment, no commands.
struct Variables {
    std::string environment;  ///< metadata.name, for messages; may be empty
    std::map<std::string, Variable, std::less<>> by_name;
};

/// Whether `${name}` can name it: a letter or `_`, then letters, digits and `_`.
[[nodiscard]] bool is_variable_name(std::string_view name) noexcept;

/// Replaces `${var}` and `${var:-default}` in the scalar values of `document`, never in keys, and notes in
/// Node::origins where each text came from. `$${` stands for `${` itself.
///
/// A scalar that is nothing but `${var}` becomes the variable's value, type and all: a variable written plain `true`
/// gives a plain `true`, whether or not the manifest put quotes around `${var}`. A default is taken as if it were
/// written plain. Inside longer text a value becomes text (Style::quoted, or block if it was one).
///
/// Errors are RG0301 (undefined), RG0302 (never closed) and RG0304 (not a name); the scalar is then left as it was. All
/// of them are reported, at the place of the `${…}`.
[[nodiscard]] model::Diagnostics substitute(Document& document, const Variables& variables);

}  // namespace regent::manifest
