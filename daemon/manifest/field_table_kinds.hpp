#pragma once

#include "manifest/field_table.hpp"

#include <array>

namespace regent::manifest {

// One table per kind, each in its own file; field_table.cpp puts them side by side.
[[nodiscard]] const KindTable& environment_table() noexcept;
[[nodiscard]] const KindTable& application_table() noexcept;
[[nodiscard]] const KindTable& redirect_uri_table() noexcept;
[[nodiscard]] const KindTable& federated_credential_table() noexcept;
[[nodiscard]] const KindTable& connector_table() noexcept;
[[nodiscard]] const KindTable& daemon_table() noexcept;

/// The first two keys of every document.
inline constexpr std::array api_versions = {EnumValue{.name = api_version, .help = "the only version so far"}};
inline constexpr Field api_version_field = {.name = "apiVersion",
                                            .type = FieldType::enumeration,
                                            .values = api_versions,
                                            .required = true,
                                            .help = "version of the manifest format",
                                            .example = "regent/v1"};

inline constexpr std::array metadata_members = {
    Field{.name = "name",
          .required = true,
          .immutable = true,
          .help = "the document's name: 1 to 63 lower-case letters, digits and `-`, beginning with a letter; it is the "
                  "identity, so another name is another object",
          .example = "arm-connector"},
    Field{.name = "labels",
          .type = FieldType::text_map,
          .default_text = "none",
          .help = "your own keys and values, for selecting and reporting; not sent anywhere",
          .example = "{team: platform}"},
};
inline constexpr Field metadata_field = {.name = "metadata",
                                         .type = FieldType::mapping,
                                         .members = metadata_members,
                                         .required = true,
                                         .help = "what regent calls the document",
                                         .example = "{name: arm-connector, labels: {team: platform}}"};

/// Of what can be given another name and stay the same object.
inline constexpr std::array renamable_metadata_members = {
    Field{.name = "name",
          .required = true,
          .help = "the document's name: 1 to 63 lower-case letters, digits and `-`, beginning with a letter; it is the "
                  "identity, so another name is another object, unless `previousNames` has the one before",
          .example = "arm-connector"},
    Field{.name = "previousNames",
          .type = FieldType::list,
          .default_text = "none",
          .help = "names that the document had before: what is kept under one of them is renamed and stays the same "
                  "object, with its ids, secrets and consent. May go once every environment was applied",
          .example = "[arm]"},
    metadata_members[1],
};
inline constexpr Field renamable_metadata_field = {.name = "metadata",
                                                   .type = FieldType::mapping,
                                                   .members = renamable_metadata_members,
                                                   .required = true,
                                                   .help = "what regent calls the document",
                                                   .example = "{name: arm-connector, labels: {team: platform}}"};

inline constexpr std::array management_policies = {
    EnumValue{.name = "full", .help = "create, update, delete"},
    EnumValue{.name = "create-only",
              .help = "create it when it is missing, and leave it alone from then on, also when its manifest is gone "
                      "(unless that said `onRemoval: delete`)"},
    EnumValue{.name = "observe",
              .help = "report differences and change nothing, also when its manifest is gone, as long as the database "
                      "remembers it (unless that said `onRemoval: delete`)"},
};
inline constexpr std::array removal_policies = {
    EnumValue{.name = "keep", .help = "leave it in the tenant and report it"},
    EnumValue{.name = "delete", .help = "delete it; applications can be restored for 30 days"},
};
inline constexpr Field management_policy_field = {.name = "policy",
                                                  .type = FieldType::enumeration,
                                                  .values = management_policies,
                                                  .default_text = "full",
                                                  .help = "how much regent may do with the object",
                                                  .example = "observe"};
inline constexpr Field ignore_field = {
    .name = "ignore",
    .type = FieldType::list,
    .default_text = "none",
    .help =
        "fields that are written when the object is created, and from then on read and reported only; paths begin with "
        "`spec.`, as `spec.notes` and `spec.redirectUris.web`. An element of a list that is declared beside it stays "
        "as it "
        "is: `spec.federatedCredentials[NAME]`, `spec.tags[TEXT]`",
    .example = "[spec.displayName, spec.redirectUris.web]"};
inline constexpr Field prevent_delete_field = {.name = "preventDelete",
                                               .type = FieldType::boolean,
                                               .default_text = "false",
                                               .help =
                                                   "refuse to delete the object, also after its manifest is gone; "
                                                   "where `policy` was `observe` or `create-only` when it was written, "
                                                   "nothing is written on an object that is there, and it holds after "
                                                   "the manifest is gone as long as the database remembers it",
                                               .example = "true"};
inline constexpr Field on_removal_field = {.name = "onRemoval",
                                           .type = FieldType::enumeration,
                                           .values = removal_policies,
                                           .default_text = "the environment's policy.onRemoval",
                                           .help = "what happens to the object when its manifest is gone",
                                           .example = "keep"};

}  // namespace regent::manifest
