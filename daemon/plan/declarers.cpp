#include "plan/declarers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace regent::plan {
namespace {

using model::List;
using model::Value;

/// A job that is checked out elsewhere each time would have the row grow for ever.
constexpr std::size_t most_declarers = 4;

constexpr std::string_view here = "here", others = "others";

List list_in(const Value* value) {
    const auto* list = value == nullptr ? nullptr : value->as_list();
    return list == nullptr ? List{} : *list;
}

std::vector<std::string> texts_of(const List& names) {
    std::vector<std::string> texts;
    for (const auto& name : names) texts.push_back(name.text_or({}));
    return texts;
}

const Value* declarers_in(const model::Map& remembered) {
    const auto found = remembered.find(declared_by);
    return found == remembered.end() ? nullptr : &found->second;
}

}  // namespace

void add_declarer(const std::string& repository, model::Map& remembered) {
    auto names = list_in(declarers_in(remembered));
    if (repository.empty() || std::find(names.begin(), names.end(), Value(repository)) != names.end()) return;
    names.emplace_back(repository);
    if (names.size() > most_declarers) names.erase(names.begin());
    remembered.insert_or_assign(std::string(declared_by), std::move(names));
}

bool may_have_declared(const std::string& repository, const model::Map& remembered) {
    const auto names = list_in(declarers_in(remembered));
    // Of many the first are forgotten.
    if (repository.empty() || names.empty() || names.size() >= most_declarers) return true;
    return std::find(names.begin(), names.end(), Value(repository)) != names.end();
}

void read_as(const std::string& repository, History& history) {
    for (auto& [address, remembered] : history.last_applied) {
        auto names = list_in(declarers_in(remembered));
        const bool is_here = std::erase(names, Value(repository)) > 0;
        model::Map read{{std::string(others), std::move(names)}};
        if (!repository.empty()) read.emplace(here, is_here);
        remembered.insert_or_assign(std::string(declared_by), std::move(read));
    }
}

bool is_news_of_declarer(const model::Map& remembered) {
    const auto* read = declarers_in(remembered);
    const auto* known = read == nullptr ? nullptr : read->find(here);
    return known != nullptr && *known == Value(false);
}

void warn_of_other_declarers(const DesiredGraph& desired, const History& history, Plan& plan) {
    if (desired.environment.owner_declared) return;
    for (auto& resource : plan.resources) {
        const auto remembered = history.last_applied.find(resource.address);
        const bool is_changed = resource.action == Action::update || resource.action == Action::replace;
        if (!is_changed || remembered == history.last_applied.end()) continue;
        const auto* read = declarers_in(remembered->second);
        const auto names = texts_of(list_in(read == nullptr ? nullptr : read->find(others)));
        if (names.empty()) continue;
        resource.warnings.push_back(fmt::format(
            "manifests of {} declared it too, and the Environment names no `owner`: two repositories that keep one "
            "object undo each other's changes. Take it out of one of them; where no other repository keeps it, say so: "
            "`owner: {}` in the Environment",
            fmt::join(names, " and "), desired.environment.owner));
    }
}

std::string doubt_of_origin(const History& history, const model::Address& address) {
    const auto remembered = history.last_applied.find(address);
    if (remembered == history.last_applied.end()) return "no run on this machine knew it";
    const auto* read = declarers_in(remembered->second);
    const auto* known = read == nullptr ? nullptr : read->find(here);
    if (known == nullptr) return "the git repository around these manifests cannot be read";
    const bool is_here = *known == Value(true);
    const auto names = list_in(read == nullptr ? nullptr : read->find(others));
    if (names.empty())
        return is_here ? std::string{} : "what is remembered of it does not say which repository declared it";
    return fmt::format("manifests of {} declared it{}", fmt::join(texts_of(names), " and "), is_here ? " as well" : "");
}

}  // namespace regent::plan
