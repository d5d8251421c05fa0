#pragma once

#include "model/declaration.hpp"
#include "model/diagnostic.hpp"
#include "model/environment.hpp"
#include "model/snapshot.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace regent::plan {

/// One remote object as all manifests together want it: its own document plus what others contribute.
struct DesiredResource {
    model::Address address;
    model::Place place;  ///< first line of its own document
    std::vector<std::string> previous_names = {};
    std::map<std::string, std::string> labels;
    model::Management management;
    std::map<std::string, model::DesiredAttribute, std::less<>> attributes;
    /// Documents that contribute elements, for the unchanged count and for tracing.
    std::vector<model::Address> contributors;

    /// Null pointer: its manifests do not say it.
    [[nodiscard]] const model::DesiredAttribute* attribute(std::string_view path) const {
        const auto it = attributes.find(path);
        return it == attributes.end() ? nullptr : &it->second;
    }
    /// Empty where it is not said, or no string.
    [[nodiscard]] std::string text(std::string_view path) const {
        const auto* said = attribute(path);
        return said == nullptr ? std::string{} : said->value.text_or({});
    }
};

/// Everything that the manifests of one environment ask for, references resolved to addresses.
struct DesiredGraph {
    model::Environment environment;
    std::map<model::Address, DesiredResource> resources;
    /// Documents read, contributions included: "All 6 objects match".
    std::size_t documents = 0;
};

struct GraphResult {
    DesiredGraph graph;
    model::Diagnostics diagnostics;  ///< when it holds an error the graph must not be used
};

/// Joins declarations into a graph and checks what no document can know alone: names used twice, previous ones too
/// (both places), references that dangle (did-you-mean, and which names there are), circles through early references
/// (printed with places), federated credentials on a connector without managed identity, secrets that no application
/// declares, 20 credentials per application, issuer and subject unique per application, one redirect URI under two
/// platforms, a managed identity's single-tenant rule; and warns of a connector whose redirect URL no application
/// accepts, and of a secret that nothing uses. The order of `declarations` does not matter.
[[nodiscard]] GraphResult build_desired_graph(const model::Environment& environment,
                                              std::vector<model::Declaration> declarations);

/// What a provider has to read for this graph. `remembered` maps addresses to remote ids of earlier runs (hints).
[[nodiscard]] model::Scope scope_of(const DesiredGraph& graph, const std::map<model::Address, std::string>& remembered);

}  // namespace regent::plan
