#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace regent::simulator {

/// What nobody knows for sure about Graph, and what differs from tenant to tenant: `/_simulator/switches`, member
/// "graph". docs/simulator.md tells each one's question.
struct GraphSwitches {
    /// `$expand=federatedIdentityCredentials` on v1.0: documented, doubted by one project.
    bool expand_federated_credentials = true;
    bool page_tokens_expire = false;       ///< every `$skiptoken` is answered with Directory_ExpiredPageToken
    bool clear_home_page_refused = false;  ///< clearing web.homePageUrl is a 400, as one client has seen
    /// Writing authenticationBehaviors, isDisabled, oauth2RequirePostResponse is a 400: v1.0 lists them, and does not
    /// say that they can be written.
    bool undocumented_properties_refused = false;
    /// tokenEncryptionKeyId names a key that was there before the request. Otherwise one that comes with it will do.
    bool encryption_key_must_be_there = true;
    /// preferredTokenSigningKeyThumbprint names a certificate of the service principal that signs. Otherwise any will
    /// do.
    bool signing_key_must_be_there = true;
    /// The client that comes with the simulator may write what it owns, and not every application.
    bool built_in_client_owns_only = false;
    /// May a caller list the recycle bin that has Application.ReadWrite.OwnedBy and nothing else of applications?
    /// Microsoft names Application.Read.All.
    bool owned_by_lists_deleted_items = false;
    /// May it read one of them that it owns, by its id? Microsoft says so of restoring it and of deleting it for good.
    bool owned_by_reads_its_deleted_items = false;
    /// Does a PATCH of one member of optionalClaims, parentalControlSettings and the like leave the others?
    bool groups_merge = true;
    /// Terraform's azuread provider compares requested permissions and optional claims in the order it sent them.
    bool lists_keep_their_order = false;
    /// May an application that personal accounts sign in to have app roles? "Not supported", says the documentation;
    /// tests of Terraform's azuread provider make such ones.
    bool roles_for_personal_accounts = false;
    /// Does a PATCH fail for what the application has already and the request does not touch? Values from before a
    /// rule.
    bool old_values_are_judged = true;
    long replica_lag_seconds = 0;   ///< reads show what was true so long ago
    long secret_delay_seconds = 0;  ///< sign-in refuses a new secret that long

    int duplicate_credential_name_status = 409;  ///< of Request_MultipleObjectsWithSameKeyValue; or 400
    int too_many_credentials_status = 403;       ///< of the 21st federated credential; or 400
    int absent_password_status = 400;            ///< of removePassword with an unknown keyId; or 404
    int policy_refusal_status = 400;             ///< of what an app management policy forbids; or 403
    int unknown_owner_status = 404;              ///< of an owner that the directory does not have; or 400
    int malformed_id_status = 400;               ///< of an id that is no GUID; or 404
    /// Of what breaks the rule that a scope or role is disabled first; `Request_BadRequest` has been seen too.
    std::string entitlement_error_code = "CannotDeleteOrUpdateEnabledEntitlement";
    /// A scope or role that was disabled counts as enabled for so long, for the rule and not for reads.
    long disabled_seen_after_seconds = 0;
    bool enabled_permission_texts_may_change = false;  ///< display texts of an enabled scope or role, as in the portal
    bool redirect_uri_on_two_platforms = true;         ///< may one URI stand under web and spa, say?
    /// Two writes on one object in one batch, neither waiting for the other: the second is a 409.
    bool independent_batch_writes_collide = true;
    long delta_token_lifetime_seconds = 7 * 24 * 3600;
    int delta_expired_status = 400;          ///< of a token that is too old: syncStateNotFound; or 410, resyncRequired
    long delta_page_size = 100;              ///< nobody says how large Microsoft's are
    bool delta_shows_whole_objects = false;  ///< of a changed object, instead of its changed members
    bool delta_reports_credentials = true;   ///< are secrets and certificates properties like others?
    long writes_per_150_seconds = 0;         ///< of a client; above it: 429; 0: never. Microsoft's limit is 3000
    long personal_writes_per_minute = 0;     ///< the same below /applications with personal accounts. Microsoft's is 60
    long key_reads_per_minute = 150;  ///< of a tenant, that select the bytes of certificates; above it: 429; 0: never
    long resource_units_per_10_seconds = 0;  ///< above it: 429; 0: never. Tenants have 3500, 5000 or 8000

    /// Throws std::invalid_argument for a name or a value there is not.
    void set(const nlohmann::json& values);
    [[nodiscard]] nlohmann::json get() const;
};

}  // namespace regent::simulator
