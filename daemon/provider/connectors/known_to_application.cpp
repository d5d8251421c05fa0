#include "provider/connectors/known_to_application.hpp"

#include "model/attributes.hpp"

#include <algorithm>

namespace regent::provider::connectors {
namespace {

std::string output_in(const Outputs& outputs, std::string_view name) {
    const auto it = outputs.find(name);
    return it == outputs.end() ? std::string{} : it->second;
}

bool is_vouched_for(const model::Scope& scope, const model::ObservedResource& application) {
    return std::any_of(scope.wanted.begin(), scope.wanted.end(), [&](const auto& wanted) {
        return wanted.address == application.address &&
               (!wanted.adopt.empty() || (!application.id.empty() && wanted.remembered_id == application.id));
    });
}

bool knows(const model::ObservedResource& application, const Outputs& connector) {
    const auto url = output_in(connector, model::output::redirect_url);
    const auto subject = output_in(connector, model::output::identity_subject);
    for (const auto path : model::path::redirect_uris) {
        const auto it = application.attributes.find(path);
        const auto* uris = it == application.attributes.end() ? nullptr : it->second.as_list();
        if (!url.empty() && uris != nullptr && std::find(uris->begin(), uris->end(), model::Value(url)) != uris->end())
            return true;
    }
    const auto it = application.attributes.find(model::path::federated_credentials);
    const auto* credentials = it == application.attributes.end() ? nullptr : it->second.as_map();
    return !subject.empty() && credentials != nullptr &&
           std::any_of(credentials->begin(), credentials->end(), [&](const auto& entry) {
               const auto* trusted = entry.second.find("subject");
               return trusted != nullptr && *trusted == model::Value(subject);
           });
}

}  // namespace

const model::ObservedResource* our_application(const model::Scope::Wanted& wanted, const model::Snapshot& observed) {
    const auto is_it = [&](const model::ObservedResource& resource) {
        const auto id = resource.outputs.find(model::output::app_id);
        const auto* text = wanted.client_id.as_string();
        return resource.ownership == model::Ownership::ours && id != resource.outputs.end() &&
               (text == nullptr || id->second == *text);
    };
    if (const auto* reference = wanted.client_id.as_reference()) {
        const auto application = observed.resources.find(reference->address);
        return application != observed.resources.end() && is_it(application->second) ? &application->second : nullptr;
    }
    if (wanted.client_id.as_string() == nullptr) return nullptr;
    const auto it = std::find_if(observed.resources.begin(), observed.resources.end(),
                                 [&](const auto& entry) { return is_it(entry.second); });
    return it == observed.resources.end() ? nullptr : &it->second;
}

bool is_known_to_our_application(const model::Scope& scope, const model::Scope::Wanted& wanted,
                                 const Outputs& connector, const model::Snapshot& observed) {
    const auto* application = our_application(wanted, observed);
    return application != nullptr && is_vouched_for(scope, *application) && knows(*application, connector);
}

}  // namespace regent::provider::connectors
