#include "plan/own_sign_in.hpp"

#include "plan/diff.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace regent::plan {
namespace {

/// Collections whose elements regent may be signing in by, or what it may do then.
struct Collection {
    std::string_view path;
    std::string_view element;  ///< what one is called
    bool may_change;           ///< an element can be another without being gone
};
constexpr std::array collections{
    Collection{model::path::federated_credentials, "federated credential", false},
    Collection{model::path::certificates, "certificate", false},
    Collection{model::path::principal_certificates, "certificate", false},
    Collection{model::path::consented_roles, "permission", true},
};

std::string name_of_changed(const Change& change) {
    if (!change.element.empty()) return fmt::format(" \"{}\"", change.element);
    const auto* name = change.before.find("name");
    return name == nullptr ? std::string{} : fmt::format(" `{}`", name->text_or({}));
}

void add_lost_elements(const ResolvedAttribute& attribute, const std::vector<std::string>& marks,
                       std::vector<std::string>& lost) {
    const auto* collection = std::find_if(collections.begin(), collections.end(),
                                          [&](const auto& row) { return row.path == attribute.attribute->path; });
    if (collection == collections.end()) return;
    for (const auto& change : diff(attribute, nullptr, marks).changes) {
        const bool stays = change.op == Change::Op::add || (change.op == Change::Op::set && collection->may_change);
        if (!stays) lost.push_back(fmt::format("the {}{}", collection->element, name_of_changed(change)));
    }
}

bool becomes(const ResolvedAttribute& attribute, std::string_view path, const model::Value& value) {
    return attribute.attribute->path == path && attribute.value == value &&
           !diff(attribute, nullptr, {}).changes.empty();
}

std::vector<std::string> lost_by(const Item& item) {
    std::vector<std::string> lost;
    const auto marks = observed_marks(item.observed);
    if (item.standing == Standing::outdated) lost.emplace_back("itself, to be made anew");
    for (const auto& attribute : item.attributes) {
        add_lost_elements(attribute, marks, lost);
        if (becomes(attribute, model::path::sign_in_audience, std::string("PersonalMicrosoftAccount")))
            lost.emplace_back("its own tenant among those who sign in");
        if (becomes(attribute, model::path::is_disabled, true)) lost.emplace_back("its activation");
        if (becomes(attribute, model::path::principal_account_enabled, false))
            lost.emplace_back("the activation of its service principal");
        if (becomes(attribute, model::path::service_principal, false)) lost.emplace_back("its service principal");
    }
    return lost;
}

}  // namespace

bool is_own_application(const model::ObservedResource& object, const model::Snapshot& observed) {
    if (object.address.kind != model::kind::application || observed.caller_app_id.empty()) return false;
    const auto id = object.outputs.find(model::output::app_id);
    return id != object.outputs.end() && id->second == observed.caller_app_id;
}

std::vector<Withheld> changes_to_own_sign_in(const model::Snapshot& observed, const Items& items) {
    std::vector<Withheld> withheld;
    for (const auto& [address, item] : items) {
        if (item.observed == nullptr || !item.is_written() || !is_own_application(*item.observed, observed)) continue;
        const auto lost = lost_by(item);
        if (lost.empty()) continue;
        withheld.push_back(Withheld{
            Withheld::Why::own_sign_in,
            address,
            item.desired->place,
            fmt::format("is the application that regent signs in as ({}), and would lose {}: regent may be locked out "
                        "by that, and could not take it back",
                        observed.caller_app_id, fmt::join(lost, ", ")),
            "nothing of it is changed by this run. Declare what is to stay, or do this by hand, or run regent as "
            "another application",
            {}});
    }
    return withheld;
}

}  // namespace regent::plan
