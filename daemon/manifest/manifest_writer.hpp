#pragma once

#include "model/address.hpp"
#include "model/declaration.hpp"
#include "model/value.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace regent::manifest {

/// How an attribute is written in a manifest.
enum class Form {
    scalar,             ///< text, flag, number, or the friendly word of an enumeration
    list,               ///< of texts
    directory_objects,  ///< ids, each with what it is called behind it
    identifier_uris,    ///< texts; the object's own id becomes `{appId}`
    permissions,        ///< by API, names before ids
    add_ins,            ///< mappings with free properties
    named,              ///< a list of mappings told apart by their `name`
    name_of_one,        ///< a mapping, of which the manifest says its `name`
    exposed,            ///< scopes or roles; ids follow from the names of those that are there
    pre_authorized,     ///< by client, with its scopes
    clients,            ///< mappings with an `appId`
    folder,             ///< the folder beside the manifest that holds it and others
    in_folder,          ///< written into that folder's files, never into the manifest
    secret_from,        ///< which of the machine's secrets: a mapping of texts
    shares,             ///< by principal
    tags,               ///< of an Azure resource: a mapping of texts, observed as "name=value"
    consent,            ///< `adminConsent` beside the permissions that are asked for; written with those
    presence,           ///< `{create: false}` where there is none; nothing where there is one
    not_importable      ///< never written: `why_not` says why
};

/// One attribute's way into a manifest: the loader's, backwards. Every attribute of model/attributes.hpp has one.
struct AttributeForm {
    std::string_view path;   ///< of the attribute
    std::string_view field;  ///< below `spec`, dotted: "redirectUris.web"
    Form form = Form::scalar;
    /// Written also when it is what absence means to the service, since a reader wants to see it, or must give it.
    bool always = false;
    std::string_view why_not = {};
};

/// The rows of a kind that exists in tenants; empty for others.
[[nodiscard]] std::span<const AttributeForm> attribute_forms(std::string_view kind) noexcept;

/// What a manifest is written from: an object as it was observed.
struct ManifestDraft {
    model::Address address;
    std::string adopt;  ///< an application's appId, a connector's name
    model::ManagementPolicy policy = model::ManagementPolicy::observe;
    const model::Map& attributes;  ///< by path, as observed
    std::string app_id;            ///< what `{appId}` stands for
    std::string folder = {};       ///< a connector's `files`
    std::string cloud = "public";  ///< decides which audience of a federated credential is the usual one
    /// Names of APIs by application id, and of owners by object id: written behind an id that nobody knows by heart.
    std::map<std::string, std::string> names = {};
    std::set<std::string, std::less<>> without = {};  ///< attribute paths that are not to be written
    std::vector<std::string> ignore = {};             ///< `management.ignore`: "spec.tags[old]"
    /// Facts that no field can hold: a comment above the document, one line each.
    std::vector<std::string> notes = {};
};

/// The manifest as YAML: what is as a service has it anyhow is left out, names stand for ids. Read again by the loader
/// it declares what `draft` holds, but for `without`.
[[nodiscard]] std::string write_manifest(const ManifestDraft& draft);

/// The first character of `text` that no manifest may hold, escaped or not: a control character other than tab and line
/// ends, one that changes the direction of text, a noncharacter. Nothing: there is none.
[[nodiscard]] std::optional<char32_t> unsayable_character(std::string_view text) noexcept;

/// A name for the object that people call `display_name`: lower-case letters, digits and `-`, letters of Latin scripts
/// without their marks. One that would begin with a digit gets `front` and a `-`. Empty when nothing is left of it.
[[nodiscard]] std::string name_from(std::string_view display_name, std::string_view front = "app");

}  // namespace regent::manifest
