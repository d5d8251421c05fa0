#include "provider/connectors/powerapps/read_memory.hpp"

#include "model/attributes.hpp"
#include "provider/service_time.hpp"

#include <fmt/format.h>

#include <utility>

namespace regent::provider::powerapps {
namespace {

/// A list and a blob come from different machines.
constexpr auto may_differ_for = std::chrono::minutes(5);

/// Signatures change with each read.
std::string_view unsigned_part(std::string_view url) {
    return url.substr(0, url.find('?'));
}

std::string state_of(const ConnectorFacts& facts) {
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}", facts.changed_time, facts.saved_by, facts.display_name,
                       facts.service_url, unsigned_part(facts.definition_url), unsigned_part(facts.icon_url),
                       unsigned_part(facts.script_url));
}

std::string key_of(const std::string& environment, const std::string& name) {
    return environment + "/" + name;
}

std::string key_of(const model::ObservedResource& connector) {
    const auto environment = connector.attributes.find(model::path::environment);
    return key_of(environment == connector.attributes.end() ? std::string{} : environment->second.text_or({}),
                  connector.id);
}

bool is_settled(const ConnectorFacts& facts, ReadMemory::Time now) {
    const auto changed = parse_time(facts.changed_time);
    return changed && now - *changed >= may_differ_for;
}

}  // namespace

bool ReadMemory::recall(FoundConnector& found) const {
    const auto entry = entries_.find(key_of(found.facts.environment, found.facts.name));
    if (entry == entries_.end() || entry->second.state != state_of(found.facts)) return false;
    found.mark = entry->second.mark;
    found.definition = entry->second.definition;
    return true;
}

std::optional<model::Value> ReadMemory::recall(const model::ObservedResource& connector, std::string_view path) const {
    const auto entry = entries_.find(key_of(connector));
    if (entry == entries_.end()) return std::nullopt;
    const auto file = entry->second.files.find(path);
    return file == entry->second.files.end() ? std::nullopt : std::optional(file->second);
}

void ReadMemory::keep(const std::vector<FoundConnector>& found, Time now) {
    std::map<std::string, Entry> entries;
    for (const auto& one : found) {
        if (!is_settled(one.facts, now)) continue;
        auto key = key_of(one.facts.environment, one.facts.name);
        Entry entry{state_of(one.facts), one.mark, one.definition, {}};
        if (const auto known = entries_.find(key); known != entries_.end() && known->second.state == entry.state)
            entry.files = std::move(known->second.files);
        entries.insert_or_assign(std::move(key), std::move(entry));
    }
    entries_ = std::move(entries);
}

void ReadMemory::keep(const model::ObservedResource& connector, std::string_view path) {
    const auto entry = entries_.find(key_of(connector));
    const auto file = connector.attributes.find(path);
    if (entry == entries_.end() || file == connector.attributes.end()) return;
    entry->second.files.insert_or_assign(std::string(path), file->second);
}

}  // namespace regent::provider::powerapps
