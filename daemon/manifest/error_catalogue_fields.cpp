#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> field_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0201", "a document is no mapping",
                  R"(A manifest is a mapping with four or five keys. A list or a bare word is none.

    apiVersion: regent/v1
    kind: Application
    metadata: {name: orders-api}
    spec: {displayName: Orders API}

Other YAML files can live in the repository outside the folders that the
Environment names in `sources`.)"},
        ErrorCode{"RG0202", "unknown apiVersion",
                  R"(`apiVersion` says which version of the manifest format a document is written
in. There is one so far: `regent/v1`.)"},
        ErrorCode{"RG0203", "missing or unknown kind",
                  R"(`kind` says what a document describes: Environment, Application, RedirectUri,
FederatedCredential or Connector, spelled exactly so. `regent explain
Connector` shows the fields of one.)"},
        ErrorCode{"RG0204", "unknown field",
                  R"(A key that the kind does not have is an error and never ignored: a misspelt
`redirectUris` that is silently nothing would leave the old URIs in the
tenant.

    spec:
      redirectUrl: ...     # RG0204; did you mean `redirectUris`?

`regent explain Application.spec` lists the fields there are.)"},
        ErrorCode{"RG0205", "required field missing",
                  R"(Some fields have no sensible default: without them, the object cannot be
created. The message names the field and shows an example.)"},
        ErrorCode{"RG0206", "wrong type",
                  R"(The field takes another kind of value than what stands there: a list where
text is expected, a quoted "true" where a boolean is.

Booleans are `true` and `false` without quotes; `yes`, `no`, `on` and `off`
mean different things to different YAML tools and are not taken. Lists have
one item behind each `- `, or stand in brackets.)"},
        ErrorCode{"RG0207", "key without a value",
                  R"(A key with nothing behind it could mean "leave it alone" or "make it empty".
These are different things, so it has to be said:

    tags: []          # there must be none
                      # no key at all: regent leaves the tags alone)"},
        ErrorCode{"RG0208", "value that the field does not know",
                  R"(The field takes one of a few words, and this is none of them. The message
lists them; spelling and case count.)"},
        ErrorCode{"RG0209", "exactly one of several fields",
                  R"(These fields say the same thing in different ways, so one of them has to be
there and only one: a redirect URI is either `uri` or `connectorRef`, a
federated credential has either an `issuer` or a `connectorRef`, a connector's
credential is either `clientSecretRef` or `managedIdentity`.)"},
        ErrorCode{"RG0210", "field of another version",
                  R"(The field exists in regent's plans or in another tool, but this version cannot
carry it out. It is refused by name, because a field that is silently ignored
would let a reader believe that it holds. What is not in a manifest is not
touched: set it by hand and it stays.)"},
        ErrorCode{"RG0211", "name of a document",
                  R"(`metadata.name` is the identity of what a document describes. It becomes part
of the key in the tenant (`uniqueName`), so it has 1 to 63 lower-case letters,
digits and `-`, begins with a letter and does not end with `-`.

Another name is another object: to change what people see, change
`spec.displayName`. An Application or Connector that is to be called otherwise
says what it was called before, and stays what it is:

    metadata:
      name: orders-api
      previousNames: [orders])"},
        ErrorCode{"RG0212", "duration",
                  R"(A duration is a whole number and one unit, without a blank: `180d` (days),
`12h` (hours), `30m` (minutes), `45s` (seconds). Weeks, months and years have
no unit: their length is not always the same, or easily misread.)"},
        ErrorCode{"RG0213", "GUID", R"(Ids of tenants and applications are GUIDs: 32 hexadecimal digits in groups of
8-4-4-4-12, such as 11111111-1111-1111-1111-111111111111.)"},
        ErrorCode{"RG0214", "number out of range",
                  R"(The field takes whole numbers within limits; the message says which.)"},
        ErrorCode{"RG0216", "field that needs another one beside it",
                  R"(`issuer` and `subject` of a federated credential only mean something together:
tokens are trusted when both match. With `connectorRef`, neither is written,
since both are read from the connector.)"},
        ErrorCode{"RG0217", "listed twice",
                  R"(The members of this list are told apart by their name or their text, so two
equal ones cannot both be meant. Remove one, or rename it.)"},
        ErrorCode{"RG0218", "path", R"(Paths in manifests are relative to the file they are written in, use `/`, and
stay inside the repository. An absolute path would mean something else on
every machine, and one that leaves the repository would read what no commit
holds.)"},
        ErrorCode{"RG0219", "identifier URIs in two places",
                  R"(`spec.identifierUris` and `spec.exposes.identifierUris` are the same list; an
application's manifest says it once.)"},
        ErrorCode{"RG0220", "field that cannot be ignored",
                  R"(`management.ignore` lists fields by their path from `spec`:

    management:
      ignore:
        - spec.displayName
        - spec.redirectUris.web
        - spec.federatedCredentials[made.by.hand]

An element of a list is named in brackets behind it, by its name or, in a list
of texts, as it is. It stays as it is in the tenant while the rest of the list
is exact. Elements of other lists (permissions, certificates, secrets) are
ignored with the whole list.)"},
        ErrorCode{"RG0221", "connector to adopt",
                  R"(`management.adopt.connector` is the name that the service gave the connector,
`shared_...`, without blanks. It is part of the connector's address in the
maker portal.)"},
        ErrorCode{"RG0222", "configuration of the service among the manifests",
                  R"(A document of kind `Daemon` says what the service may do: whether it may
apply, whose signatures it believes. It is read from the machine's
/etc/regent/regent.yaml and never from the repository, since otherwise whoever
may commit could switch the checks off.)"},
        ErrorCode{"RG0224", "the repository cannot be read",
                  R"(The manifests could not be read at all: a file that nobody may read or that is
too large, a link that leads out of the repository. The message says which.
Nothing is judged by a part of the files: what is missing would look like
something removed.)"},
        ErrorCode{"RG0226", "mapping that says nothing",
                  R"(`{}` behind a group of plain settings (`redirectUris`, `info`,
`implicitGrantSettings`) asks for each of them to be as the service has it by
itself. Behind `exposes`, `servicePrincipal` and `assignments` it is refused:
all that others use of an API would go, and a mapping that nobody has filled in
yet looks the same. Each member says by itself that it is meant to be empty:

    exposes: {scopes: [], roles: []}
    servicePrincipal: {notes: "", tags: []})"},
    };
    return codes;
}

std::span<const ErrorCode> reference_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0311", "reference to nothing",
                  R"(A document names another one that is not among the manifests of this
environment. References go by kind and `metadata.name`:

    connectorRef: {name: arm}    # kind: Connector, metadata: {name: arm}

The folders that belong to an environment are in its `sources`.)"},
        ErrorCode{"RG0312", "two documents of one name",
                  R"(Kind and `metadata.name` are the identity of a document, across all files of
an environment. Rename one of the two; both places are shown.)"},
        ErrorCode{"RG0313", "circle of references",
                  R"(Each of these objects needs another one before it can be created, so none of
them can be the first. References in fields that can be set later (redirect
URIs, federated credentials) never do this: an application and its connector
may name each other.)"},
        ErrorCode{"RG0314", "connector without a managed identity",
                  R"(A federated credential with `connectorRef` trusts the managed identity of that
connector. A connector that signs in with a secret has none.

    auth:
      credential:
        managedIdentity: {})"},
        ErrorCode{"RG0315", "secret that the application does not declare",
                  R"(A connector's `clientSecretRef` names an entry of the `clientSecrets` of its
application. regent issues the secret and hands its value to the connector;
the value itself never stands in a manifest.)"},
        ErrorCode{"RG0316", "more than 20 federated credentials",
                  R"(An application can hold 20 federated credentials, those of other documents
included.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations)"},
        ErrorCode{"RG0317", "issuer and subject used twice",
                  R"(Two federated credentials of one application cannot have the same issuer and
subject, whatever their names.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential)"},
        ErrorCode{"RG0318", "one redirect URI under two platforms",
                  R"(A redirect URI belongs to one platform of an application: `web`, `spa` or
`native`. The platform decides how the token is redeemed, so the same URI
under two of them cannot work for both.)"},
        ErrorCode{"RG0319", "one element from two documents",
                  R"(Two documents contribute the same element to an application, or one
contributes what the application's own manifest lists already. Then nobody
could say whose removal removes it. Keep one.)"},
        ErrorCode{"RG0320", "managed identity needs a single-tenant application",
                  R"(A connector that signs in by managed identity works only with an application
whose `signInAudience` is `single-tenant`.
https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication)"},
        ErrorCode{"RG0321", "unknown Power Platform environment",
                  R"(`powerPlatformEnvironment` is an alias from the Environment's
`powerPlatformEnvironments`, or an environment's id (a GUID, or `Default-` and
the tenant's id). Old environments have ids of other shapes: give those an
alias.

    powerPlatformEnvironments:
      sales: 5f5f5f5f-6a6a-7b7b-8c8c-9d9d9d9d9d9d)"},
        ErrorCode{"RG0322", "one object adopted by two documents",
                  R"(Two documents name the same application (or connector) in `management.adopt`.
One manifest manages an object: the other one would undo its changes with each
run.)"},
        ErrorCode{"RG0323", "owner without service principal",
                  R"(An owner is a user or a service principal. The application that is named here
has none in its own tenant: its manifest says `servicePrincipal: {create:
false}`.)"},
        ErrorCode{"RG0328", "two secrets for one place",
                  R"(A file, a secret in a vault or a command is given one client secret. Given two,
each run would overwrite the other's, and one of them could never be used.
`regent validate` looks at all environments of a repository: one secret of a
vault that two of them fill is an error, a file is a warning (they may be worked
on by two machines). A variable in the place gives each its own:
`vault: contoso-${env}`.)"},
        ErrorCode{"RG0329", "two connectors with one title",
                  R"(Power Platform makes a connector's name of its title, in lower case, and a name
is there once in an environment: the second of two connectors with one
`displayName` could never be made.
https://github.com/microsoft/PowerPlatformConnectors (tools/paconn-cli))"},
        ErrorCode{"RG0330", "permission that an API does not expose",
                  R"(An application asks another one of the repository for a permission that is not
among the scopes (`delegated`) or roles (`application`) it declares, or for a
role that only users and groups can hold, which is a warning (Entra takes it),
and an error beside `adminConsent` (no application is given it).

    # Application/orders-api
    exposes:
      roles:
        - {name: Orders.Read.All, allowed: [application]}
    # its client
    permissions:
      - apiRef: {name: orders-api}
        application: [Orders.Read.All])"},
        ErrorCode{"RG0331", "a role that nobody can be given",
                  R"(`servicePrincipal.assignments` gives somebody a role that is not among the
`exposes.roles` of the same manifest, or one that its `allowed` keeps from them:
`user` stands for users and groups, `application` for service principals.

    exposes:
      roles:
        - {name: Approver, allowed: [user]}
    servicePrincipal:
      assignments:
        usersAndGroups:
          - {role: Approver, group: 6b2d0f5e-7d43-4f0e-9a7c-1f0c8e5b2a11}

Where a manifest leaves `exposes.roles` out, the tenant says which there are.)"},
        ErrorCode{"RG0332", "one identifier URI for two applications",
                  R"(An identifier URI names one application of a tenant. Of two that are to have the
same one, the second is refused. `api://{appId}` is each application's own.)"},
        ErrorCode{"RG0333", "a grant without service principal",
                  R"(Consent and roles are given to service principals, at service principals. The
application that is named here has none in its own tenant: its manifest says
`servicePrincipal: {create: false}`.)"},
        ErrorCode{"RG0334", "an addition to what is left as it is",
                  R"(A RedirectUri or FederatedCredential adds to a list of an application that has
this list on its `management.ignore`: when the application is there, the list is
read and reported and never written. A warning, since the rest is applied.)"},
        ErrorCode{"RG0335", "previous name that a document has now",
                  R"(`metadata.previousNames` lists names that no document of this kind has any
more. What is kept under such a name goes over to the document that lists it, so
it cannot be what another one, or this one, is called now. Two documents cannot
change names in one commit either: give one of them a third name first.)"},
        ErrorCode{"RG0336", "previous name listed twice",
                  R"(What is kept under a previous name goes over to one document. The name stands
in the `metadata.previousNames` of that one, once; both places are shown.)"},
    };
    return codes;
}

}  // namespace regent::manifest
