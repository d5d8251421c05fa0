#pragma once

#include "model/secret.hpp"
#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "provider/provider_error.hpp"
#include "provider/read_progress.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace regent::provider {

/// How much of a read may come out of what the same observer read before.
struct ReadOrder {
    bool may_remember = false;      ///< false: everything is read
    std::set<model::Address> anew;  ///< read in any case: what was just written, or is about to be
};
enum class ReadFrom { tenant, memory };

/// Reads. A dry run is handed Observers and nothing else: there is nobody there who could write.
class Observer {
public:
    virtual ~Observer() = default;

    /// Adds to `into` everything this service holds of `scope`: what is wanted, and what is ours and no longer wanted.
    /// Follows every page to its end. Reads are shared out over threads inside. Observers are asked in order, Graph
    /// first: connectors are matched with the application ids that `into` already holds.
    ///
    /// Fails as a whole rather than return a part: planning against half a tenant would create the other half again.
    /// `progress` is told with every page what has come.
    [[nodiscard]] virtual tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into,
                                                                    ReadProgress& progress) = 0;
    /// The same for somebody who looks again and again: what has not changed since the last time may come out of
    /// memory, as far as `order` allows and the service says what has changed. `memory`: some of it did. What is
    /// missing in a memory is read; one that is in doubt is thrown away.
    [[nodiscard]] virtual tl::expected<ReadFrom, ProviderError> observe_changes(const model::Scope& scope,
                                                                                const ReadOrder& order,
                                                                                model::Snapshot& into,
                                                                                ReadProgress& progress) {
        static_cast<void>(order);
        if (auto read = observe(scope, into, progress); !read) return tl::unexpected(std::move(read.error()));
        return ReadFrom::tenant;
    }
    /// As observe(), and nobody watches.
    [[nodiscard]] tl::expected<void, ProviderError> observe(const model::Scope& scope, model::Snapshot& into) {
        return observe(scope, into, unwatched());
    }
};

/// What a step needs besides itself, and what it reports while it runs.
struct StepInput {
    /// Values of write-only attributes, by path ("auth.clientSecret"). Handed over once, kept by nobody.
    std::map<std::string, model::Secret, std::less<>> secrets;
    /// Key id of each secret in `secrets`, by the same path: goes into the object's marks.
    std::map<std::string, std::string, std::less<>> secret_key_ids;
    /// Outputs of the object's earlier steps in this run, "objectId" among them; wins over step.observed.
    std::map<std::string, std::string, std::less<>> own_outputs;
    /// Of the object ids in the step's values those of service principals that this run has seen or made: nobody's they
    /// are not, whatever a replica says.
    std::set<std::string, std::less<>> known_principals;
    std::string operation_id;  ///< 8 hex digits, unique per journal entry: goes into a secret's display name
    /// True when an earlier run recorded the intent for this step and never its outcome: look before sending.
    bool may_have_been_sent = false;
    /// Told in a few words why a step takes long: "throttled by Graph, goes on in 3 s", "waiting for the identity (10
    /// s)".
    std::function<void(std::string_view)> progress;
};

struct StepResult {
    std::map<std::string, std::string, std::less<>> outputs;  ///< "appId", "redirectUrl", "identity/subject" …
    std::map<std::string, model::Secret, std::less<>> secret_outputs;  ///< "clientSecrets/arm/secretText"
    std::string detail;  ///< for people: "appId 0d4c5b6a-…", "expires 2027-03-13"
};

/// Carries out single steps. Idempotent as far as the service allows: a keyed step sent twice does no harm, a step
/// without key looks first when `may_have_been_sent`, and after a lost answer. Called from several threads, but never
/// twice at once for one address.
class Writer {
public:
    virtual ~Writer() = default;
    [[nodiscard]] virtual bool handles(std::string_view kind) const noexcept = 0;
    /// Asked in order: the first that says yes gets the step. A part of an object may be somebody else's than the
    /// object.
    [[nodiscard]] virtual bool carries_out(const plan::Step& step) const noexcept { return handles(step.address.kind); }
    /// `step.values` holds no Reference any more, but for attributes the step does not write.
    [[nodiscard]] virtual tl::expected<StepResult, ProviderError> apply(const plan::Step& step,
                                                                        const StepInput& input) = 0;
};

/// Identity in the tenant: who we are there and how keys are made.
struct Identity {
    std::string owner;        ///< Environment.spec.owner
    std::string environment;  ///< Environment's metadata.name
    std::string tenant_id;

    /// "<owner>.<environment>.<name>", lower case: uniqueName of an application, key in a connector's definition.
    [[nodiscard]] std::string key_of(const model::Address& address) const;
};

}  // namespace regent::provider
