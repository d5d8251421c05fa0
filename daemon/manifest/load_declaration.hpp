#pragma once

#include "manifest/document.hpp"
#include "manifest/load_findings.hpp"
#include "manifest/load_values.hpp"
#include "manifest/loader.hpp"
#include "model/declaration.hpp"

#include <map>
#include <string>
#include <string_view>

namespace regent::manifest {

/// What the loader of one kind gets: a document whose fields were checked.
struct LoadJob {
    const Document& document;
    Values root;
    Values spec;
    const LoadContext& context;
    /// Graph's spelling of every Application's signInAudience, by metadata.name: rules for a redirect URI depend on it,
    /// wherever the URI is written.
    const std::map<std::string, std::string, std::less<>>& audiences;
    Findings& findings;
};

// Each fills in everything but address, places and labels.
void load_application(const LoadJob& job, model::Declaration& declaration);
void load_redirect_uri(const LoadJob& job, model::Declaration& declaration);
void load_federated_credential(const LoadJob& job, model::Declaration& declaration);
void load_connector(const LoadJob& job, model::Declaration& declaration);

/// `spec.clientSecrets` of an Application.
void load_client_secrets(const LoadJob& job, model::Declaration& declaration);

/// `management:`, for the kinds that have it.
void load_management(const LoadJob& job, model::Management& management);

/// Graph's spelling of an Application's signInAudience; the default when it is absent or wrong.
[[nodiscard]] std::string audience_of(const Node& application);

/// Takes over a scalar when the manifest declares it.
void declare(model::Declaration& declaration, std::string_view path, const Entry* entry, model::Value value);

/// A federated credential's members as a named element's value. Issuer and subject come from the connector when there
/// is a reference, which is then noted in `declaration`; `where` is the field's name for messages.
[[nodiscard]] model::Value credential_value(const LoadJob& job, const Values& credential, const std::string& where,
                                            model::Declaration& declaration);

/// The value of one redirect URI: text, or a reference to a connector's redirect URL.
[[nodiscard]] model::Value connector_redirect_url(const Node& connector_name, const std::string& where,
                                                  model::Declaration& declaration);

}  // namespace regent::manifest
