#include "manifest/field_table_credential.hpp"
#include "manifest/field_table_kinds.hpp"

namespace regent::manifest {
namespace {

constexpr Field application_ref = {.name = "applicationRef",
                                   .type = FieldType::reference,
                                   .target = "Application",
                                   .required = true,
                                   .help = "the application it is added to",
                                   .example = "{name: customer-portal}"};

constexpr std::array platforms = {
    EnumValue{.name = "web", .help = "servers, custom connectors"},
    EnumValue{.name = "spa", .help = "single-page applications"},
    EnumValue{.name = "native", .help = "mobile and desktop applications"},
};

constexpr std::array redirect_uri_members = {
    application_ref,
    Field{.name = "platform",
          .type = FieldType::enumeration,
          .values = platforms,
          .required = true,
          .help = "the platform it belongs to",
          .example = "web"},
    Field{.name = "uri",
          .type = FieldType::url,
          .help = "the redirect URI itself",
          .example = "https://preview.contoso.example/signin-oidc"},
    Field{.name = "connectorRef",
          .type = FieldType::reference,
          .target = "Connector",
          .late = true,
          .help = "the redirect URL of a connector, read from it",
          .example = "{name: arm}"},
};
constexpr std::array<std::string_view, 2> redirect_uri_choice = {"uri", "connectorRef"};
constexpr std::array redirect_uri_fields = {
    api_version_field,
    Field{.name = "kind", .required = true, .help = "`RedirectUri`", .example = "RedirectUri"},
    metadata_field,
    Field{.name = "spec",
          .type = FieldType::mapping,
          .members = redirect_uri_members,
          .required = true,
          .late = true,
          .exactly_one_of = redirect_uri_choice,
          .help = "the redirect URI and where it belongs",
          .example = "{applicationRef: {name: customer-portal}, platform: web, uri: https://preview.contoso.example/}"},
};

constexpr std::array contributed_credential_members = {
    application_ref,
    Field{.name = "name",
          .immutable = true,
          .default_text = "metadata.name",
          .help = "the credential's name in the tenant: 3 to 120 letters, digits, `-` and `_`; kept for life",
          .example = "deploy-pipeline"},
    credential_issuer,
    credential_subject,
    credential_connector_ref,
    credential_audience,
    credential_description,
};
constexpr std::array credential_fields = {
    api_version_field,
    Field{.name = "kind", .required = true, .help = "`FederatedCredential`", .example = "FederatedCredential"},
    metadata_field,
    Field{.name = "spec",
          .type = FieldType::mapping,
          .members = contributed_credential_members,
          .required = true,
          .late = true,
          .exactly_one_of = credential_choice,
          .help = "whose tokens are trusted, and by which application",
          .example = "{applicationRef: {name: orders-api}, connectorRef: {name: arm-mi}}"},
};

}  // namespace

const KindTable& redirect_uri_table() noexcept {
    static constexpr KindTable table = {.kind = "RedirectUri",
                                        .help = "one redirect URI that is added to an application of another document",
                                        .fields = redirect_uri_fields,
                                        .example =
                                            "apiVersion: regent/v1\n"
                                            "kind: RedirectUri\n"
                                            "metadata: {name: portal-preview}\n"
                                            "spec:\n"
                                            "  applicationRef: {name: customer-portal}\n"
                                            "  platform: web\n"
                                            "  uri: https://preview.contoso.example/signin-oidc\n"};
    return table;
}

const KindTable& federated_credential_table() noexcept {
    static constexpr KindTable table = {
        .kind = "FederatedCredential",
        .help = "one federated credential that is added to an application of another document",
        .fields = credential_fields,
        .example =
            "apiVersion: regent/v1\n"
            "kind: FederatedCredential\n"
            "metadata: {name: orders-api-deploy}\n"
            "spec:\n"
            "  applicationRef: {name: orders-api}\n"
            "  issuer: https://token.actions.githubusercontent.com\n"
            "  subject: repo:contoso/orders:environment:prod\n"};
    return table;
}

}  // namespace regent::manifest
