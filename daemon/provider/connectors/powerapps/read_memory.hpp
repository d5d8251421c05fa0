#pragma once

#include "model/snapshot.hpp"
#include "provider/connectors/powerapps/connector_match.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace regent::provider::powerapps {

/// What was read of each connector beside its entry in the list: definition, icon, script. As long as the entry says
/// that nobody has saved the connector since (`changedTime`, and all that is known of it), it need not be read again.
/// What was saved a moment ago is not remembered: a list may be ahead of the blobs it points to. Not thread-safe.
class ReadMemory {
public:
    using Time = std::chrono::system_clock::time_point;

    /// Gives `found` its definition and mark, if they are remembered.
    [[nodiscard]] bool recall(FoundConnector& found) const;
    /// The bytes of a file, as an attribute; nothing when they are not remembered.
    [[nodiscard]] std::optional<model::Value> recall(const model::ObservedResource& connector,
                                                     std::string_view path) const;

    /// Takes over what was read of all connectors there are. What is known of their files stays, where they are as they
    /// were.
    void keep(const std::vector<FoundConnector>& found, Time now);
    void keep(const model::ObservedResource& connector, std::string_view path);
    void forget() { entries_.clear(); }

private:
    struct Entry {
        std::string state;  ///< what the list said of it
        std::optional<ConnectorMark> mark;
        std::string definition;
        model::Map files;
    };
    std::map<std::string, Entry> entries_;  ///< by environment and name
};

}  // namespace regent::provider::powerapps
