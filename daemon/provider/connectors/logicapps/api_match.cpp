#include "provider/connectors/logicapps/api_match.hpp"

#include "model/attributes.hpp"
#include "provider/connectors/obstacles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace regent::provider::logicapps {
namespace {

using Wanted = model::Scope::Wanted;
using connectors::Named;

bool same_id(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

class Matcher {
public:
    Matcher(const model::Scope& scope, const LogicAppsOptions& options, std::vector<FoundApi> found,
            model::Snapshot& into)
        : scope_(scope),
          options_(options),
          ours_(options.identity.owner + "." + options.identity.environment),
          found_(std::move(found)),
          taken_(found_.size()),
          into_(into) {}

    void run() {
        // Marks first, for all: a namesake must not take what another manifest's mark names.
        std::vector<const Wanted*> unmarked;
        for (const auto& wanted : scope_.wanted) {
            if (wanted.address.kind != model::kind::connector || wanted.backend != model::backend::logicapps) continue;
            if (!by_mark(wanted)) unmarked.push_back(&wanted);
        }
        for (const auto* wanted : unmarked) {
            if (!by_name(*wanted) && !by_adoption(*wanted)) report_namesake(*wanted);
        }
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (taken_[i] || !is_ours(found_[i])) continue;
            const model::Address address{std::string(model::kind::connector), found_[i].mark->name};
            if (into_.resources.contains(address)) {
                tell_planted(found_[i], address);
            } else {
                into_.orphans.push_back(describe(found_[i], address, model::Ownership::ours, options_));
            }
        }
    }

private:
    bool is_ours(const FoundApi& found) const { return found.mark && found.mark->owner == ours_; }

    void take(std::size_t index, const model::Address& address, model::Ownership ownership) {
        taken_[index] = true;
        auto resource = describe(found_[index], address, ownership, options_);
        if (ownership == model::Ownership::ours && found_[index].mark)
            connectors::note_carried_name(*found_[index].mark, resource);
        into_.resources.insert_or_assign(address, std::move(resource));
    }

    void obstruct(model::Obstacle::Kind kind, const Wanted& wanted, std::string message, std::string help) {
        into_.obstacles.push_back({kind, wanted.address, std::move(message), std::move(help)});
    }

    /// Somebody else made it, and nobody but its tags says that it is the one of `wanted`.
    static bool is_planted(const FoundApi& found, const Wanted& wanted) {
        const bool is_adopted = same_id(found.name, wanted.adopt) && same_id(found.group, wanted.resource_group);
        return found.maker == Maker::others && !is_adopted && !same_id(found.name, wanted.remembered_id);
    }

    void leave_to_people(const std::vector<std::size_t>& doubtful, const Wanted& wanted) {
        for (const auto i : doubtful) taken_[i] = true;
        const auto& found = found_[doubtful.front()];
        obstruct(model::Obstacle::Kind::several_matches, wanted,
                 fmt::format("{} in {} carries the tags of {}, and {} made it: it is somebody else's, or was made by "
                             "regent under another identity",
                             found.name, found.group, to_string(wanted.address), created_by(*found.connector)),
                 fmt::format("is it the connector of this manifest, write `management: {{adopt: {{connector: {}}}}}` "
                             "and apply; is it not, delete it, or the tags `regent-owner` and `regent-name` on it",
                             found.name));
    }

    /// Beside ours. Told, and nothing else.
    void tell_planted(FoundApi found, const model::Address& address) {
        found.mark.reset();
        auto planted = describe(found, address, model::Ownership::unclaimed, options_);
        planted.remarks.push_back(fmt::format("carries the tags of {}, and {} made it: it is not regent's",
                                              to_string(address), created_by(*found.connector)));
        into_.orphans.push_back(std::move(planted));
    }

    bool by_mark(const Wanted& wanted) {
        std::vector<std::size_t> now, before, planted;
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (taken_[i] || !is_ours(found_[i])) continue;
            const auto as = connectors::named(*found_[i].mark, wanted);
            if (as == Named::otherwise) continue;
            (is_planted(found_[i], wanted) ? planted : as == Named::now ? now : before).push_back(i);
        }
        if (!now.empty() && !before.empty()) {
            for (const auto* ones : {&now, &before})
                for (const auto i : *ones) taken_[i] = true;
            const auto &a = found_[now.front()], &b = found_[before.front()];
            into_.obstacles.push_back(connectors::named_twice(wanted, {*a.mark, a.name}, {*b.mark, b.name}));
            return true;
        }
        const auto& matches = now.empty() ? before : now;
        if (matches.empty() && !planted.empty()) {
            leave_to_people(planted, wanted);
            return true;
        }
        if (matches.size() > 1) {
            std::string names;
            for (const auto i : matches) {
                taken_[i] = true;
                names += fmt::format("{}{} in {}", names.empty() ? "" : ", ", found_[i].name, found_[i].group);
            }
            obstruct(
                model::Obstacle::Kind::several_matches, wanted,
                fmt::format("{} connectors carry the tags of {}: {}", matches.size(), to_string(wanted.address), names),
                "delete the superfluous one, or the tags `regent-owner` and `regent-name` on it");
            return true;
        }
        if (matches.empty()) return false;
        take(matches.front(), wanted.address, model::Ownership::ours);
        return true;
    }

    std::size_t find(const std::string& name, const std::string& group) const {
        for (std::size_t i = 0; i < found_.size(); ++i) {
            if (!taken_[i] && same_id(found_[i].name, name) && same_id(found_[i].group, group)) return i;
        }
        return found_.size();
    }

    /// A resource keeps the name that it was made under. One of ours that has the name of `wanted` and is another
    /// manifest's by now is in its way. Nobody's, it was renamed, and is so back. So is one that is remembered: the
    /// answer is from before it was renamed.
    bool by_name(const Wanted& wanted) {
        const auto it = std::find_if(found_.begin(), found_.end(), [&](const auto& found) {
            const bool is_called_so =
                same_id(found.name, wanted.address.name) || same_id(found.name, wanted.remembered_id);
            return is_ours(found) && is_called_so && same_id(found.group, wanted.resource_group);
        });
        if (it == found_.end()) return false;
        const auto index = static_cast<std::size_t>(it - found_.begin());
        if (taken_[index]) {
            into_.obstacles.push_back(connectors::name_of_renamed(wanted, *it->mark, it->name));
        } else if (is_planted(*it, wanted)) {
            leave_to_people({index}, wanted);
        } else {
            take(index, wanted.address, model::Ownership::ours);
        }
        return true;
    }

    bool by_adoption(const Wanted& wanted) {
        if (wanted.adopt.empty()) return false;
        const auto index = find(wanted.adopt, wanted.resource_group);
        if (index == found_.size()) {
            obstruct(model::Obstacle::Kind::adopt_target_missing, wanted,
                     fmt::format("no custom connector is called {} in {}", wanted.adopt, wanted.resource_group),
                     "its name is that of the resource in the Azure portal; look whether the resource group is right");
        } else if (found_[index].mark) {
            into_.obstacles.push_back(connectors::adopted_is_marked(wanted, *found_[index].mark));
        } else {
            take(index, wanted.address, model::Ownership::unclaimed);
        }
        return true;
    }

    void report_namesake(const Wanted& wanted) {
        const auto index = find(wanted.address.name, wanted.resource_group);
        if (index == found_.size()) return;
        const auto& there = found_[index];
        if (there.mark) {
            obstruct(model::Obstacle::Kind::foreign_owner, wanted,
                     fmt::format("a connector called {} is in {} and belongs to {}, as {}", there.name, there.group,
                                 there.mark->owner, there.mark->name),
                     "choose another `metadata.name` or resource group, or remove it from the manifests there");
            return;
        }
        obstruct(model::Obstacle::Kind::unclaimed_namesake, wanted,
                 fmt::format("a connector called {} is in {}, which nobody's manifests made (\"{}\")", there.name,
                             there.group, there.display_name),
                 fmt::format("to take it over, add `management: {{adopt: {{connector: {}}}}}`; to have a second one, "
                             "choose another `metadata.name`",
                             there.name));
    }

    const model::Scope& scope_;
    const LogicAppsOptions& options_;
    std::string ours_;
    std::vector<FoundApi> found_;
    std::vector<bool> taken_;
    model::Snapshot& into_;
};

}  // namespace

void match(const model::Scope& scope, const LogicAppsOptions& options, std::vector<FoundApi> found,
           model::Snapshot& into) {
    Matcher(scope, options, std::move(found), into).run();
}

}  // namespace regent::provider::logicapps
