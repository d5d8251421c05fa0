#include "provider/connectors/powerapps/connector_match.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/known_to_application.hpp"
#include "provider/connectors/obstacles.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>

namespace regent::provider::powerapps {
namespace {

using Wanted = model::Scope::Wanted;
using connectors::Named;

class Matcher {
public:
    Matcher(const model::Scope& scope, const Identity& identity, std::vector<FoundConnector> found,
            model::Snapshot& into)
        : scope_(scope),
          ours_(identity.owner + "." + identity.environment),
          found_(std::move(found)),
          taken_(found_.size()),
          into_(into) {}

    void run() {
        for (auto& found : found_) put_copied_mark_aside(found);
        set_those_in_solutions_aside();
        // Marks first, for all: a namesake must not take what another manifest's mark names.
        std::vector<const Wanted*> unmarked;
        for (const auto& wanted : scope_.wanted) {
            if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::environment)
                continue;
            if (!by_mark(wanted)) unmarked.push_back(&wanted);
        }
        for (const auto* wanted : unmarked) {
            if (!by_adoption(*wanted) && !by_memory(*wanted) && !by_sign_in(*wanted)) report_namesakes(*wanted);
        }
        for (const auto& wanted : scope_.wanted)
            if (is_titled_otherwise(wanted)) report_namesakes(wanted);
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

    bool is_ours(const FoundConnector& found) const { return found.mark && found.mark->owner == ours_; }
    static bool has_title(const FoundConnector& found, const Wanted& wanted) {
        return found.facts.display_name == wanted.display_name && found.facts.environment == wanted.pp_environment;
    }

    void take(std::size_t index, const model::Address& address, model::Ownership ownership) {
        taken_[index] = true;
        auto resource = describe(found_[index], address, ownership);
        if (ownership == model::Ownership::ours && found_[index].mark)
            connectors::note_carried_name(*found_[index].mark, resource);
        into_.resources.insert_or_assign(address, std::move(resource));
    }

    void obstruct(model::Obstacle::Kind kind, const Wanted& wanted, std::string message, std::string help) {
        into_.obstacles.push_back({kind, wanted.address, std::move(message), std::move(help)});
    }

    std::vector<std::string> names(const std::vector<std::size_t>& indices) const {
        std::vector<std::string> list;
        list.reserve(indices.size());
        for (const auto i : indices) list.push_back(found_[i].facts.name);
        return list;
    }

    static void put_copied_mark_aside(FoundConnector& found) {
        const auto& facts = found.facts;
        if (!found.mark || !connectors::is_copied(*found.mark, {facts.environment, facts.display_name, facts.name}))
            return;
        found.copied = std::move(found.mark);
        found.mark.reset();
    }

    bool by_mark(const Wanted& wanted) {
        const auto marked = [&](Named as) {
            return free_ones([&](const auto& f) { return is_ours(f) && connectors::named(*f.mark, wanted) == as; });
        };
        const auto now = marked(Named::now), before = marked(Named::before);
        const auto sure = surest_of(now, wanted), sure_before = surest_of(before, wanted);
        if (!sure.empty() && !sure_before.empty()) {
            for (const auto* ones : {&now, &before})
                for (const auto i : *ones) taken_[i] = true;
            const auto &a = found_[sure.front()], &b = found_[sure_before.front()];
            into_.obstacles.push_back(
                connectors::named_twice(wanted, {*a.mark, a.facts.name}, {*b.mark, b.facts.name}));
            return true;
        }
        const bool was_renamed = sure.empty() && (now.empty() || !sure_before.empty());
        const auto& all = was_renamed ? before : now;
        const auto& matches = was_renamed ? sure_before : sure;
        if (matches.size() > 1) {
            for (const auto i : all) taken_[i] = true;
            into_.obstacles.push_back(connectors::several_marked(wanted, names(matches)));
            return true;
        }
        if (matches.size() == 1) {
            take(matches.front(), wanted.address, model::Ownership::ours);
            return true;
        }
        if (const auto doubtful = made_by_others(all, wanted); !doubtful.empty()) {
            for (const auto i : doubtful) taken_[i] = true;
            const auto& facts = found_[doubtful.front()].facts;
            into_.obstacles.push_back(connectors::perhaps_made_by_others(wanted, facts.name, facts.made_by_words));
            return true;
        }
        // What the store remembers is another one, so these are copies.
        if (all.empty() || !wanted.remembered_id.empty()) return false;
        for (const auto i : all) taken_[i] = true;
        const auto& facts = found_[all.front()].facts;
        into_.obstacles.push_back(connectors::perhaps_copied(wanted, facts.name, facts.display_name));
        return true;
    }

    /// Of those that carry the mark of `wanted` the ones that may be it.
    std::vector<std::size_t> surest_of(const std::vector<std::size_t>& all, const Wanted& wanted) const {
        const auto those = [&](const auto& predicate) {
            std::vector<std::size_t> some;
            std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                         [&](auto i) { return predicate(found_[i]); });
            return some;
        };
        auto sure = those([&](const auto& f) { return f.facts.name == wanted.remembered_id; });
        if (sure.empty()) sure = those([&](const auto& f) { return f.facts.name == wanted.adopt; });
        const auto may_be_ours = [&](const auto& f) { return !is_planted(f, wanted); };
        if (sure.empty()) sure = those([&](const auto& f) { return !f.mark->connector.empty() && may_be_ours(f); });
        if (sure.empty())
            sure = those([&](const auto& f) {
                return !f.made_by_others && may_be_ours(f) && (f.mark->says_where() || has_title(f, wanted));
            });
        return sure;
    }

    /// Somebody else made it, and no application of ours that it would sign in with knows it.
    bool is_planted(const FoundConnector& found, const Wanted& wanted) const {
        if (!found.made_by_strangers) return false;
        connectors::Outputs outputs;
        read_outputs(outputs, *found.connector);
        return !connectors::is_known_to_our_application(scope_, wanted, outputs, into_);
    }

    /// Those in the place of `wanted`: nobody can make another there before a person has decided.
    std::vector<std::size_t> made_by_others(const std::vector<std::size_t>& all, const Wanted& wanted) const {
        std::vector<std::size_t> some;
        std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](auto i) {
            const auto& f = found_[i];
            return is_planted(f, wanted) || (f.made_by_others && has_title(f, wanted));
        });
        return some;
    }

    bool by_adoption(const Wanted& wanted) {
        if (wanted.adopt.empty()) return false;
        const auto matches = free_ones([&](const auto& f) { return f.facts.name == wanted.adopt; });
        if (matches.empty() && adopts_one_in_a_solution(wanted)) return true;
        if (matches.empty()) {
            obstruct(model::Obstacle::Kind::adopt_target_missing, wanted,
                     fmt::format("no custom connector is called {}", wanted.adopt),
                     "its name is the last part of the connector's address in the maker portal; look whether the "
                     "environment is right");
        } else if (const auto& found = found_[matches.front()]; found.mark) {
            into_.obstacles.push_back(connectors::adopted_is_marked(wanted, *found.mark));
            // To be watched: there is nothing to be at odds about.
            if (found.mark->owner != ours_) take(matches.front(), wanted.address, model::Ownership::unclaimed);
        } else {
            take(matches.front(), wanted.address, model::Ownership::unclaimed);
        }
        return true;
    }

    /// A connector of a solution is shown here too, with its mark; its row in Dataverse is what counts.
    void set_those_in_solutions_aside() {
        for (std::size_t i = 0; i < found_.size(); ++i)
            if (!found_[i].facts.row_id.empty()) taken_[i] = true;
    }

    bool adopts_one_in_a_solution(const Wanted& wanted) {
        const auto it = std::find_if(found_.begin(), found_.end(), [&](const auto& f) {
            return !f.facts.row_id.empty() && f.facts.name == wanted.adopt &&
                   f.facts.environment == wanted.pp_environment;
        });
        if (it == found_.end()) return false;
        take(static_cast<std::size_t>(it - found_.begin()), wanted.address, model::Ownership::unclaimed);
        obstruct(model::Obstacle::Kind::no_place, wanted,
                 fmt::format("\"{}\" ({}) is in a solution, and is changed in its row of Dataverse",
                             it->facts.display_name, it->facts.name),
                 "write `backend: solution`; or, to watch it and give applications its redirect URL and identity, add "
                 "`management: {policy: observe}`");
        return true;
    }

    bool by_memory(const Wanted& wanted) {
        if (wanted.remembered_id.empty()) return false;
        // One of ours under another name: an answer from before it was renamed.
        const auto matches =
            free_ones([&](const auto& f) { return (!f.mark || is_ours(f)) && f.facts.name == wanted.remembered_id; });
        if (matches.empty()) return false;
        take(matches.front(), wanted.address, model::Ownership::ours);
        return true;
    }

    bool by_sign_in(const Wanted& wanted) {
        const auto* application = connectors::our_application(wanted, into_);
        if (application == nullptr) return false;
        const auto& client_id = application->outputs.at(std::string(model::output::app_id));
        const auto matches = free_ones([&](const auto& f) {
            return !f.mark && has_title(f, wanted) && f.facts.client_id == client_id && !is_planted(f, wanted);
        });
        if (matches.size() != 1) return false;
        take(matches.front(), wanted.address, model::Ownership::ours);
        return true;
    }

    /// Ours, and its manifest asks for another title or environment: to be made anew, should that be allowed.
    bool is_titled_otherwise(const Wanted& wanted) const {
        if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::environment)
            return false;
        const auto found = into_.resources.find(wanted.address);
        if (found == into_.resources.end() || found->second.ownership != model::Ownership::ours) return false;
        const auto is = [&](std::string_view path, const std::string& text) {
            const auto it = found->second.attributes.find(path);
            return it != found->second.attributes.end() && it->second == model::Value(text);
        };
        return !is(model::path::display_name, wanted.display_name) ||
               !is(model::path::environment, wanted.pp_environment);
    }

    void report_namesakes(const Wanted& wanted) {
        const auto matches = free_ones([&](const auto& f) { return has_title(f, wanted) && !is_ours(f); });
        if (matches.empty()) return;
        const auto& first = found_[matches.front()];
        if (first.mark) {
            into_.obstacles.push_back(connectors::marked_namesake(wanted, *first.mark, first.facts.name));
        } else if (first.copied && matches.size() == 1) {
            into_.obstacles.push_back(connectors::copied_namesake(wanted, *first.copied, first.facts.name));
        } else {
            into_.obstacles.push_back(connectors::unmarked_namesakes(wanted, names(matches)));
        }
    }

    void collect_orphans() {
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (taken_[i]) continue;
            const auto& found = found_[i];
            if (found.copied && found.copied->owner == ours_) {
                tell_copy(found, *found.copied, connectors::copy_words(*found.copied));
            } else if (is_ours(found)) {
                collect_orphan(i);
            }
        }
    }

    void collect_orphan(std::size_t index) {
        const auto& found = found_[index];
        const model::Address address{std::string(model::kind::connector), found.mark->name};
        if (into_.resources.contains(address))
            return tell_copy(found, *found.mark, connectors::copy_words(*found.mark));
        if (!found.mark->says_where() || found.made_by_others || has_twin(index))
            return tell_copy(found, *found.mark, connectors::unsure_words(*found.mark));
        into_.orphans.push_back(describe(found, address, model::Ownership::ours));
    }

    /// Another one that may be the connector which the mark of this one was written onto.
    bool has_twin(std::size_t index) const {
        const auto& mark = *found_[index].mark;
        if (!mark.connector.empty()) return false;
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (i != index && is_ours(found_[i]) && found_[i].mark->name == mark.name) return true;
        }
        return false;
    }

    /// Told, and nothing else: what its mark says, of secrets above all, is true of another one.
    void tell_copy(FoundConnector found, const ConnectorMark& mark, std::string words) {
        const model::Address address{std::string(model::kind::connector), mark.name};
        found.mark.reset();
        auto copy = describe(found, address, model::Ownership::unclaimed);
        copy.remarks.push_back(std::move(words));
        into_.orphans.push_back(std::move(copy));
    }

    const model::Scope& scope_;
    std::string ours_;
    std::vector<FoundConnector> found_;
    std::vector<bool> taken_;
    model::Snapshot& into_;
};

std::string maker_of(const nlohmann::json& connector) {
    const auto* maker = connectors::member(connectors::member(&connector, "properties"), "createdBy");
    return connectors::text(connectors::member(maker, "displayName"));
}

std::string doubt_words(const ConnectorFacts& facts) {
    return fmt::format(
        "{} saved it last{}, not regent: whether it still has the secret that regent gave it cannot be "
        "seen",
        facts.saved_by_words.empty() ? "somebody else" : facts.saved_by_words,
        facts.changed_time.empty() ? "" : " (" + facts.changed_time + ")");
}

}  // namespace

model::ObservedResource describe(const FoundConnector& found, const model::Address& address,
                                 model::Ownership ownership) {
    model::ObservedResource resource;
    resource.address = address;
    resource.ownership = ownership;
    read_into(resource, *found.connector, found.definition, found.mark);
    resource.attributes.insert_or_assign(std::string(model::path::environment), found.facts.environment);
    if (found.mark && found.mark->secret_in_doubt) resource.remarks.push_back(doubt_words(found.facts));
    resource.provider_data = {{"iconUrl", found.facts.icon_url},
                              {"scriptUrl", found.facts.script_url},
                              {"iconSent", found.mark ? found.mark->icon : std::string{}},
                              {"scriptSent", found.mark ? found.mark->script : std::string{}},
                              {"maker", maker_of(*found.connector)},
                              {"madeBy", found.made_by_strangers ? "others" : ""},
                              {"changedTime", found.facts.changed_time}};
    return resource;
}

void match(const model::Scope& scope, const Identity& identity, std::vector<FoundConnector> found,
           model::Snapshot& into) {
    Matcher(scope, identity, std::move(found), into).run();
}

}  // namespace regent::provider::powerapps
