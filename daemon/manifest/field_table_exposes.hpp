#pragma once

#include "manifest/field_table.hpp"

#include <array>

/// `spec.exposes` of an Application.
namespace regent::manifest::exposes {

inline constexpr std::array consenters = {
    EnumValue{"admins-and-users", "User", "users for themselves, administrators for all"},
    EnumValue{"admins", "Admin", "administrators only"},
};

inline constexpr std::array consent_members = {
    Field{.name = "who",
          .type = FieldType::enumeration,
          .values = consenters,
          .default_text = "admins-and-users",
          .help = "who may consent to the scope",
          .example = "admins"},
    Field{.name = "title",
          .default_text = "the scope's name",
          .help = "what an administrator reads first, and users for whom there is no `userTitle`",
          .example = "Read orders"},
    Field{.name = "description",
          .default_text = "none",
          .help = "what an administrator reads below",
          .example = "Lets the app read the orders of the signed-in user"},
    Field{
        .name = "userTitle", .default_text = "none", .help = "what a user reads first", .example = "Read your orders"},
    Field{.name = "userDescription",
          .default_text = "none",
          .help = "what a user reads below",
          .example = "Lets the app read your orders"},
};

inline constexpr Field permission_id_field = {
    .name = "id",
    .type = FieldType::guid,
    .default_text = "that of the one of this name, or one that follows from the name",
    .help = "the GUID that the service knows it by; to keep it under another name, or when other tools chose it",
    .example = "0d4c5b6a-0000-4444-8888-0123456789ab"};

inline constexpr std::array scope_members = {
    Field{.name = "name",
          .required = true,
          .help = "what tokens carry and clients ask for: up to 120 letters, digits and signs, no white space",
          .example = "Orders.Read"},
    permission_id_field,
    Field{.name = "enabled",
          .type = FieldType::boolean,
          .default_text = "true",
          .help = "false: nobody can ask for it",
          .example = "true"},
    Field{.name = "consent",
          .type = FieldType::mapping,
          .members = consent_members,
          .default_text = "admins and users, with the scope's name as title",
          .help = "who may consent, and what they read",
          .example = "{title: Read orders, description: Lets the app read your orders}"},
};

inline constexpr std::array holders = {
    EnumValue{"application", "Application", "applications, as themselves"},
    EnumValue{"user", "User", "users and groups"},
};

inline constexpr std::array role_members = {
    Field{.name = "name",
          .default_text = "none: the role can be assigned and is in no token; it then needs an `id`",
          .help = "what tokens carry: up to 120 letters, digits and signs, no white space",
          .example = "Orders.Read.All"},
    permission_id_field,
    Field{.name = "enabled",
          .type = FieldType::boolean,
          .default_text = "true",
          .help = "false: it cannot be assigned",
          .example = "true"},
    Field{.name = "allowed",
          .type = FieldType::list,
          .item = FieldType::enumeration,
          .values = holders,
          .required = true,
          .help = "who can have the role",
          .example = "[application]"},
    Field{.name = "displayName", .default_text = "the role's name", .help = "for people", .example = "Read all orders"},
    Field{.name = "description",
          .default_text = "none",
          .help = "for people: what the role permits",
          .example = "Reads the orders of all customers"},
};

inline constexpr Field client_field = {.name = "applicationRef",
                                       .type = FieldType::reference,
                                       .target = "Application",
                                       .late = true,
                                       .help = "another Application of the repository",
                                       .example = "{name: orders-portal}"};
inline constexpr Field client_id_field = {
    .name = "appId",
    .type = FieldType::guid,
    .help = "application (client) id of an application that the repository does not hold",
    .example = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"};
inline constexpr std::array<std::string_view, 2> client_choice = {"applicationRef", "appId"};

inline constexpr std::array pre_authorized_members = {
    client_field,
    client_id_field,
    Field{.name = "scopes",
          .type = FieldType::list,
          .required = true,
          .help = "the application's own scopes, by name",
          .example = "[Orders.Read]"},
};
inline constexpr std::array known_client_members = {client_field, client_id_field};

inline constexpr std::array members = {
    Field{.name = "identifierUris",
          .type = FieldType::list,
          .late = true,
          .help = "the same as `spec.identifierUris`, beside what else the application exposes",
          .example = "[\"api://contoso-orders\"]"},
    Field{.name = "scopes",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = scope_members,
          .help = "delegated permissions: what a client may do for a signed-in user",
          .example = "[{name: Orders.Read, consent: {title: Read orders}}]"},
    Field{.name = "roles",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .order = ListOrder::named,
          .members = role_members,
          .help = "app roles: what applications may do as themselves, and what users and groups are assigned",
          .example = "[{name: Orders.Read.All, allowed: [application], description: Read all orders}]"},
    Field{.name = "preAuthorizedApplications",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = pre_authorized_members,
          .late = true,
          .exactly_one_of = client_choice,
          .help = "clients that get scopes of this application without asking anybody for consent",
          .example = "[{applicationRef: {name: orders-portal}, scopes: [Orders.Read]}]"},
    Field{.name = "knownClientApplications",
          .type = FieldType::list,
          .item = FieldType::mapping,
          .members = known_client_members,
          .late = true,
          .exactly_one_of = client_choice,
          .help = "clients whose consent dialog asks for this application's permissions too",
          .example = "[{applicationRef: {name: orders-portal}}]"},
};

}  // namespace regent::manifest::exposes
