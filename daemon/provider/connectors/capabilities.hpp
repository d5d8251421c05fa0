#pragma once

#include "model/value.hpp"

namespace regent::provider::connectors {

/// The service's list of what a connector offers, as attributes: `gateway` says whether that is among them, and
/// `capabilities` holds the others. A gateway that no manifest asks for goes, and of the rest only what one declares.
void read_capabilities(model::Map& attributes, const model::List& words);
/// The list again.
[[nodiscard]] model::List written_capabilities(const model::Map& values);
/// Of what a step does not write of them, `values` are given what is there: the list travels whole.
void complete_capabilities(model::Map& values, const model::Map& there);

}  // namespace regent::provider::connectors
