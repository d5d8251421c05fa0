#include "plan/object_differences.hpp"

#include "model/attributes.hpp"
#include "plan/carried_settings.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/field_warnings.hpp"
#include "plan/previous_names.hpp"
#include "plan/role_changes.hpp"
#include "plan/seen_only.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::plan {
namespace {

using model::Value;

class Differences {
public:
    explicit Differences(ObjectWork& work) : work_(work) {}

    void run() {
        tell_rename();
        for (const auto& resolved : work_.item.attributes) {
            Compared compared{&resolved, diff(resolved, last_applied(*resolved.attribute), work_.observed_marks)};
            for (auto& change : compared.diff.changes) change.drift = change.drift && !asks_for_what_was_seen(change);
            for (auto& text : compared.diff.undeclared)
                work_.change.undeclared.push_back(fmt::format("{}: {}", resolved.attribute->path, text));
            for (auto& path : compared.diff.ignored) work_.change.ignored.push_back(std::move(path));
            for (const auto& text : compared.diff.kept)
                work_.change.warnings.push_back(fmt::format("{}: {}", resolved.attribute->path, text));
            for (auto& text : renamed_assignments(resolved)) work_.change.warnings.push_back(std::move(text));
            if (compared.diff.changes.empty() && !resolved.desired->implied) ++work_.change.unchanged;
            for (auto& change : compared.diff.changes) {
                if (change.op == Change::Op::remove && resolved.attribute->path == model::path::exposed_scopes)
                    change.note = lost_clients(work_.item, change.element);
                if (is_given_back(resolved)) change.note = "as the one that went had it";
                if (resolved.desired == work_.item.carried_over.get())
                    change.note = fmt::format("as the one that {} it; no manifest declares it",
                                              work_.item.standing == Standing::outdated ? "goes has" : "went had");
                work_.change.changes.push_back(change);
            }
            if (auto warning = warning_about(resolved, compared.diff); !warning.empty())
                work_.change.warnings.push_back(std::move(warning));
            work_.compared.push_back(std::move(compared));
        }
        for (const auto& resolved : work_.item.ignored) {
            const auto differences = diff(resolved, nullptr, work_.observed_marks);
            if (differences.changes.empty()) continue;
            work_.change.ignored.emplace_back(resolved.attribute->path);
            if (auto warning = warning_about_ignored(resolved, differences); !warning.empty())
                work_.change.warnings.push_back(std::move(warning));
        }
        for (auto& text : settings_lost(work_.item)) work_.change.warnings.push_back(std::move(text));
        list_undeclared();
    }

private:
    /// The same object under another name. One that is made anew has its manifest's from the beginning.
    void tell_rename() {
        if (work_.item.observed == nullptr || work_.item.is_made_anew()) return;
        auto carried = carried_name(*work_.item.observed);
        if (carried.empty()) return;
        Change change;
        change.path = std::string(model::path::name);
        change.note = "the same object under another name";
        change.before = std::move(carried);
        change.after = work_.address.name;
        change.place = work_.item.desired->place;
        work_.change.changes.push_back(std::move(change));
    }

    /// Nobody asked for it before, and so it is nothing that is put back.
    bool asks_for_what_was_seen(const Change& change) const {
        const auto* seen = change.op == Change::Op::remove || work_.applied == nullptr
                               ? nullptr
                               : seen_only_in(*work_.applied, change.path);
        if (seen == nullptr) return false;
        const auto key = change.element.empty() ? change.after : Value(change.element);
        return std::find(seen->begin(), seen->end(), key) != seen->end();
    }

    /// A setting that a run which was killed could not give to a connector made anew.
    bool is_given_back(const ResolvedAttribute& resolved) const {
        const auto& settings = work_.item.settings_carried_over;
        return work_.item.standing == Standing::missing &&
               std::any_of(settings.begin(), settings.end(),
                           [&](const auto& setting) { return setting.get() == resolved.desired; });
    }

    const Value* last_applied(const model::Attribute& attribute) const {
        // Nobody took away what an object has yet to be given that is made anew.
        const bool begins_anew = work_.item.standing == Standing::outdated && attribute.own_step;
        if (work_.applied == nullptr || begins_anew) return nullptr;
        const auto it = work_.applied->find(attribute.path);
        return it == work_.applied->end() ? nullptr : &it->second;
    }

    /// Credentials and redirect URIs that no manifest declares are always listed: an extra one is the classic back
    /// door.
    void list_undeclared() {
        if (work_.item.observed == nullptr) return;
        for (const auto path :
             {model::path::redirect_uris_web, model::path::redirect_uris_spa, model::path::redirect_uris_native,
              model::path::federated_credentials, model::path::certificates, model::path::principal_certificates}) {
            if (is_compared(path)) continue;
            const auto it = work_.item.observed->attributes.find(path);
            if (it == work_.item.observed->attributes.end()) continue;
            if (const auto* list = it->second.as_list()) {
                for (const auto& element : *list)
                    work_.change.undeclared.push_back(fmt::format("{}: {}", path, to_text(element)));
            }
            const auto* row = model::attributes_of(model::kind::application)->find(path);
            if (const auto* map = it->second.as_map()) {
                for (const auto& [name, element] : *map)
                    work_.change.undeclared.push_back(fmt::format("{}: {}", path, listed_element(*row, name, element)));
            }
        }
    }

    bool is_compared(std::string_view path) const {
        return work_.item.desired->attributes.contains(path) ||
               std::any_of(work_.compared.begin(), work_.compared.end(),
                           [&](const auto& compared) { return compared.resolved->attribute->path == path; });
    }

    ObjectWork& work_;
};

}  // namespace

void find_differences(ObjectWork& work) {
    Differences(work).run();
}

}  // namespace regent::plan
