#include "plan/credential_count.hpp"

#include "plan/diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace regent::plan {
namespace {

constexpr std::size_t most = 20;
constexpr std::size_t nearly_full = 16;

/// What an application will hold once the plan is carried out, by who wants it there.
struct CredentialCount {
    std::size_t own = 0, contributed = 0, by_nobody = 0;
    const model::Element* last_contributed = nullptr;
    [[nodiscard]] std::size_t all() const { return own + contributed + by_nobody; }
    [[nodiscard]] std::string text() const {
        std::string parts;
        const auto add = [&](std::size_t count, std::string_view whose) {
            if (count != 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count, whose);
        };
        add(own, "of its own manifest");
        add(contributed, "of FederatedCredential documents");
        add(by_nobody, "that no manifest declares");
        return parts;
    }
};

CredentialCount count_of(const Item& item) {
    CredentialCount count;
    const auto it = std::find_if(item.attributes.begin(), item.attributes.end(), [](const auto& resolved) {
        return resolved.attribute->path == model::path::federated_credentials;
    });
    std::set<std::string, std::less<>> wanted;
    bool exclusive = false;
    if (it != item.attributes.end()) {
        exclusive = it->desired->exclusive;
        for (const auto& resolved : it->elements) {
            wanted.insert(resolved.element->name);
            ++(resolved.element->contributor ? count.contributed : count.own);
            if (resolved.element->contributor || count.last_contributed == nullptr)
                count.last_contributed = resolved.element;
        }
    }
    if (item.observed == nullptr || exclusive || item.is_made_anew()) return count;
    const auto there = item.observed->attributes.find(model::path::federated_credentials);
    if (there == item.observed->attributes.end() || there->second.as_map() == nullptr) return count;
    const auto marks = observed_marks(item.observed);
    const auto prefix = contribution_prefix(model::path::federated_credentials);
    for (const auto& [name, value] : *there->second.as_map()) {
        const bool goes = std::find(marks.begin(), marks.end(), prefix + name) != marks.end();
        if (!wanted.contains(name) && !goes) ++count.by_nobody;
    }
    return count;
}

bool is_counted(const Item& item) {
    return item.desired->address.kind == model::kind::application && item.standing != Standing::blocked;
}

}  // namespace

model::Diagnostics check_credential_counts(Items& items) {
    model::Diagnostics problems;
    for (auto& [address, item] : items) {
        if (!is_counted(item) || !item.is_written()) continue;
        const auto count = count_of(item);
        if (count.all() <= most || count.last_contributed == nullptr) continue;
        model::Diagnostic problem;
        problem.code = "RG0316";
        problem.message = fmt::format("{} would hold {} federated credentials, and an application can hold {}",
                                      to_string(address), count.all(), most);
        problem.span = count.last_contributed->span;
        problem.label = "one of those that are too many";
        problem.notes = {count.text()};
        problem.help = "remove those that nothing uses, or split the application";
        problem.subject = to_string(address);
        problems.push_back(std::move(problem));
        item.standing = Standing::blocked;
    }
    return problems;
}

void warn_of_credential_counts(const Items& items, Plan& plan) {
    for (auto& resource : plan.resources) {
        const auto it = items.find(resource.address);
        if (it == items.end() || !is_counted(it->second)) continue;
        const auto count = count_of(it->second);
        if (count.all() < nearly_full) continue;
        resource.warnings.push_back(fmt::format("{} of {} federated credentials: {}", count.all(), most, count.text()));
    }
}

}  // namespace regent::plan
