#include "plan/previous_names.hpp"

#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "plan/diff.hpp"
#include "plan/vouching.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace regent::plan {
namespace {

using model::Address;
using model::Declaration;
using model::Diagnostic;

Diagnostic error(std::string code, std::string message, const model::PreviousName& previous) {
    Diagnostic diagnostic;
    diagnostic.code = std::move(code);
    diagnostic.message = std::move(message);
    diagnostic.span = previous.span;
    return diagnostic;
}

/// Its own name, or another document's: what is kept under it would be two documents' at once.
Diagnostic name_in_use(const Declaration& renamed, const model::PreviousName& previous, const Declaration& holder) {
    const bool is_itself = renamed.address == holder.address;
    auto diagnostic =
        error("RG0335",
              is_itself ? fmt::format("{} is called `{}` now", to_string(holder.address), previous.name)
                        : fmt::format("`{}` is no previous name of {}: {} is called so now", previous.name,
                                      to_string(renamed.address), to_string(holder.address)),
              previous);
    diagnostic.secondary = {{holder.span, "here"}};
    diagnostic.help = is_itself ? "a previous name is another one than `metadata.name`: take it out of the list"
                                : fmt::format(
                                      "take it out of the list, or `{}` out of the manifests: what is kept "
                                      "under this name can be one document's only",
                                      to_string(holder.address));
    return diagnostic;
}

Diagnostic claimed_twice(const Declaration& second, const model::PreviousName& again, const Declaration& first,
                         const model::PreviousName& before) {
    const bool is_itself = first.address == second.address;
    auto diagnostic =
        error("RG0336",
              is_itself ? fmt::format("{} lists its previous name `{}` twice", to_string(second.address), again.name)
                        : fmt::format("{} and {} were both called `{}`, it is said", to_string(first.address),
                                      to_string(second.address), again.name),
              again);
    diagnostic.label = "again here";
    diagnostic.secondary = {{before.span, "first here"}};
    diagnostic.help =
        is_itself ? "take one of the two away" : "leave it with the one that what is kept under this name belongs to";
    return diagnostic;
}

bool is_remembered(const History& history, const Address& address) {
    return history.last_applied.contains(address) || history.remote_ids.contains(address);
}

template <typename Kept>
void move_entry(std::map<Address, Kept>& kept, const Address& from, const Address& to) {
    auto entry = kept.extract(from);
    if (entry.empty()) return;
    entry.key() = to;
    kept.insert(std::move(entry));
}

void carry_over(const Address& from, const Address& to, History& history) {
    move_entry(history.last_applied, from, to);
    move_entry(history.remote_ids, from, to);
    move_entry(history.remote_ids, principal_of(from), principal_of(to));
    move_entry(history.places, from, to);
    move_entry(history.made_at, from, to);
}

}  // namespace

void check_previous_names(const std::vector<const Declaration*>& declarations, model::Diagnostics& diagnostics) {
    std::map<Address, const Declaration*> named;
    for (const auto* declaration : declarations) named.emplace(declaration->address, declaration);
    std::map<Address, std::pair<const Declaration*, const model::PreviousName*>> claimed;
    for (const auto* declaration : declarations) {
        for (const auto& previous : declaration->previous_names) {
            const Address address{declaration->address.kind, previous.name};
            if (const auto holder = named.find(address); holder != named.end())
                diagnostics.push_back(name_in_use(*declaration, previous, *holder->second));
            const auto [first, is_new] = claimed.emplace(address, std::pair(declaration, &previous));
            if (!is_new)
                diagnostics.push_back(
                    claimed_twice(*declaration, previous, *first->second.first, *first->second.second));
        }
    }
}

const DesiredResource* renamed_from(const DesiredGraph& graph, const Address& address) {
    const auto it = std::find_if(graph.resources.begin(), graph.resources.end(), [&](const auto& entry) {
        const auto& names = entry.second.previous_names;
        return entry.first.kind == address.kind && std::find(names.begin(), names.end(), address.name) != names.end();
    });
    return it == graph.resources.end() ? nullptr : &it->second;
}

std::string carried_name(const model::ObservedResource& observed) {
    for (const auto& mark : observed_marks(&observed))
        if (mark.starts_with(model::mark::named)) return mark.substr(model::mark::named.size());
    return {};
}

std::optional<Address> former_address(const ResourceChange& resource) {
    for (const auto& change : resource.changes)
        if (change.path == model::path::name) return Address{resource.address.kind, change.before.text_or({})};
    return std::nullopt;
}

std::string how_to_rename(const Address& orphan) {
    return fmt::format("say so beside it: `previousNames: [{}]`", orphan.name);
}

void carry_names_over(const DesiredGraph& graph, History& history) {
    for (const auto& [address, resource] : graph.resources) {
        for (const auto& name : resource.previous_names) {
            const Address before{address.kind, name};
            if (!is_remembered(history, address) && is_remembered(history, before))
                carry_over(before, address, history);
        }
    }
}

}  // namespace regent::plan
