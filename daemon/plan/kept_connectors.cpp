#include "plan/kept_connectors.hpp"

#include "model/attributes.hpp"
#include "plan/let_go.hpp"
#include "plan/removals.hpp"
#include "plan/sign_in_change.hpp"
#include "plan/staying.hpp"
#include "plan/unseen_redirect_url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Value;

/// What a reader is told of connectors that go on signing in as they do.
struct Words {
    std::string_view fact;    ///< after the connector's name
    std::string_view unseen;  ///< the same, where nobody shows what it signs in by
    std::string_view help;
};
constexpr Words of_gone_manifest{
    ", which is in no manifest any more and stays, still signs in by it",
    ", which is in no manifest any more and stays, may sign in by it: Power Apps does not show that now",
    "give the new one another name, or delete the connector"};
constexpr Words of_other_wish{" still signs in by it, since what its manifest says instead is not written now",
                              " may sign in by it: Power Apps does not show that now",
                              "give the new one another name, or wait until the connector is written"};

/// The issuer of managed identities is Entra, in the words of its second version.
bool is_of_entra(const Value& credential) {
    const auto* issuer = credential.find("issuer");
    const auto text = issuer == nullptr ? std::string{} : issuer->text_or({});
    return text.starts_with("https://login.") && text.ends_with("/v2.0");
}

/// Of a connector whose redirect URL or identity was not shown, while its application has something that may be it. An
/// answer may be too old for that, and nobody would put back what is taken away now.
bool may_sign_in_by(const model::ObservedResource& connector, const Value& element) {
    if (const auto* uri = element.as_string()) return is_unseen_redirect_url(connector, *uri);
    const auto type = connector.attributes.find(model::path::auth_type);
    return !connector.output(model::output::connector_name).empty() && type != connector.attributes.end() &&
           type->second == Value("managedIdentity") && connector.output(model::output::identity_subject).empty() &&
           is_of_entra(element);
}

class Keeper {
public:
    Keeper(std::vector<const model::ObservedResource*> kept, const Words& words, Plan& plan)
        : kept_(std::move(kept)), words_(words), plan_(plan) {}

    void look_at(Items& items) {
        if (kept_.empty()) return;
        for (auto& [address, item] : items) {
            if (address.kind == model::kind::application && item.observed != nullptr && item.is_written() &&
                !item.is_made_anew())
                look_at(item);
        }
    }

    void look_at(Item& item) {
        for (auto& attribute : item.attributes) {
            if (is_redirect_list(attribute.attribute->path)) look_at_uris(item, attribute);
            if (attribute.attribute->path == model::path::federated_credentials) look_at_credentials(item, attribute);
        }
    }

    std::vector<KeptSignIn> told;

private:
    const model::ObservedResource* user_of(const Item& item, const Value& element) const {
        const auto it = std::find_if(kept_.begin(), kept_.end(), [&](const auto* connector) {
            if (signs_in_by(*connector, element)) return may_sign_in_as(item, *connector);
            return signs_in_as(item, *connector) && may_sign_in_by(*connector, element);
        });
        return it == kept_.end() ? nullptr : *it;
    }

    /// Whether it signs in as this application, as far as anybody can tell.
    static bool may_sign_in_as(const Item& application, const model::ObservedResource& connector) {
        const auto client = connector.attributes.find(model::path::auth_client_id);
        const auto app_id = application.observed->outputs.find(model::output::app_id);
        return client == connector.attributes.end() || app_id == application.observed->outputs.end() ||
               client->second == Value(app_id->second);
    }

    static bool signs_in_as(const Item& application, const model::ObservedResource& connector) {
        return connector.attributes.contains(model::path::auth_client_id) &&
               application.observed->outputs.contains(model::output::app_id) && may_sign_in_as(application, connector);
    }

    /// In one list or another: a redirect URI can be in one of them only.
    static bool is_wanted(const Item& item, const Value& uri) {
        return std::any_of(item.attributes.begin(), item.attributes.end(), [&](const auto& attribute) {
            return is_redirect_list(attribute.attribute->path) &&
                   std::any_of(attribute.elements.begin(), attribute.elements.end(),
                               [&](const auto& element) { return element.value == uri; });
        });
    }

    /// By one that is called otherwise: issuer and subject may occur once.
    static bool is_trusted_otherwise(const ResolvedAttribute& credentials, const std::string& name,
                                     const model::ObservedResource& connector) {
        return std::any_of(credentials.elements.begin(), credentials.elements.end(), [&](const auto& element) {
            return element.element->name != name && element.known && signs_in_by(connector, element.value);
        });
    }

    void look_at_uris(Item& item, ResolvedAttribute& uris) {
        const auto* there = uris.observed.as_list();
        if (there == nullptr) return;
        for (const auto& uri : *there) {
            const auto* connector = user_of(item, uri);
            if (connector == nullptr || is_wanted(item, uri)) continue;
            keep_as_it_is(item, uris, {}, uri);
            tell(item, fmt::format("{}: \"{}\"", uris.attribute->path, uri.text_or({})), *connector, uri);
        }
    }

    void look_at_credentials(Item& item, ResolvedAttribute& credentials) {
        const auto* there = credentials.observed.as_map();
        if (there == nullptr) return;
        for (const auto& [name, credential] : *there) {
            const auto* connector = user_of(item, credential);
            if (connector == nullptr || is_trusted_otherwise(credentials, name, *connector)) continue;
            const auto named = std::find_if(credentials.elements.begin(), credentials.elements.end(),
                                            [&, &called = name](const auto& e) { return e.element->name == called; });
            if (named != credentials.elements.end()) {
                if (named->known && signs_in_by(*connector, named->value)) continue;
                if (!signs_in_by(*connector, credential)) continue;
                withhold(item, named->element->span, name, *connector);
            } else {
                tell(item, fmt::format("{}: \"{}\"", credentials.attribute->path, name), *connector, credential);
            }
            keep_as_it_is(item, credentials, name, credential);
        }
    }

    void tell(const Item& item, const std::string& what, const model::ObservedResource& connector,
              const Value& element) {
        told.push_back(
            {item.desired->address, fmt::format("{} is kept: {}{}", what, to_string(connector.address),
                                                signs_in_by(connector, element) ? words_.fact : words_.unseen)});
    }

    void withhold(const Item& item, const model::Span& span, const std::string& name,
                  const model::ObservedResource& connector) {
        Withheld withheld;
        withheld.why = Withheld::Why::no_place;
        withheld.address = item.desired->address;
        withheld.place = span.known() ? span.begin() : item.desired->place;
        withheld.message = fmt::format("the federated credential \"{}\" stays as it is: {}{}", name,
                                       to_string(connector.address), words_.fact);
        withheld.help = words_.help;
        plan_.withheld.push_back(std::move(withheld));
    }

    std::vector<const model::ObservedResource*> kept_;
    const Words& words_;
    Plan& plan_;
};

}  // namespace

std::vector<KeptSignIn> keep_sign_ins_of_kept_connectors(const DesiredGraph& desired, const model::Snapshot& observed,
                                                         const History& history, Items& items, Plan& plan) {
    std::vector<const model::ObservedResource*> kept;
    for (const auto& orphan : observed.orphans) {
        // One beside its manifest is the business of those who refer to that.
        const bool is_ours = orphan.address.kind == model::kind::connector && !orphan.deleted &&
                             orphan.ownership == model::Ownership::ours && !items.contains(orphan.address);
        if (is_ours && !is_removed(orphan, desired, observed, items, history)) kept.push_back(&orphan);
    }
    Keeper keeper(std::move(kept), of_gone_manifest, plan);
    keeper.look_at(items);
    return std::move(keeper.told);
}

std::vector<KeptSignIn> keep_sign_ins_that_stay(Items& items, Plan& plan) {
    std::vector<const model::ObservedResource*> kept;
    for (const auto& [address, item] : items)
        if (keeps_its_sign_in(item)) kept.push_back(item.observed);
    Keeper keeper(std::move(kept), of_other_wish, plan);
    keeper.look_at(items);
    return std::move(keeper.told);
}

void warn_of_kept(const std::vector<KeptSignIn>& kept, Plan& plan) {
    for (const auto& one : kept) {
        const auto resource = std::find_if(plan.resources.begin(), plan.resources.end(),
                                           [&](const auto& r) { return r.address == one.application; });
        if (resource != plan.resources.end()) resource->warnings.push_back(one.words);
    }
}

}  // namespace regent::plan
