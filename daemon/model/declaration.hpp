#pragma once

#include "model/address.hpp"
#include "model/place.hpp"
#include "model/value.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace regent::model {

/// How much regent may do with one object: `management.policy`.
enum class ManagementPolicy { full, create_only, observe };

/// What happens to an object whose manifest is gone: `policy.onRemoval`, `management.onRemoval`.
enum class OnRemoval { keep, remove };

/// The `management:` block: how regent treats the object, as opposed to how the object should be.
struct Management {
    ManagementPolicy policy = ManagementPolicy::full;
    /// Takes over an object that exists: an application's appId, a connector's RP name. Empty: not asked for.
    std::string adopt;
    Place adopt_place;
    std::vector<std::string> ignore;  ///< attribute paths that are read and shown, never written: "displayName"
    bool prevent_delete = false;
    bool allow_replacement = false;       ///< what cannot change in place may be had by deleting it and making it anew
    std::optional<OnRemoval> on_removal;  ///< unset: the environment's policy
    bool remove_undeclared_credentials = false;  ///< client secrets that no manifest declares go
};

/// One member of a set or of a named collection, with where it was written and by whom.
struct Element {
    std::string name;  ///< of a named collection; empty in a set
    Value value;
    Span span;
    std::optional<Address> contributor;  ///< the RedirectUri or FederatedCredential document it came from; unset: the
                                         ///< object's own manifest
};

/// What a manifest wants of one attribute.
struct DesiredAttribute {
    Value value;                    ///< scalar and document; collections keep theirs in `elements`
    std::vector<Element> elements;  ///< set and named
    Span span;  ///< of the key in the object's own manifest; unknown when there are only contributions
    /// True when the object's own manifest declares the list: it then holds exactly `elements`. False when there are
    /// only contributions: those are ensured, and what else the tenant holds is reported and left alone.
    bool exclusive = true;
    /// Sent when the object is created and not managed afterwards: a choice that no manifest makes and creation cannot
    /// do without.
    bool initial = false;
    /// Nobody wrote it: what absence means is kept up on an object that is there, and a new one is made without it.
    bool implied = false;
};

/// One place where a document names another one. Kept with its span, so that a dangling name is shown under a caret.
struct ReferenceUse {
    Address target;
    Span span;          ///< of the name
    std::string field;  ///< "spec.auth.applicationRef": for the message
    /// What the target must offer: "" (it must exist), "managedIdentity", "clientSecrets/<name>", "redirectUrl",
    /// "permissions/delegated/<name>", "permissions/application/<name>".
    std::string needs;
    bool early = false;  ///< needed to create the object; a circle of early references can never be carried out
};

/// A name that a document had before: one of `metadata.previousNames`.
struct PreviousName {
    std::string name;
    Span span;
};

/// One manifest document, typed, substituted and checked by itself. What it says of others is checked by
/// build_desired_graph().
struct Declaration {
    Address address;
    Span span;    ///< of metadata.name
    Place place;  ///< first line of the document: what plans and reports show
    std::vector<PreviousName> previous_names;
    std::map<std::string, std::string> labels;
    Management management;
    /// Attributes by path (model/attributes.hpp). For RedirectUri and FederatedCredential: empty, see below.
    std::map<std::string, DesiredAttribute, std::less<>> attributes;
    std::vector<ReferenceUse> references;

    /// For documents that add one element to an application: where to, and what. The element's contributor is this
    /// document.
    struct Contribution {
        Address target;
        std::string path;  ///< "redirectUris.web", "federatedCredentials"
        Element element;
    };
    std::optional<Contribution> contribution;
};

}  // namespace regent::model
