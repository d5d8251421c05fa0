#pragma once

#include "model/value.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// A file that belongs to a manifest.
struct WrittenFile {
    std::string name;  ///< "apiProperties.json"
    std::string bytes;
};

/// The files of paconn for a connector as it was observed (by attribute path): its definition, its properties, and its
/// picture and script where it has them. Minimal: what the service makes or fills in by itself is left out; canonical:
/// of one connector they are the same bytes each time. Read by the loader they declare what was observed.
[[nodiscard]] std::vector<WrittenFile> write_connector_files(const model::Map& attributes,
                                                             const std::set<std::string, std::less<>>& without);

/// What the definition says of itself: a Connector without `description` means this.
[[nodiscard]] std::string described_by(std::string_view definition);

/// The loader's "CREDENTIAL/VERSION" and, where sets have others, "/{SET: CREDENTIAL …}" as the mapping it came from;
/// null of an empty text.
[[nodiscard]] model::Value secret_from_words(std::string_view text);

/// Ids of the OAuth clients in `connectionParameters` and `connectionParameterSets` that show a secret of their own.
[[nodiscard]] std::vector<std::string> clients_with_secret(const model::Map& attributes);

}  // namespace regent::manifest
