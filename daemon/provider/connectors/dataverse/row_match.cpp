#include "provider/connectors/dataverse/row_match.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/dataverse/connector_key.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/obstacles.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace regent::provider::dataverse {
namespace {

using connectors::Named;
using connectors::same_word;
using Wanted = model::Scope::Wanted;

/// Every connector is in this one, too: it says nothing of where it belongs.
constexpr std::string_view solution_of_everything = "Default";

/// The wanted one when it is in there, else one that it is in.
std::string solution_of(const FoundRow& found, const std::string& wanted,
                        const std::map<std::string, Solutions>& solutions) {
    const auto there = solutions.find(found.environment);
    if (there == solutions.end()) return {};
    std::string other;
    for (const auto& solution : there->second.all) {
        if (!there->second.memberships.contains({found.row.id, solution.id})) continue;
        if (same_word(solution.unique_name, wanted)) return wanted;
        if (other.empty() || same_word(other, solution_of_everything)) other = solution.unique_name;
    }
    return other;
}

/// An id is the same wherever its solution was imported.
bool is_adopted(const FoundRow& found, const Wanted& wanted) {
    return found.environment == wanted.pp_environment && !wanted.adopt.empty() &&
           (found.row.internal_id == wanted.adopt || same_word(found.row.id, wanted.adopt));
}

/// The ids that regent gives it: under its name, and under those that its manifest had before.
std::vector<std::string> ids_given(const Identity& identity, const Wanted& wanted) {
    std::vector<std::string> ids{connector_id_of(identity.key_of(wanted.address))};
    for (const auto& name : wanted.previous_names)
        ids.push_back(connector_id_of(identity.key_of({wanted.address.kind, name})));
    return ids;
}

bool has_id_given(const FoundRow& found, const Identity& identity, const Wanted& wanted) {
    const auto ids = ids_given(identity, wanted);
    return found.environment == wanted.pp_environment && std::find(ids.begin(), ids.end(), found.row.id) != ids.end();
}

/// Others than whoever made it say that it is this one.
bool is_named(const FoundRow& found, const Wanted& wanted) {
    return found.row.id == wanted.remembered_id || is_adopted(found, wanted);
}

class Matcher {
public:
    Matcher(const model::Scope& scope, const Identity& identity, const connectors::EnvironmentNames& names,
            std::vector<FoundRow> found, const std::map<std::string, Solutions>& solutions, model::Snapshot& into)
        : scope_(scope),
          identity_(identity),
          names_(names),
          ours_(identity.owner + "." + identity.environment),
          found_(std::move(found)),
          taken_(found_.size()),
          solutions_(solutions),
          into_(into) {}

    void run() {
        for (auto& found : found_) put_copied_mark_aside(found);
        std::vector<const Wanted*> unmarked;
        for (const auto& wanted : scope_.wanted) {
            if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::solution) continue;
            if (!by_mark(wanted)) unmarked.push_back(&wanted);
        }
        for (const auto* wanted : unmarked) {
            if (!by_key(*wanted) && !by_adoption(*wanted) && !by_memory(*wanted)) report_namesakes(*wanted);
        }
        for (const auto& wanted : scope_.wanted) {
            if (wanted.address.kind == model::kind::connector && wanted.backend == model::backend::solution)
                check_place(wanted);
        }
        collect_orphans();
    }

private:
    template <typename Predicate>
    std::vector<std::size_t> free_ones(const Predicate& predicate) const {
        std::vector<std::size_t> indices;
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (!taken_[i] && predicate(found_[i])) indices.push_back(i);
        }
        return indices;
    }

    bool is_ours(const FoundRow& found) const { return found.row.mark && found.row.mark->owner == ours_; }

    void take(std::size_t index, const Wanted& wanted, model::Ownership ownership) {
        taken_[index] = true;
        const auto& found = found_[index];
        auto resource = describe(found, wanted.address, ownership, wanted.solution);
        if (ownership == model::Ownership::ours && found.row.mark)
            connectors::note_carried_name(*found.row.mark, resource);
        into_.resources.insert_or_assign(wanted.address, std::move(resource));
        if (!found.row.managed) return;
        obstruct(model::Obstacle::Kind::no_place, wanted,
                 fmt::format("\"{}\" ({}) came with a managed solution, and cannot be changed in this environment",
                             found.row.title, found.row.id),
                 "change it where its solution is made; to watch it, and give applications its redirect URL and "
                 "identity, add `management: {policy: observe}`");
    }

    model::ObservedResource describe(const FoundRow& found, const model::Address& address, model::Ownership ownership,
                                     const std::string& solution) const {
        return described(found, address, ownership, solution, solutions_);
    }

    void obstruct(model::Obstacle::Kind kind, const Wanted& wanted, std::string message, std::string help) {
        into_.obstacles.push_back({kind, wanted.address, std::move(message), std::move(help)});
    }

    std::vector<std::string> ids(const std::vector<std::size_t>& indices) const {
        std::vector<std::string> list;
        list.reserve(indices.size());
        for (const auto i : indices) list.push_back(found_[i].row.id);
        return list;
    }

    static void put_copied_mark_aside(FoundRow& found) {
        auto& mark = found.row.mark;
        if (!mark || !connectors::is_copied(*mark, {found.environment, {}, found.row.id})) return;
        found.copied = std::exchange(mark, std::nullopt);
    }

    bool by_mark(const Wanted& wanted) {
        const auto is_marked = [&](const auto& f, Named as) {
            return is_ours(f) && connectors::named(*f.row.mark, wanted) == as && may_be(f, wanted);
        };
        const auto sure = [&](Named as) {
            return free_ones([&](const auto& f) { return is_marked(f, as) && !is_planted(f, wanted); });
        };
        const auto now = sure(Named::now), before = sure(Named::before);
        if (!now.empty() && !before.empty()) {
            for (const auto* ones : {&now, &before})
                for (const auto i : *ones) taken_[i] = true;
            const auto &a = found_[now.front()].row, &b = found_[before.front()].row;
            into_.obstacles.push_back(connectors::named_twice(wanted, {*a.mark, a.id}, {*b.mark, b.id}));
            return true;
        }
        const auto& matches = now.empty() ? before : now;
        if (matches.empty()) {
            const auto any = [&](const auto& f) { return is_marked(f, Named::now) || is_marked(f, Named::before); };
            return leave_to_people(free_ones(any), wanted, connectors::perhaps_made_by_others);
        }
        if (matches.size() > 1) {
            for (const auto i : matches) taken_[i] = true;
            into_.obstacles.push_back(connectors::several_marked(wanted, ids(matches)));
            return true;
        }
        take(matches.front(), wanted, model::Ownership::ours);
        return true;
    }

    /// Somebody else made it, and no application of ours that it would sign in with knows it.
    bool is_planted(const FoundRow& found, const Wanted& wanted) const {
        return found.made_by_strangers && !is_named(found, wanted) &&
               !connectors::is_known_to_our_application(scope_, wanted, found.outputs, into_);
    }

    template <typename Obstacle>
    bool leave_to_people(const std::vector<std::size_t>& doubtful, const Wanted& wanted, const Obstacle& obstacle) {
        if (doubtful.empty()) return false;
        for (const auto i : doubtful) taken_[i] = true;
        const auto& row = found_[doubtful.front()].row;
        into_.obstacles.push_back(obstacle(wanted, row.id, "the Dataverse user " + row.made_by));
        return true;
    }

    bool may_be(const FoundRow& found, const Wanted& wanted) const {
        if (found.row.mark->says_where()) return true;
        const bool is_remembered = found.environment == wanted.pp_environment && found.row.id == wanted.remembered_id;
        return is_remembered || has_id_given(found, identity_, wanted) || is_adopted(found, wanted);
    }

    bool by_key(const Wanted& wanted) {
        if (by_key_of_renamed(wanted)) return true;
        for (const auto& id : ids_given(identity_, wanted)) {
            const auto matches = free_ones(
                [&](const auto& f) { return !f.row.mark && f.row.id == id && f.environment == wanted.pp_environment; });
            if (matches.empty()) continue;
            if (is_planted(found_[matches.front()], wanted))
                return leave_to_people(matches, wanted, connectors::made_under_our_id);
            take(matches.front(), wanted, model::Ownership::ours);
            return true;
        }
        return false;
    }

    /// A row keeps the id that it was made under. One of ours that has the id of `wanted` and is another manifest's by
    /// now is in its way: to make it would be to write to that one. Nobody's, it was renamed, and is so back.
    bool by_key_of_renamed(const Wanted& wanted) {
        const auto id = connector_id_of(identity_.key_of(wanted.address));
        const auto it = std::find_if(found_.begin(), found_.end(), [&](const auto& f) {
            return is_ours(f) && f.row.id == id && f.environment == wanted.pp_environment;
        });
        if (it == found_.end()) return false;
        const auto index = static_cast<std::size_t>(it - found_.begin());
        if (taken_[index]) {
            into_.obstacles.push_back(connectors::name_of_renamed(wanted, *it->row.mark, id));
        } else if (is_planted(*it, wanted)) {
            return leave_to_people({index}, wanted, connectors::made_under_our_id);
        } else {
            take(index, wanted, model::Ownership::ours);
        }
        return true;
    }

    bool by_adoption(const Wanted& wanted) {
        if (wanted.adopt.empty()) return false;
        const auto matches = free_ones([&](const auto& f) { return is_adopted(f, wanted); });
        if (matches.empty()) {
            obstruct(model::Obstacle::Kind::adopt_target_missing, wanted,
                     fmt::format("no connector of a solution is called {}", wanted.adopt),
                     "its name is the last part of the connector's address in the maker portal; one outside of "
                     "solutions is adopted with `backend: environment`");
        } else if (const auto& mark = found_[matches.front()].row.mark; mark) {
            into_.obstacles.push_back(connectors::adopted_is_marked(wanted, *mark));
            // To be watched: there is nothing to be at odds about.
            if (mark->owner != ours_) take(matches.front(), wanted, model::Ownership::unclaimed);
        } else {
            take(matches.front(), wanted, model::Ownership::unclaimed);
        }
        return true;
    }

    bool by_memory(const Wanted& wanted) {
        if (wanted.remembered_id.empty()) return false;
        // One of ours under another name: an answer from before it was renamed.
        const auto matches =
            free_ones([&](const auto& f) { return (!f.row.mark || is_ours(f)) && f.row.id == wanted.remembered_id; });
        if (matches.empty()) return false;
        take(matches.front(), wanted, model::Ownership::ours);
        return true;
    }

    void report_namesakes(const Wanted& wanted) {
        const auto matches = free_ones([&](const auto& f) {
            return f.row.title == wanted.display_name && f.environment == wanted.pp_environment && !is_ours(f);
        });
        if (matches.empty()) return;
        const auto& first = found_[matches.front()];
        if (first.row.mark) {
            into_.obstacles.push_back(connectors::marked_namesake(wanted, *first.row.mark, first.row.id));
        } else if (first.copied && matches.size() == 1) {
            into_.obstacles.push_back(connectors::copied_namesake(wanted, *first.copied, first.row.id));
        } else {
            into_.obstacles.push_back(connectors::unmarked_namesakes(wanted, ids(matches)));
        }
    }

    void check_place(const Wanted& wanted) {
        const auto there = solutions_.find(wanted.pp_environment);
        if (there == solutions_.end() || wanted.solution.empty()) return;
        const auto& all = there->second.all;
        if (std::any_of(all.begin(), all.end(),
                        [&](const auto& solution) { return same_word(solution.unique_name, wanted.solution); }))
            return;
        std::vector<std::string> names;
        names.reserve(all.size());
        for (const auto& solution : all) names.push_back(solution.unique_name);
        std::sort(names.begin(), names.end());
        obstruct(model::Obstacle::Kind::no_place, wanted,
                 fmt::format("environment {} has no unmanaged solution with the unique name \"{}\"",
                             names_.text(wanted.pp_environment), wanted.solution),
                 fmt::format("make it in the maker portal, or name one that is there: {}", fmt::join(names, ", ")));
    }

    void collect_orphans() {
        for (std::size_t i = 0; i < found_.size(); ++i) {
            const auto& found = found_[i];
            if (taken_[i] || found.row.managed) continue;
            if (found.copied && found.copied->owner == ours_) {
                if (!is_import(found)) tell_copy(found, *found.copied, connectors::copy_words(*found.copied));
            } else if (is_ours(found)) {
                collect_orphan(found);
            }
        }
    }

    void collect_orphan(const FoundRow& found) {
        const auto& mark = *found.row.mark;
        const model::Address address{std::string(model::kind::connector), mark.name};
        if (into_.resources.contains(address)) return tell_copy(found, mark, connectors::copy_words(mark));
        if (!mark.says_where()) return tell_copy(found, mark, connectors::unsure_words(mark));
        into_.orphans.push_back(describe(found, address, model::Ownership::ours, {}));
    }

    /// What solutions are for: the same connector, in an environment where regent did not make it. Nobody needs to be
    /// told at every run.
    static bool is_import(const FoundRow& found) { return same_word(found.copied->connector, found.row.id); }

    /// Told, and nothing else: what its mark says is true of another one.
    void tell_copy(FoundRow found, const connectors::ConnectorMark& mark, std::string words) {
        const model::Address address{std::string(model::kind::connector), mark.name};
        found.row.mark.reset();
        found.row.attributes.erase(std::string(model::path::marks));
        auto copy = describe(found, address, model::Ownership::unclaimed, {});
        copy.remarks.push_back(std::move(words));
        into_.orphans.push_back(std::move(copy));
    }

    const model::Scope& scope_;
    const Identity& identity_;
    const connectors::EnvironmentNames& names_;
    std::string ours_;
    std::vector<FoundRow> found_;
    std::vector<bool> taken_;
    const std::map<std::string, Solutions>& solutions_;
    model::Snapshot& into_;
};

}  // namespace

bool depends_on_its_maker(const model::Scope& scope, const Identity& identity, const FoundRow& found) {
    const auto& mark = found.row.mark;
    const bool is_ours = mark && mark->owner == identity.owner + "." + identity.environment;
    return std::any_of(scope.wanted.begin(), scope.wanted.end(), [&](const auto& wanted) {
        if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::solution) return false;
        const bool is_marked = is_ours && connectors::named(*mark, wanted) != Named::otherwise;
        return (is_marked || has_id_given(found, identity, wanted)) && !is_named(found, wanted);
    });
}

model::ObservedResource described(const FoundRow& found, const model::Address& address, model::Ownership ownership,
                                  const std::string& solution, const std::map<std::string, Solutions>& solutions) {
    model::ObservedResource resource;
    resource.address = address;
    resource.id = found.row.id;
    resource.ownership = ownership;
    resource.attributes = found.row.attributes;
    resource.attributes.insert_or_assign(std::string(model::path::environment), found.environment);
    resource.attributes.insert_or_assign(std::string(model::path::solution), solution_of(found, solution, solutions));
    // The title is a column here; what never changes is the column `name`.
    resource.changeable.emplace(model::path::display_name);
    resource.provider_data = {{"etag", found.row.etag},
                              {"internalId", found.row.internal_id},
                              {"name", found.row.name},
                              {"madeBy", found.made_by_strangers ? "others" : ""}};
    if (!found.row.internal_id.empty()) resource.outputs.emplace(model::output::connector_name, found.row.internal_id);
    return resource;
}

void match(const model::Scope& scope, const Identity& identity, const connectors::EnvironmentNames& names,
           std::vector<FoundRow> found, const std::map<std::string, Solutions>& solutions, model::Snapshot& into) {
    Matcher(scope, identity, names, std::move(found), solutions, into).run();
}

}  // namespace regent::provider::dataverse
