#pragma once

#include "net/session.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"

#include <nlohmann/json_fwd.hpp>

#include <mutex>
#include <optional>
#include <string>

namespace regent::provider::powerapps {

/// Whom the service names as `modifiedBy` when we save a connector.
///
/// Whether that is the object id in our token is documented nowhere, so it is a first guess, and what the service says
/// of our own saves is kept instead. Thread-safe.
class Saver {
public:
    Saver(net::TokenSource& tokens, std::string scope) : tokens_(tokens), scope_(std::move(scope)) {}

    /// Lower case; empty when nothing says who we are, and then nobody can tell another's save from ours.
    [[nodiscard]] std::string id();
    void learn(std::string id);
    /// Whether `id`, which the service gives of somebody, is surely not one of ours: neither what it was learned to
    /// call us nor what our token does. False where one of the two says nothing.
    [[nodiscard]] bool is_another(const std::string& id);

private:
    net::TokenSource& tokens_;
    std::string scope_;
    std::mutex mutex_;
    std::string learned_;
};

/// Whether somebody else made the connector that carries `mark`, which does not say yet which connector it was written
/// onto: a mark's first one was written by whoever made it, so that this one is a copy. `ours`: Saver::id().
[[nodiscard]] bool is_made_by_others(const ConnectorFacts& facts, const ConnectorMark& mark, const std::string& ours);

/// The document of a write once more, its mark naming `saved_by`; nothing where it does so already, where it names
/// nobody, or where the service did not say. It travels whole, its secret with it: what a save without one does to the
/// stored one is not sure.
[[nodiscard]] std::optional<nlohmann::json> corrected(const nlohmann::json& sent, const std::string& saved_by);

}  // namespace regent::provider::powerapps
