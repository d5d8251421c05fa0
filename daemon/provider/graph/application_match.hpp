#pragma once

#include "model/snapshot.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/provider.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace regent::provider::graph {

/// Decides which application of a tenant is which manifest's, by key and marks and never by its display name:
///
///     uniqueName is our key          owner tag ours or none    → ours; a name tag beside it says which one by now
///                                    owner tag of another      → obstacle: foreign_owner
///     owner tag ours, name tag       …                         → ours: adopted from another tool
///     the same, under a previous name of a manifest            → ours, and to be renamed (model::mark::named)
///     owner tag ours, not wanted     …                         → orphan
///     named by `adopt`               no owner tag              → unclaimed
///                                    any owner tag             → obstacle: adopt_target_taken
///     in the recycle bin             uniqueName is our key     → ours, deleted
///     remembered, bin not readable   …                         → ours, deleted, nothing known but its id
///     two of them for one manifest   …                         → obstacle: several_matches
///
/// Filled in three rounds, each telling what the next one has to read. Pure.
class ApplicationMatch {
public:
    ApplicationMatch(const model::Scope& scope, Identity identity);

    /// Applications that carry our owner tag.
    void add_tagged(std::vector<nlohmann::json> applications);
    /// What the tagged ones lack, to be read by its key, and by `adopt` where a manifest names one. Under names that a
    /// manifest had before, too; and where only one under such a name was found, under its own: that may have been made
    /// a moment ago.
    struct Missing {
        const model::Scope::Wanted* wanted = nullptr;
        std::string name;
        [[nodiscard]] bool is_own_name() const { return name == wanted->address.name; }
    };
    [[nodiscard]] std::vector<Missing> missing() const;
    void add_by_key(const Missing& missing, nlohmann::json application);
    void add_adopt_target(const model::Address& address, nlohmann::json&& application);
    /// Those among missing() whose ids are remembered and that name nothing to adopt: an application that was adopted
    /// or renamed has another key, and loses the way to its manifest with its tags.
    [[nodiscard]] std::vector<const model::Scope::Wanted*> remembered_elsewhere() const;
    /// What lies under the id that is remembered of `address`; null: nothing. Ours, whatever became of its tags; unless
    /// it carries those of another owner.
    void add_by_id(const model::Address& address, nlohmann::json application);
    /// Still without an application that holds its key: the recycle bin may hold it.
    [[nodiscard]] bool needs_recycle_bin() const;
    void add_deleted(std::vector<nlohmann::json> applications);
    /// Those without whose ids are remembered, which the recycle bin may hold. Where it cannot be read, they
    /// are taken to lie there (add_unread()): whoever restores one learns whether it does.
    [[nodiscard]] std::vector<const model::Scope::Wanted*> remembered() const;
    void add_unread();

    /// Application ids of the APIs whose permissions the applications found so far ask for.
    [[nodiscard]] std::set<std::string> apis_asked() const;

    /// What the applications found so far expose, by application id, as far as they are among `asked`.
    [[nodiscard]] std::map<std::string, model::ApiPermissions> own_apis(const std::set<std::string>& asked) const;

    /// Resources, orphans and obstacles, without service principals. The error says what could not be understood.
    [[nodiscard]] tl::expected<void, std::string> settle(const PermissionNames& names, model::Snapshot& into);

private:
    using Json = nlohmann::json;
    using Done = tl::expected<void, std::string>;

    [[nodiscard]] const model::Address* claimant(const Json& application) const;
    void hold(const model::Address& address, const std::string& id);
    void hold_remembered();
    [[nodiscard]] std::vector<const Json*> holders(const model::Address& address) const;
    [[nodiscard]] bool is_remembered_of(const model::Address& address, const Json& application) const;
    [[nodiscard]] const Json* deleted_holder(const model::Address& address) const;
    struct KeyHolder {
        std::string id, name;
    };
    [[nodiscard]] std::optional<KeyHolder> key_holder(const model::Address& address) const;
    void obstruct_for_several(const model::Scope::Wanted& wanted, const Json& first, const Json& second);
    [[nodiscard]] const Json* adopt_target(const model::Scope::Wanted& wanted) const;
    [[nodiscard]] Done settle_one(const model::Scope::Wanted& wanted);
    [[nodiscard]] Done settle_missing(const model::Scope::Wanted& wanted);
    [[nodiscard]] Done settle_adoption(const model::Scope::Wanted& wanted);
    void put_remembered(const model::Scope::Wanted& wanted);
    [[nodiscard]] Done settle_orphans();
    [[nodiscard]] Done put(const model::Address& address, const Json& application, model::Ownership ownership,
                           bool deleted = false);
    [[nodiscard]] tl::expected<model::ObservedResource, std::string> ours(const model::Address& address,
                                                                          const Json& application,
                                                                          const Paths& on_demand) const;
    /// What is read of it beyond what every application is read for; others come without.
    [[nodiscard]] Paths on_demand_of(const model::Address& address) const;
    void forget(const Json& application);
    void obstruct(const model::Address& address, model::Obstacle::Kind kind, std::string message, std::string help);

    const Identity identity_;
    std::map<model::Address, model::Scope::Wanted> wanted_;
    std::map<std::string, model::Address> by_name_;  ///< whose a name is, or was before
    std::set<std::string> adopted_;                  ///< application ids that some manifest adopts
    std::map<std::string, Json> applications_;       ///< by object id; null once it was made use of
    std::map<model::Address, std::vector<std::string>> holders_;
    std::map<model::Address, KeyHolder> keys_of_others_;  ///< of those wanted: another one that has its key
    std::map<std::string, std::string> by_app_id_;
    std::set<std::string> tagged_;
    std::vector<Json> deleted_;
    bool is_bin_unread_ = false;
    std::map<std::string, model::Address> adopted_by_;
    const PermissionNames* names_ = nullptr;
    model::Snapshot* into_ = nullptr;
};

}  // namespace regent::provider::graph
