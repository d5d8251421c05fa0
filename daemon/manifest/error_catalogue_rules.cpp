#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> rule_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0401", "display name",
                  R"(A display name has at least one visible character. That of an application has
at most 120 characters, 90 where personal accounts may sign in.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0402", "text too long", R"(The service refuses texts above its limit; nothing is cut silently.
https://learn.microsoft.com/graph/api/resources/application)"},
        ErrorCode{"RG0403", "tag", R"(A tag of an application has 1 to 256 characters and no white space.
https://learn.microsoft.com/graph/api/resources/application)"},
        ErrorCode{"RG0404", "tag of regent's own",
                  R"(Tags that begin with `regent:` say whose an application is. regent sets and
reads them; one written by hand could hand the application to another owner.)"},
        ErrorCode{"RG0405", "token version of an application for personal accounts",
                  R"(Where personal Microsoft accounts may sign in, access tokens are of version 2:

    signInAudience: multi-tenant-and-personal
    requestedAccessTokenVersion: 2

https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0406", "too many secrets for an application for personal accounts",
                  R"(Where personal Microsoft accounts may sign in, an application has at most two
client secrets. One, for all who need one, leaves room to renew it in time; two
are renewed only when they have ended.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0407", "rotation longer than the secret's life",
                  R"(A secret is replaced when it has less than `rotateBefore` to live. When that
is not shorter than `validFor`, every new secret is due at once.)"},
        ErrorCode{"RG0408", "name of a secret",
                  R"(Secrets are named, never written. The name has 1 to 63 lower-case letters,
digits and `-` and begins with a letter; it stands in the secret's display
name in the tenant.)"},
        ErrorCode{"RG0409", "personal accounts in a national cloud",
                  R"(Personal Microsoft accounts are accounts of the public cloud. In Azure
Government and Azure China no application can have the audiences `personal` and
`multi-tenant-and-personal`. Where one manifest is for several clouds, each
Environment can say its own:

    overrides:
      - target: {kind: Application, name: portal}
        spec: {signInAudience: multi-tenant}

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud)"},
        ErrorCode{"RG0410", "scheme of a redirect URI",
                  R"(A redirect URI is absolute. For `web` and `spa` it uses https, or http on
localhost; schemes of an application's own belong under `native`.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0411", "plain http",
                  R"(Tokens are sent to a redirect URI, so it must use https. http is accepted for
`localhost` and `127.0.0.1` only; the IPv6 loopback address is not supported.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0412", "fragment in a redirect URI",
                  R"(What stands behind `#` never reaches a server, and sign-in uses the place for
its answer. RFC 6749, section 3.1.2: a redirection endpoint has no fragment.)"},
        ErrorCode{"RG0413", "wildcard in a redirect URI",
                  R"(A wildcard can stand for the first label of a host,
`https://*.contoso.example/`, in applications for work and school accounts
only. Where personal accounts may sign in, it is refused.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0414", "query in a redirect URI",
                  R"(Applications for personal accounts cannot have redirect URIs with a query. Put
what it says into the `state` parameter of the request.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0415", "redirect URI too long", R"(A redirect URI has at most 256 characters.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0416", "characters of a redirect URI",
                  R"(Entra refuses the characters ! $ ' ( ) , ; in redirect URIs, and a URI is
written in ASCII without white space (RFC 3986). Percent-encode what is
needed.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0417", "international host name",
                  R"(The host of a redirect URI is written in ASCII: `xn--...` for an international
name (RFC 5890). Entra may refuse it even so.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0418", "too many redirect URIs",
                  R"(An application has at most 256 redirect URIs, all platforms together; 100
where personal accounts may sign in.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0420", "identifier URI",
                  R"(An identifier URI is the name of an application as an API. It is absolute, has
no white space, and `{appId}` in it, once, stands for the application's id:

    identifierUris: ["api://{appId}"]

https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions)"},
        ErrorCode{"RG0421", "identifier URI that ends with a slash",
                  R"(Graph refuses identifier URIs that end with `/` (IdentifierUrisEndsWithSlash).
https://learn.microsoft.com/graph/api/resources/application)"},
        ErrorCode{"RG0422", "identifier URI too long, or too many",
                  R"(An identifier URI has at most 255 characters. Where personal accounts may sign
in, it has at most 120, and there are at most 50.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0423", "identifier URI of an application for personal accounts",
                  R"(Where personal accounts may sign in, an identifier URI has no query, no
fragment and does not begin with `urn:`.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0425", "logout URL", R"(A logout URL uses https, on localhost too, and has at most 255 characters.
https://learn.microsoft.com/graph/api/resources/webapplication)"},
        ErrorCode{"RG0426", "home page",
                  R"(A home page is an absolute http or https URL; "" takes it away, which Graph has
been seen to refuse. To leave it alone, remove the key.
https://learn.microsoft.com/graph/api/resources/webapplication)"},
        ErrorCode{"RG0427", "page about an application",
                  R"(The pages in `info` and the place of SAML metadata are absolute http or https
URLs. An empty text takes one away.
https://learn.microsoft.com/graph/api/resources/informationalurl)"},
        ErrorCode{"RG0428", "country",
                  R"(Countries are written as ISO 3166 codes of two capital letters: DE, KR.
https://learn.microsoft.com/graph/api/resources/parentalcontrolsettings)"},
        ErrorCode{"RG0429", "claim",
                  R"(An optional claim has a name without white space. Among the membership claims,
`None` says that tokens carry no groups, so it stands alone; `[]` takes the
setting away altogether.
https://learn.microsoft.com/graph/api/resources/optionalclaims)"},
        ErrorCode{"RG0430", "name of a federated credential",
                  R"(3 to 120 letters, digits, `-` and `_`, beginning with a letter or digit. The
name can never be changed: another name is another credential.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential)"},
        ErrorCode{"RG0431", "issuer of a federated credential",
                  R"(The issuer is the `iss` of the tokens to trust, byte for byte, and Entra
fetches their keys from it: an https URL.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation)"},
        ErrorCode{"RG0432", "subject of a federated credential",
                  R"(The subject is the `sub` of the tokens to trust, exactly and case-sensitively.
There are no wildcards: an asterisk would only match an asterisk.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential)"},
        ErrorCode{"RG0433", "white space in what is compared exactly",
                  R"(Issuer, subject and audience are compared with the token's byte for byte.
White space in them, often pasted unseen, makes every exchange fail with
AADSTS70021.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations)"},
        ErrorCode{"RG0434", "text of a federated credential too long",
                  R"(Issuer, subject, audience and description have at most 600 characters each.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential)"},
        ErrorCode{"RG0435", "audience of a federated credential",
                  R"(A federated credential has exactly one audience. Without the key it is what
Entra's token exchange expects: api://AzureADTokenExchange, or the national
cloud's own.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential)"},
        ErrorCode{"RG0440", "unknown API",
                  R"(`api` is a well-known name (`microsoft-graph`, `azure-service-management` ...)
or the application id of the API.

    permissions:
      - api: azure-service-management
        delegated: [user_impersonation])"},
        ErrorCode{"RG0441", "permission entry without permissions",
                  R"(An entry names permissions under `delegated` (for a signed-in user) or
`application` (as itself). To ask for none, remove the entry.)"},
        ErrorCode{"RG0442", "too many permissions",
                  R"(An application asks at most 50 APIs for permissions, and for 400 in all. Where
personal accounts may sign in, for 200, and for 30 of one API.
https://learn.microsoft.com/graph/api/resources/application)"},
        ErrorCode{"RG0443", "name of a permission",
                  R"(Permissions are given by the name that the API publishes, `User.Read`; regent
looks up the id in the tenant. Ids are refused there, since nobody can review
them. One that has no name, because its API is not in the tenant or publishes it
no longer, stands in `delegatedIds` or `applicationIds`.)"},
        ErrorCode{"RG0444", "too many entries in all",
                  R"(An application holds at most 1200 entries over all of its lists: redirect URIs,
permissions, scopes, roles, tags. Graph answers 403 to what is more. What other
documents contribute, and what is there already and stays, counts as well.
https://learn.microsoft.com/graph/api/resources/application)"},
        ErrorCode{"RG0450", "managed identity and a shared tenant",
                  R"(A managed identity needs the tenant's id; `common` and `organizations` do not
work.
https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication)"},
        ErrorCode{"RG0451", "tenant of a connector",
                  R"(`auth.tenantId` is a tenant's id, `common`, `organizations` or `consumers`.
Without it, the environment's tenant is meant.)"},
        ErrorCode{"RG0452", "resource without its slash",
                  R"(The resource URL is compared letter by letter with the names of the API. Those
of Azure Resource Manager end with `/`:

    resource: https://management.core.windows.net/

Without the slash the connector is created and no connection can sign in.
https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication)"},
        ErrorCode{"RG0453", "resource",
                  R"(`auth.resource` names the API that tokens are for: one of its identifier URIs,
an absolute URL, or its application id.)"},
        ErrorCode{"RG0454", "colour",
                  R"(The colour behind a connector's icon is `#` and six hexadecimal digits, in
quotes: without them, YAML reads `#` as the beginning of a comment.

    iconBrandColor: "#0078d4")"},
        ErrorCode{"RG0455", "host, base path or scope of a connector",
                  R"(`host` is a name with an optional port, without scheme or path; `basePath`
begins with `/`; a scope is not empty.
https://learn.microsoft.com/connectors/custom-connectors/swagger-validator-errors)"},
        ErrorCode{"RG0456", "connector that asks for its own application",
                  R"(The application that a connector signs in with and the API it asks tokens for
are the same application, named by URI. Entra refuses this (AADSTS90009)
unless the resource is given as the bare application id.
https://learn.microsoft.com/entra/identity-platform/reference-error-codes)"},
        ErrorCode{"RG0460", "endpoint",
                  R"(An endpoint is an origin, scheme, host and port:
`https://graph.microsoft.com`. Paths are added by regent.)"},
        ErrorCode{"RG0461", "plain http endpoint",
                  R"(Tokens and secrets are sent to endpoints, so plain http is accepted on this
machine only: `localhost`, 127.0.0.0/8 and [::1].)"},
        ErrorCode{"RG0462", "name of an owner",
                  R"(`owner` is the first part of every key in the tenant, so that two repositories
can manage objects of one tenant without touching each other's. It is written
like a document's name. Another owner means other objects: the old ones are no
longer recognised as ours.)"},
        ErrorCode{"RG0463", "id of a Power Platform environment",
                  R"(An environment's id is in its address in the Power Platform admin center: a
GUID, or `Default-` and the tenant's id. It has neither blanks nor slashes.)"},
        ErrorCode{"RG0464", "no sources",
                  R"(`sources` names the folders with an environment's manifests. An empty list
would mean that nothing is wanted, and everything of ours would be gone from
the manifests at once. Without the key, the whole repository is read.)"},
        ErrorCode{"RG0465", "name of a variable",
                  R"(A variable's name begins with a letter or `_` and goes on with letters, digits
and `_`, so that `${name}` and `${name:-default}` can be told from text.)"},
        ErrorCode{"RG0466", "half a simulated tenant",
                  R"(`endpoints.login` is on this machine, so the tokens are a simulator's, and a
service that the Environment uses has kept its real address: it would be sent
those tokens, and would refuse them. Name the simulator's address for each
service that is used: `graph`; with `powerPlatformEnvironments` also
`powerApps`; with `dataverse` also `powerPlatform`; with `resourceGroups` also
`resourceManager`.)"},
        ErrorCode{"RG0467", "account of a person",
                  R"(`signIn.account` is the user principal name of the only account that `regent
login` takes for this environment: `connectors@contoso.example`.)"},
        ErrorCode{"RG0468", "sign-in of a person in a cloud that is asked",
                  R"(With `endpoints.metadata` the cloud says where sign-in is. What a person signed
in to is kept for one address, so with `signIn` that one is written by hand:
`endpoints.login`; for Azure Resource Manager `resourceManagerScope`, too.)"},
        ErrorCode{"RG0469", "a source folder that is not there",
                  R"(`sources` names the folders with an environment's manifests, relative to the
environment's own file. One that does not exist is an error: were it passed
over, all that used to be in it would look removed. Git keeps no empty folders:
one that is to be filled later needs a file, for example `.gitkeep`, to be there
after a clone. `regent import --out` makes the folder that it writes to.)"},
        ErrorCode{"RG0470", "path in the configuration of the service",
                  R"(The service runs in no particular folder: paths in its configuration begin
with `/`.)"},
        ErrorCode{"RG0471", "branch and tag",
                  R"(`spec.source.git` follows one branch or one tag. Without either it follows the
branch `main`.)"},
        ErrorCode{"RG0472", "password in an address",
                  R"(The address of a repository is shown in status, logs and metrics. A password or
token in it would be shown too: it belongs into the credential `git-token`
(`LoadCredential=git-token:/etc/regent/credentials/git-token` in the unit).)"},
        ErrorCode{"RG0473", "signatures without keys",
                  R"(`verify.mode: head` believes a commit only with a good signature by an allowed
key. Name the allowed keys: an OpenPGP keyring, an SSH allowed_signers file, or
both.)"},
        ErrorCode{"RG0474", "time of a freeze window",
                  R"(Moments are written `2026-12-20T00:00:00Z`, times of day `"16:00"`, both in UTC:
a service keeps several machines' and people's time zones apart by having none.)"},
        ErrorCode{"RG0475", "freeze window",
                  R"(A freeze window either comes once, with `from` and `to`, or every week: on each
of `days` it begins at `start` and ends at the next `end`. A window that begins
on Friday at 16:00 and ends at 06:00 ends on Saturday.)"},
        ErrorCode{"RG0476", "name of a credential",
                  R"(The address of a chat or webhook is a secret: who knows it can write there. It
lives in a file that systemd hands to the service (`LoadCredential=NAME:/path`),
and the configuration only says NAME.)"},
        ErrorCode{"RG0477", "configuration of the service",
                  R"(The file holds one document: `apiVersion: regent/v1`, `kind: Daemon`, `metadata`
and `spec`. `regent explain Daemon` shows one.)"},
        ErrorCode{"RG0480", "too many owners",
                  R"(An application has at most 100 owners, users and service principals together.
https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions)"},
        ErrorCode{"RG0481", "file of an application",
                  R"(A certificate or a picture that a manifest names has to lie in the same
repository. A certificate is one PEM file (RFC 7468) with one certificate,
the application's own.)"},
        ErrorCode{"RG0482", "name of a certificate",
                  R"(The name is shown in the portal as the certificate's description, and has 1 to
90 characters: Entra cuts longer ones.
https://learn.microsoft.com/graph/api/resources/keycredential)"},
        ErrorCode{"RG0483", "private key in a repository",
                  R"(The file that a manifest names as a certificate holds a private key. regent
sends nothing of it, and stops here: whoever can read the repository can sign
in as the application. Take the key out of the repository and of its history,
issue a new certificate if anybody else may have seen it, and name a file with
the certificate alone.)"},
        ErrorCode{"RG0484", "key that tokens are encrypted for",
                  R"(`tokenEncryptionKey` names one of the certificates beside it, with
`usage: Encrypt`. Beside it is the same mapping: `spec` for the application,
`spec.servicePrincipal` for its service principal.

    certificates:
      - {name: saml 2026, path: certificates/saml.pem, usage: Encrypt}
    tokenEncryptionKey: saml 2026

https://learn.microsoft.com/entra/identity/enterprise-apps/howto-saml-token-encryption)"},
        ErrorCode{"RG0485", "logo",
                  R"(A logo is a PNG, JPEG or GIF picture of at most 100 KB. It can be replaced by
another one; the service offers no way to take it away.
https://learn.microsoft.com/graph/api/resources/application)"},
        ErrorCode{"RG0486", "extension property",
                  R"(An extension property has a name of letters, digits and `_`, and is for at
least one kind of object. The service puts `extension_<application id>_` in
front of the name.
https://learn.microsoft.com/graph/api/application-post-extensionproperty)"},
        ErrorCode{"RG0487", "service principal that is not managed",
                  R"(`servicePrincipal: {create: false}` leaves the service principal alone. Nothing
can then be declared of it: no properties, no owners, no assignments, and no
`adminConsent`, which is given to a service principal.)"},
        ErrorCode{"RG0488", "thumbprint of a signing key",
                  R"(`preferredTokenSigningKeyThumbprint` is the SHA-1 thumbprint of the certificate
that signs SAML tokens: 40 hexadecimal digits, in capitals or not, without
blanks and colons. "" lets Entra choose. The certificate is made in the portal,
or with Graph's addTokenSigningCertificate: regent makes none, as whoever
relies on the tokens has to be given it first.
https://learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate)"},
    };
    return codes;
}

std::span<const ErrorCode> warning_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0501", "text that other tools do not read as text",
                  R"(Without quotes, `no` is a boolean to YAML 1.1, `1.0` a number, and `0123` is
83. regent takes it as the text that was written, other tools that read the
file (an editor, yq) may not. Put it in quotes.)"},
        ErrorCode{"RG0502", "redirect URI without a path",
                  R"(At sign-in, Entra redirects to such a URI with `/` appended. Applications that
compare strings then refuse the answer.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0503", "wildcard redirect URI",
                  R"(A wildcard accepts sign-ins at every host that matches, also at one that
somebody else has taken over. Microsoft advises against it.
https://learn.microsoft.com/entra/identity-platform/reply-url)"},
        ErrorCode{"RG0504", "resource without a slash",
                  R"(A resource is compared letter by letter, and names of Microsoft's APIs often
end with `/`. regent does not know this one, and takes it as it is.)"},
        ErrorCode{"RG0505", "scope with white space",
                  R"(A list of scopes has one scope per item. One item with blanks is sent as it
is, which some connectors want and most do not.)"},
        ErrorCode{"RG0507", "managed identities are a preview feature",
                  R"(Custom connectors that sign in by managed identity are a preview of
Microsoft's: not every tenant and environment has them yet. Where they are
missing, apply fails at this connector; everything else goes on.
https://learn.microsoft.com/connectors/custom-connectors/azure-active-directory-authentication)"},
        ErrorCode{"RG0508", "redirect URL that is not accepted",
                  R"(The service gives a connector a redirect URL of its own. Unless the
application it signs in with lists that URL, no connection can be created
(AADSTS50011). Two lines in the application's manifest are missing:

    redirectUris:
      web:
        - connectorRef: {name: arm})"},
        ErrorCode{"RG0509", "secret that nobody uses",
                  R"(The application declares a client secret that no connector names. It would be
issued, and its value thrown away.)"},
        ErrorCode{"RG0510", "sign-in described, but not asked for",
                  R"(The OpenAPI file has `securityDefinitions`, but the Connector has no `auth`:
its connections will send no token.)"},
        ErrorCode{"RG0511", "another sign-in described",
                  R"(The Connector signs in with Entra ID, but the first of the file's
`securityDefinitions`, which is the one the service uses, describes something
else.
https://learn.microsoft.com/connectors/custom-connectors/define-openapi-definition)"},
        ErrorCode{"RG0512", "identity that its application does not trust",
                  R"(The Connector signs in by its managed identity, and the application that it
signs in as has no federated credential for that: nobody gets a token
(AADSTS700213). Two lines in the application's manifest are missing:

    federatedCredentials:
      - name: arm
        connectorRef: {name: arm}

A warning, since somebody may add the credential by hand. What was there before,
a client secret say, no longer works once the connector is saved.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation)"},
        ErrorCode{"RG0520", "issuer that is nearly a known one",
                  R"(The issuer is compared with the token's `iss` byte for byte, and those of
well-known services never look like this one: a slash too many or too few, a
host in capitals, a name instead of an id. Every exchange fails with
AADSTS700211. A warning, since services change.

    https://token.actions.githubusercontent.com        no slash at its end
    https://REGION.oic.prod-aks.azure.com/TENANT/ID/   with one
    https://login.microsoftonline.com/TENANT/v2.0
    https://vstoken.dev.azure.com/ORGANISATION-ID

https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations)"},
        ErrorCode{"RG0521", "subject that no token of this issuer carries",
                  R"(The subject is compared with the token's `sub` byte for byte, and this issuer
builds it in another form. Every exchange fails with AADSTS700213. A warning,
since organisations can change the form: `regent explain-token` shows what a
real token has.

    GitHub      repo:OWNER/REPO:environment:NAME
                repo:OWNER/REPO:ref:refs/heads/BRANCH
                repo:OWNER/REPO:pull_request
    GitLab      project_path:GROUP/PROJECT:ref_type:branch:ref:BRANCH
    Kubernetes  system:serviceaccount:NAMESPACE:NAME

https://docs.github.com/actions/reference/security/oidc
https://docs.gitlab.com/ci/secrets/id_token_authentication/
https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens)"},
        ErrorCode{"RG0522", "roles where personal accounts may sign in",
                  R"(Microsoft's documentation calls app roles "not supported" where personal
Microsoft accounts may sign in, and does not say what becomes of them. The
acceptance tests of terraform-provider-azuread, which run against real tenants,
make such applications. So this is a warning, and Graph decides.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0523", "identifier URI of a scheme that Graph may refuse",
                  R"(An identifier URI that is added is `api://` with the application's or the
tenant's id or a verified domain, or `https://` on a verified domain. What else
a tenant takes depends on its policy, and an application that has another one
keeps it. So this is a warning, and Graph decides.
https://learn.microsoft.com/entra/identity-platform/identifier-uri-restrictions)"},
    };
    return codes;
}

}  // namespace regent::manifest
