#include "manifest/load_declaration.hpp"
#include "manifest/rules_credential.hpp"
#include "manifest/rules_redirect_uri.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

namespace regent::manifest {
namespace {

model::Address application_of(const Node& name, model::Declaration& declaration) {
    model::Address target{std::string(model::kind::application), name.text};
    declaration.references.push_back(
        {.target = target, .span = name.span, .field = "spec.applicationRef", .needs = {}, .early = false});
    return target;
}

std::string audience_of_target(const LoadJob& job, const std::string& application) {
    const auto it = job.audiences.find(application);
    return it == job.audiences.end() ? std::string{} : it->second;
}

}  // namespace

model::Value connector_redirect_url(const Node& connector_name, const std::string& where,
                                    model::Declaration& declaration) {
    const model::Address connector{std::string(model::kind::connector), connector_name.text};
    declaration.references.push_back({.target = connector,
                                      .span = connector_name.span,
                                      .field = where,
                                      .needs = std::string(model::output::redirect_url),
                                      .early = false});
    return model::Reference{connector, std::string(model::output::redirect_url), {}, {}};
}

model::Value credential_value(const LoadJob& job, const Values& credential, const std::string& where,
                              model::Declaration& declaration) {
    model::Map value;
    if (const auto* name = credential.reference("connectorRef")) {
        const model::Address connector{std::string(model::kind::connector), name->text};
        declaration.references.push_back(
            {.target = connector, .span = name->span, .field = where, .needs = "managedIdentity", .early = false});
        value["issuer"] = model::Reference{connector, std::string(model::output::identity_issuer), {}, {}};
        value["subject"] = model::Reference{connector, std::string(model::output::identity_subject), {}, {}};
    } else {
        value["issuer"] = credential.text("issuer").value_or("");
        value["subject"] = credential.text("subject").value_or("");
    }
    value["audience"] = credential.text("audience").value_or(token_exchange_audience(job.context.environment.cloud));
    value["description"] = credential.text("description").value_or("");
    return value;
}

void load_redirect_uri(const LoadJob& job, model::Declaration& declaration) {
    const auto* application = job.spec.reference("applicationRef");
    const auto platform = job.spec.text("platform");
    const auto* uri = job.spec.node("uri");
    const auto* connector = job.spec.reference("connectorRef");
    if (uri && platform)
        check_redirect_uri(*uri, platform_of(*platform), application ? audience_of_target(job, application->text) : "",
                           job.findings);
    if (!application || !platform || (!uri && !connector)) return;
    model::Declaration::Contribution contribution;
    contribution.target = application_of(*application, declaration);
    contribution.path = fmt::format("redirectUris.{}", *platform);
    contribution.element.contributor = declaration.address;
    contribution.element.span = uri ? uri->span : job.spec.entry("connectorRef")->key_span;
    contribution.element.value =
        uri ? model::Value(uri->text) : connector_redirect_url(*connector, "spec.connectorRef", declaration);
    declaration.contribution = std::move(contribution);
}

void load_federated_credential(const LoadJob& job, model::Declaration& declaration) {
    const auto* application = job.spec.reference("applicationRef");
    const auto* name = job.spec.node("name") ? job.spec.node("name") : job.root.mapping("metadata").node("name");
    check_federated_credential(job.spec, name, job.findings);
    const auto* connector = job.spec.reference("connectorRef");
    if (!application || !name || (!connector && !job.spec.node("issuer"))) return;
    model::Declaration::Contribution contribution;
    contribution.target = application_of(*application, declaration);
    contribution.path = std::string(model::path::federated_credentials);
    contribution.element.name = name->text;
    contribution.element.contributor = declaration.address;
    contribution.element.span = name->span;
    contribution.element.value = credential_value(job, job.spec, "spec.connectorRef", declaration);
    declaration.contribution = std::move(contribution);
}

}  // namespace regent::manifest
