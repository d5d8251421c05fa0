#include "provider/graph/tenant_changes.hpp"

#include "model/attributes.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/permissions_catalogue.hpp"

#include <algorithm>
#include <iterator>

namespace regent::provider::graph {
namespace {

using nlohmann::json;

constexpr const char* what_changed = "ask what has changed";
constexpr const char* collections[] = {"/applications", "/servicePrincipals", "/oauth2PermissionGrants"};
/// A list is read in pages of a hundred objects at least, single objects twenty to a request.
constexpr std::size_t page = 100;

/// Whom a change is about: the object, and what answers about it are asked by.
std::set<std::string> ids_of(const json& change) {
    std::set<std::string> ids;
    for (const auto* name : {"id", "appId", "clientId"}) ids.insert(lower_case(member_text(change, name)));
    ids.erase(std::string{});
    return ids;
}

std::set<std::string> ids_of(const model::ObservedResource& resource) {
    std::set<std::string> ids{resource.id};
    for (const auto output : {model::output::app_id, model::output::service_principal_id}) {
        const auto it = resource.outputs.find(output);
        if (it != resource.outputs.end()) ids.insert(it->second);
    }
    ids.erase(std::string{});
    return ids;
}

}  // namespace

tl::expected<void, ProviderError> TenantChanges::begin_anew() {
    memory_.clear();
    next_rounds_.clear();
    ids_.clear();
    whole_ = false;
    client_.remember_in(nullptr);
    if (!offered_) return {};
    // Before anything is read, so that what changes meanwhile is in the first round.
    for (const std::string collection : collections) {
        auto round = client_.changes(collection + "/delta?$deltatoken=latest", what_changed);
        if (!round) {
            const auto kind = round.error().kind;
            const bool refused =
                kind == ErrorKind::rejected || kind == ErrorKind::not_found || kind == ErrorKind::forbidden;
            if (!refused) return tl::unexpected(std::move(round.error()));
            // Grants need a permission of their own; without it nobody reads them either.
            if (collection == collections[2]) continue;
            offered_ = false;
            return {};
        }
        if (!*round) return {};
        next_rounds_.emplace(collection, std::move((*round)->next));
    }
    client_.remember_in(&memory_);
    return {};
}

void TenantChanges::complete(const model::Snapshot& found) {
    whole_ = offered_ && !next_rounds_.empty();
    ids_.clear();
    for (const auto& [address, resource] : found.resources) ids_.emplace(address, ids_of(resource));
    for (const auto& resource : found.orphans) ids_[resource.address].merge(ids_of(resource));
}

TenantChanges::Done TenantChanges::collect(const std::string& collection, std::set<std::string>& ids,
                                           std::vector<AnswerMemory::Stale>& entries) {
    const auto known = next_rounds_.find(collection);
    if (known == next_rounds_.end()) return true;
    auto round = client_.changes(known->second, what_changed);
    if (!round) return tl::unexpected(std::move(round.error()));
    if (!*round) return false;
    for (const auto& change : (*round)->objects) {
        ids.merge(ids_of(change));
        auto fresh = memory_.belongs_to(collection, change);
        if (member(change, "@removed") != nullptr) continue;
        std::move(fresh.begin(), fresh.end(), std::back_inserter(entries));
    }
    // Only when the round is at its end: one that was broken off is asked for again.
    known->second = std::move((*round)->next);
    return true;
}

TenantChanges::Done TenantChanges::follow(const std::set<model::Address>& anew) {
    const auto start_over = [this]() -> Done {
        if (auto begun = begin_anew(); !begun) return tl::unexpected(std::move(begun.error()));
        return false;
    };
    if (!whole_) return start_over();
    // Until all that has changed was read, the memory is not the truth.
    whole_ = false;
    std::set<std::string> ids;
    std::vector<AnswerMemory::Stale> entries;
    for (const std::string collection : collections) {
        // What is not followed, or need not be, is not remembered.
        if (!next_rounds_.contains(collection)) memory_.forget_collection(collection);
        if (collection == collections[2] && !memory_.holds(collection)) continue;
        auto collected = collect(collection, ids, entries);
        if (!collected) return collected;
        if (!*collected) return start_over();
    }
    for (const auto& address : anew) {
        const auto known = ids_.find(address);
        if (known == ids_.end()) continue;
        ids.insert(known->second.begin(), known->second.end());
        memory_.forget_lists_without("/servicePrincipals", known->second);
    }
    auto read = read_anew(ids, std::move(entries));
    if (!read) return read;
    if (!*read) return start_over();
    return true;
}

/// False when reading everything is cheaper.
TenantChanges::Done TenantChanges::read_anew(const std::set<std::string>& ids,
                                             std::vector<AnswerMemory::Stale> entries) {
    auto stale = memory_.forget(ids);
    std::move(stale.begin(), stale.end(), std::back_inserter(entries));
    std::map<std::string, AnswerMemory::Stale> by_path;  // the same object may change twice in a round
    for (auto& entry : entries) by_path.emplace(entry.list + entry.id, std::move(entry));
    const auto batches = (by_path.size() + GraphClient::max_batch - 1) / GraphClient::max_batch;
    if (batches > 1 + memory_.size() / page) return false;
    std::vector<std::string> paths;
    paths.reserve(by_path.size());
    for (const auto& [key, entry] : by_path) paths.push_back(entry.path);
    client_.remember_in(nullptr);  // they are kept in their lists
    auto answers = client_.read_all(paths, "read what has changed");
    client_.remember_in(&memory_);
    if (!answers) return tl::unexpected(std::move(answers.error()));
    std::size_t i = 0;
    for (const auto& [key, entry] : by_path) memory_.put(entry, (*answers)[i++]);
    return true;
}

}  // namespace regent::provider::graph
