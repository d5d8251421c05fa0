#include "plan/kept_connectors.hpp"

#include "model/attributes.hpp"
#include "plan/let_go.hpp"
#include "plan/removals.hpp"
#include "plan/staying.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Value;

bool is_redirect_list(std::string_view path) {
    return path == model::path::redirect_uris_web || path == model::path::redirect_uris_spa ||
           path == model::path::redirect_uris_native;
}

class Keeper {
public:
    Keeper(std::vector<const model::ObservedResource*> kept, Plan& plan) : kept_(std::move(kept)), plan_(plan) {}

    void look_at(Item& item) {
        for (auto& attribute : item.attributes) {
            if (is_redirect_list(attribute.attribute->path)) look_at_uris(item, attribute);
            if (attribute.attribute->path == model::path::federated_credentials) look_at_credentials(item, attribute);
        }
    }

    std::vector<KeptSignIn> told;

private:
    const model::ObservedResource* user_of(const Value& element) const {
        const auto it = std::find_if(kept_.begin(), kept_.end(),
                                     [&](const auto* connector) { return signs_in_by(*connector, element); });
        return it == kept_.end() ? nullptr : *it;
    }

    /// In one list or another: a redirect URI can be in one of them only.
    static bool is_wanted(const Item& item, const Value& uri) {
        return std::any_of(item.attributes.begin(), item.attributes.end(), [&](const auto& attribute) {
            return is_redirect_list(attribute.attribute->path) &&
                   std::any_of(attribute.elements.begin(), attribute.elements.end(),
                               [&](const auto& element) { return element.value == uri; });
        });
    }

    void look_at_uris(Item& item, ResolvedAttribute& uris) {
        const auto* there = uris.observed.as_list();
        if (there == nullptr) return;
        for (const auto& uri : *there) {
            const auto* connector = user_of(uri);
            if (connector == nullptr || is_wanted(item, uri)) continue;
            keep_as_it_is(item, uris, {}, uri);
            tell(item, fmt::format("{}: \"{}\"", uris.attribute->path, uri.text_or({})), *connector);
        }
    }

    void look_at_credentials(Item& item, ResolvedAttribute& credentials) {
        const auto* there = credentials.observed.as_map();
        if (there == nullptr) return;
        for (const auto& [name, credential] : *there) {
            const auto* connector = user_of(credential);
            if (connector == nullptr) continue;
            const auto named = std::find_if(credentials.elements.begin(), credentials.elements.end(),
                                            [&, &called = name](const auto& e) { return e.element->name == called; });
            if (named != credentials.elements.end()) {
                if (named->known && signs_in_by(*connector, named->value)) continue;
                withhold(item, named->element->span, name, *connector);
            } else {
                tell(item, fmt::format("{}: \"{}\"", credentials.attribute->path, name), *connector);
            }
            keep_as_it_is(item, credentials, name, credential);
        }
    }

    void tell(const Item& item, const std::string& what, const model::ObservedResource& connector) {
        told.push_back(
            {item.desired->address, fmt::format("{} is kept: {}, which is in no manifest any more and stays, "
                                                "still signs in by it",
                                                what, to_string(connector.address))});
    }

    void withhold(const Item& item, const model::Span& span, const std::string& name,
                  const model::ObservedResource& connector) {
        Withheld withheld;
        withheld.why = Withheld::Why::no_place;
        withheld.address = item.desired->address;
        withheld.place = span.known() ? span.begin() : item.desired->place;
        withheld.message = fmt::format(
            "the federated credential \"{}\" stays as it is: {}, which is in no manifest any "
            "more and is kept, still signs in by it",
            name, to_string(connector.address));
        withheld.help = "give the new one another name, or delete the connector";
        plan_.withheld.push_back(std::move(withheld));
    }

    std::vector<const model::ObservedResource*> kept_;
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
    if (kept.empty()) return {};
    Keeper keeper(std::move(kept), plan);
    for (auto& [address, item] : items) {
        if (address.kind == model::kind::application && item.observed != nullptr && item.is_written() &&
            !item.is_made_anew())
            keeper.look_at(item);
    }
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
