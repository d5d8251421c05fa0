#include "plan/restoration.hpp"

#include "model/ascii.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Address;
using model::ObservedResource;
using model::Value;

const model::List& uris_of(const ObservedResource& application) {
    static const model::List none;
    const auto it = application.attributes.find(model::path::identifier_uris);
    const auto* list = it == application.attributes.end() ? nullptr : it->second.as_list();
    return list == nullptr ? none : *list;
}

class Restorations {
public:
    Restorations(Items& items, const model::Snapshot& observed, const std::string& graph)
        : items_(items), observed_(observed), graph_(graph.empty() ? "https://graph.microsoft.com" : graph) {}

    bool run() {
        bool changed = false;
        for (auto& [address, item] : items_) {
            if (item.standing != Standing::in_bin) continue;
            item.comes_after.clear();
            for (const auto& uri : uris_of(*item.observed)) {
                const auto* holder = holder_of(uri);
                if (holder == nullptr) continue;
                if (lets_go(*holder, uri, address)) {
                    item.comes_after.insert(holder->address);
                    continue;
                }
                hold_back(item, *holder, uri);
                changed = true;
                break;
            }
        }
        return changed;
    }

private:
    const ObservedResource* holder_of(const Value& uri) const {
        for (const auto& [address, resource] : observed_.resources)
            if (!resource.deleted && holds_uri(resource, uri)) return &resource;
        for (const auto& orphan : observed_.orphans)
            if (!orphan.deleted && holds_uri(orphan, uri)) return &orphan;
        return nullptr;
    }

    /// Whether it is sure that this plan takes `uri` away from `holder`, without waiting for `restored`.
    bool lets_go(const ObservedResource& holder, const Value& uri, const Address& restored) const {
        const auto it = items_.find(holder.address);
        if (it == items_.end() || it->second.observed != &holder) return false;
        const auto& item = it->second;
        const auto& desired = *item.desired;
        const auto declared = desired.attributes.find(model::path::identifier_uris);
        const bool is_list = declared != desired.attributes.end() && declared->second.exclusive;
        if (!is_list || item.standing != Standing::there || !item.is_written() ||
            is_ignored(desired, model::path::identifier_uris) || refers_to(desired, restored))
            return false;
        const auto stay = ignored_elements(desired, model::path::identifier_uris);
        if (std::find(stay.begin(), stay.end(), uri.text_or({})) != stay.end()) return false;
        return std::none_of(declared->second.elements.begin(), declared->second.elements.end(),
                            [&](const auto& element) { return may_be(looked_up(element.value, items_), uri); });
    }

    static bool refers_to(const DesiredResource& resource, const Address& address) {
        return std::any_of(resource.attributes.begin(), resource.attributes.end(), [&](const auto& attribute) {
            const auto refers = [&](const Value& value) {
                const auto references = references_in(value);
                return std::any_of(references.begin(), references.end(),
                                   [&](const auto& reference) { return reference.address == address; });
            };
            const auto& elements = attribute.second.elements;
            return refers(attribute.second.value) ||
                   std::any_of(elements.begin(), elements.end(), [&](const auto& one) { return refers(one.value); });
        });
    }

    /// One that is not known yet may be any, and keeps others where they are.
    static bool may_be(const Value& wanted, const Value& uri) {
        return !model::is_known(wanted) || model::lower_case(wanted.text_or({})) == model::lower_case(uri.text_or({}));
    }

    void hold_back(Item& item, const ObservedResource& holder, const Value& uri) const {
        const auto& id = item.observed->id;
        Withheld withheld;
        withheld.why = Withheld::Why::no_place;
        withheld.address = item.desired->address;
        withheld.place = item.desired->place;
        withheld.message =
            fmt::format("lies in the recycle bin ({}), and cannot come back: {} ({}) has its identifier URI {} since",
                        id, to_string(holder.address), holder.id, uri.text_or({}));
        withheld.help = fmt::format(
            "it comes back when {0} lets go of that, by its manifest, for one apply at least. Or delete this one for "
            "good (`az rest --method DELETE --url {1}/v1.0/directory/deletedItems/{2}`): a new one is made then, with "
            "another application id",
            to_string(holder.address), graph_, id);
        item.standing = Standing::blocked;
        item.withheld = std::move(withheld);
    }

    Items& items_;
    const model::Snapshot& observed_;
    const std::string graph_;
};

}  // namespace

bool holds_uri(const ObservedResource& application, const Value& uri) {
    const auto* text = uri.as_string();
    const auto& list = uris_of(application);
    return text != nullptr && std::any_of(list.begin(), list.end(), [&](const auto& there) {
               return model::lower_case(there.text_or({})) == model::lower_case(*text);
           });
}

bool hold_back_restorations(Items& items, const model::Snapshot& observed, const std::string& graph) {
    return Restorations(items, observed, graph).run();
}

}  // namespace regent::plan
