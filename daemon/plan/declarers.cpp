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
    std::vector<std::string> texts;
    for (const auto& name : names) texts.push_back(name.text_or({}));
    return fmt::format("manifests of {} declared it{}", fmt::join(texts, " and "), is_here ? " as well" : "");
}

}  // namespace regent::plan
