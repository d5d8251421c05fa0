#include "plan/let_go.hpp"

#include "model/attributes.hpp"
#include "plan/removals.hpp"

#include <algorithm>

namespace regent::plan {
namespace {

using model::Value;

bool is_text(const Value* value, const std::string& text) {
    return value != nullptr && !text.empty() && *value == Value(text);
}

/// A redirect URI that moves to another platform: it may be in one of them only.
bool comes_elsewhere(const ObjectWork& work, const Value& element) {
    return std::any_of(work.compared.begin(), work.compared.end(), [&](const auto& compared) {
        return std::any_of(compared.diff.changes.begin(), compared.diff.changes.end(), [&](const auto& change) {
            return change.op == Change::Op::add && compared.is_core() && change.after == element;
        });
    });
}

}  // namespace

bool signs_in_by(const model::ObservedResource& connector, const Value& element) {
    return is_text(&element, connector.output(model::output::redirect_url)) ||
           (is_text(element.find("issuer"), connector.output(model::output::identity_issuer)) &&
            is_text(element.find("subject"), connector.output(model::output::identity_subject)));
}

std::vector<UserUntilThen> connectors_using(const ObjectWork& work, const Value& element) {
    std::vector<UserUntilThen> users;
    for (const auto& [address, item] : work.items) {
        // One that is replaced is in use until it is deleted, which its service may refuse.
        const bool is_replaced = item.standing == Standing::outdated && item.is_written();
        if (address.kind != model::kind::connector || !(is_replaced || work.updated.any.contains(address))) continue;
        if (item.observed != nullptr && signs_in_by(*item.observed, element))
            users.push_back({address, StepGraph::key(address)});
    }
    for (const auto* orphan : work.updated.deleted)
        if (signs_in_by(*orphan, element)) users.push_back({orphan->address, removal_key(*orphan)});
    return users;
}

void find_what_is_let_go_later(ObjectWork& work) {
    if (work.address.kind != model::kind::application || work.item.observed == nullptr || work.writes_everything())
        return;
    for (const auto& compared : work.compared) {
        if (!compared.is_core() || compared.resolved->attribute->compare != model::Compare::set) continue;
        for (const auto& change : compared.diff.changes) {
            if (change.op != Change::Op::remove) continue;
            auto users = connectors_using(work, change.before);
            if (users.empty() || comes_elsewhere(work, change.before)) continue;
            const auto mark = element_mark(*compared.resolved->attribute, change.before);
            const auto& marks = work.observed_marks;
            const bool is_marked = std::find(marks.begin(), marks.end(), mark.text_or({})) != marks.end();
            work.let_go.push_back({compared.path(), change.before, std::move(users), is_marked ? mark : Value{}});
        }
    }
}

}  // namespace regent::plan
