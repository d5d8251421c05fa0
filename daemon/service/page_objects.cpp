#include "service/page_objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace regent::service {

using controller::EnvironmentStatus;
using controller::ObjectStatus;

namespace {

constexpr std::size_t objects_on_page = 100;
constexpr std::size_t cards_on_page = 20;
/// Objects that fail for the same reason, from which on they share a card, and how many of them it names.
constexpr std::size_t alike_in_card = 3;
constexpr std::size_t names_in_card = 12;
/// With more objects than this, links to their first letters help.
constexpr std::size_t many_objects = 50;
/// Of a message in a row of the table; the object's page has all of it.
constexpr std::size_t message_in_row = 160;

/// An object with what it is sorted and filtered by.
struct Entry {
    const EnvironmentStatus* environment;
    const ObjectStatus* object;
    ObjectState state;
    controller::Time since{};
};

char initial_of(const std::string& name) {
    const auto first = name.empty() ? ' ' : name.front();
    return first >= 'A' && first <= 'Z' ? static_cast<char>(first - 'A' + 'a') : first;
}

/// The code of an object's error, unless its message names it already.
std::string code_beside(const ObjectStatus& object) {
    const auto* ready = object.condition("Ready");
    const bool named = ready != nullptr && ready->message.find(object.error_code) != std::string::npos;
    return named ? std::string{} : object.error_code;
}

std::vector<Entry> entries_in(const Environments& environments) {
    std::vector<Entry> entries;
    for (const auto* environment : environments) {
        for (const auto& object : environment->objects) {
            const auto* ready = object.condition("Ready");
            entries.push_back(
                {environment, &object, state_of(object), ready == nullptr ? controller::Time{} : ready->since});
        }
    }
    // Those that need somebody first, the oldest of them on top; then by name.
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
        if (a.state != b.state) return a.state < b.state;
        if (needs_somebody(a.state) && a.since != b.since) return a.since < b.since;
        return std::tie(a.object->address.name, a.object->address.kind, a.environment->name) <
               std::tie(b.object->address.name, b.object->address.kind, b.environment->name);
    });
    return entries;
}

class Objects {
public:
    Objects(PageData& page, const Environments& environments, const std::string& path, const StatusPageInput& input,
            const PageFilter& filter)
        : environments_(environments),
          path_(path),
          input_(input),
          filter_(filter),
          entries_(entries_in(environments)),
          page_(page) {}

    void add() {
        add_needs(counts_in(environments_).needing());
        add_filters();
        add_list();
    }

private:
    PageData row() const { return PageData(input_.now); }
    bool several() const { return environments_.size() != 1; }

    /// Cards about what needs somebody. What hit many objects alike (a service that is down) is one card: ten equal
    /// ones would hide the eleventh that is not.
    void add_needs(std::size_t count) {
        std::vector<std::vector<const Entry*>> groups;
        std::map<std::string, std::size_t> known;
        for (const auto& entry : entries_) {
            if (!needs_somebody(entry.state)) continue;
            const auto key = fmt::format("{}\n{}\n{}", entry.environment->name, to_string(entry.state), why(entry));
            const auto [at, fresh] = known.emplace(key, groups.size());
            if (fresh) groups.emplace_back();
            groups[at->second].push_back(&entry);
        }
        std::vector<PageData> rows;
        std::size_t shown_objects = 0;
        for (const auto& group : groups) {
            const bool folded = group.size() >= alike_in_card;
            if (rows.size() == cards_on_page) break;
            if (folded) rows.push_back(card(*group.front(), group));
            for (std::size_t at = 0; !folded && at < group.size(); ++at) rows.push_back(card(*group[at], {}));
            shown_objects += group.size();
        }
        page_.number("needs_count", count).flag("has_needs", !rows.empty());
        page_.already_shown("more_needs", shown_objects < count ? fmt::format("{} more, first in the list of objects",
                                                                              count - shown_objects)
                                                                : std::string{});
        page_.already_shown("more_needs_href", PageFilter{}.link(path_, "objects"));
        page_.list("needs", rows);
    }

    static std::string why(const Entry& entry) {
        const auto* ready = entry.object->condition("Ready");
        if (ready == nullptr) return {};
        return fmt::format("{} {} {}", to_string(ready->reason), ready->message, entry.object->error_code);
    }

    /// `alike`: all of the objects that the card is about, when they are several; `entry` is the first.
    PageData card(const Entry& entry, const std::vector<const Entry*>& alike) const {
        const auto& object = *entry.object;
        const auto* ready = object.condition("Ready");
        auto made = row();
        std::vector<PageData> members;
        for (const auto* other : alike) {
            if (members.size() == names_in_card) break;
            auto member = row();
            member.text("name", other->object->address.name, max_piece_bytes)
                .already_shown("href", object_path(other->environment->name, other->object->address));
            members.push_back(std::move(member));
        }
        const auto unnamed = alike.size() - members.size();
        made.already_shown("href", object_path(entry.environment->name, object.address))
            .text("address", model::to_string(object.address))
            .already_shown("together", alike.empty() ? std::string{} : fmt::format("{} objects alike", alike.size()))
            .list("members", members)
            .already_shown("unnamed", unnamed > 0 ? fmt::format("and {} more", unnamed) : std::string{})
            .text("environment", several() ? entry.environment->name : "")
            .badge("state", badge_of(entry.state))
            .already_shown("colour", std::string(badge_of(entry.state).colour))
            .already_shown("reason", ready == nullptr ? "" : std::string(to_string(ready->reason)))
            .text("message", ready == nullptr ? "Nobody has looked at it yet" : ready->message)
            .text("code", code_beside(object))
            .text("help", object.error_help)
            .lasting("since", ready == nullptr ? std::optional<controller::Time>{} : ready->since)
            .time("next_try", object.next_try)
            .already_shown("failures", object.failures > 1 ? fmt::format("{} failures in a row", object.failures) : "")
            .text("place", object.place.known() && alike.empty()
                               ? model::to_string({object.place.file, object.place.line, 0})
                               : std::string{});
        return made;
    }

    bool passes(const Entry& entry, bool by_state, bool by_kind, bool by_letter) const {
        if (by_state && !filter_.state.empty() && to_string(entry.state) != filter_.state) return false;
        if (by_kind && !filter_.kind.empty() && entry.object->address.kind != filter_.kind) return false;
        return !by_letter || filter_.begins.empty() || initial_of(entry.object->address.name) == filter_.begins.front();
    }

    PageData choice(const std::string& name, std::size_t count, bool current, const PageFilter& leads_to) const {
        auto made = row();
        made.text("name", name).number("count", count).flag("current", current);
        made.already_shown("href", leads_to.link(path_, "objects"));
        return made;
    }

    void add_filters() {
        std::map<ObjectState, std::size_t> states;
        std::map<std::string, std::size_t> kinds;
        std::map<char, std::size_t> letters;
        std::size_t of_states = 0, of_kinds = 0, of_letters = 0;
        for (const auto& entry : entries_) {
            if (passes(entry, false, true, true)) ++states[entry.state], ++of_states;
            if (passes(entry, true, false, true)) ++kinds[entry.object->address.kind], ++of_kinds;
            if (passes(entry, true, true, false)) ++letters[initial_of(entry.object->address.name)], ++of_letters;
        }
        auto base = filter_;
        base.page = 1;
        std::vector<PageData> groups;
        const auto group = [&](const char* title, const std::vector<PageData>& choices) {
            auto made = row();
            made.already_shown("title", title).list("choices", choices);
            groups.push_back(std::move(made));
        };

        std::vector<PageData> choices;
        auto to = base;
        to.state.clear();
        choices.push_back(choice("All", of_states, filter_.state.empty(), to));
        for (const auto& [state, count] : states) {
            to.state = to_string(state);
            choices.push_back(choice(std::string(badge_of(state).word), count, filter_.state == to.state, to));
        }
        group("State", choices);

        choices.clear();
        to = base;
        to.kind.clear();
        choices.push_back(choice("All", of_kinds, filter_.kind.empty(), to));
        for (const auto& [kind, count] : kinds) {
            to.kind = kind;
            choices.push_back(choice(kind, count, filter_.kind == kind, to));
        }
        group("Kind", choices);

        if (entries_.size() > many_objects) {
            choices.clear();
            to = base;
            to.begins.clear();
            choices.push_back(choice("All", of_letters, filter_.begins.empty(), to));
            for (const auto& [letter, count] : letters) {
                to.begins = std::string(1, letter);
                choices.push_back(choice(to.begins, count, filter_.begins == to.begins, to));
            }
            group("Name begins with", choices);
        }
        page_.list("filters", groups);
    }

    void add_list() {
        std::vector<const Entry*> chosen;
        for (const auto& entry : entries_) {
            if (passes(entry, true, true, true)) chosen.push_back(&entry);
        }
        const auto pages = std::max<std::size_t>(1, (chosen.size() + objects_on_page - 1) / objects_on_page);
        const auto at = std::min(filter_.page, pages);
        const auto begin = (at - 1) * objects_on_page;
        const auto end = std::min(begin + objects_on_page, chosen.size());
        std::vector<PageData> rows;
        for (auto index = begin; index < end; ++index) rows.push_back(object_row(*chosen[index]));

        page_.number("objects_count", entries_.size());
        page_.already_shown("objects_heading", filter_.narrows() ? "Some objects" : "All objects");
        page_.already_shown("objects_caption", filter_.narrows()
                                                   ? fmt::format("{} of {} objects", chosen.size(), entries_.size())
                                                   : fmt::format("{}, those that need you first",
                                                                 count_words(chosen.size(), "object", "objects")));
        page_.already_shown("no_objects",
                            entries_.empty() ? counts_in(environments_).words() + "." : "None is like this.");
        page_.flag("has_objects", !rows.empty());
        page_.list("objects", rows);
        if (pages == 1) {
            page_.nothing("pages");
            return;
        }
        auto made = row();
        auto other = filter_;
        other.page = at - 1;
        made.already_shown("previous", at > 1 ? other.link(path_, "objects") : "");
        other.page = at + 1;
        made.already_shown("following", at < pages ? other.link(path_, "objects") : "");
        made.already_shown("page_words",
                           fmt::format("{} to {} of {}, page {} of {}", begin + 1, end, chosen.size(), at, pages));
        page_.part("pages", std::move(made));
    }

    PageData object_row(const Entry& entry) const {
        const auto& object = *entry.object;
        const auto* ready = object.condition("Ready");
        const auto* synced = object.condition("Synced");
        const bool well = entry.state == ObjectState::ready && ready != nullptr &&
                          ready->reason == controller::ConditionReason::in_sync;
        auto made = row();
        made.already_shown("href", object_path(entry.environment->name, object.address))
            .text("name", object.address.name, max_piece_bytes)
            .text("kind", object.address.kind, max_piece_bytes)
            .text("policy", object.policy == "full" ? "" : object.policy)
            .text("environment", entry.environment->name)
            .badge("ready", ready_badge(ready))
            .badge("synced", synced_badge(synced))
            .already_shown("reason", ready == nullptr ? "" : std::string(to_string(ready->reason)))
            .text("message", ready == nullptr || well ? "" : ready->message, message_in_row)
            .text("code", code_beside(object))
            .already_shown("revision", ready == nullptr ? "" : revision_words(ready->observed_revision))
            .time("changed", object.last_change)
            .time("read", object.last_read);
        if (entry.state == ObjectState::paused) {
            made.badge("paused", badge_of(ObjectState::paused));
            if (object.pause)
                made.already_shown("reason", "Paused").text("message", object.pause->reason, message_in_row);
        } else {
            made.nothing("paused");
        }
        return made;
    }

    const Environments& environments_;
    const std::string& path_;
    const StatusPageInput& input_;
    const PageFilter& filter_;
    const std::vector<Entry> entries_;
    PageData& page_;
};

}  // namespace

void add_objects(PageData& page, const Environments& environments, const std::string& path,
                 const StatusPageInput& input, const PageFilter& filter) {
    Objects(page, environments, path, input, filter).add();
}

}  // namespace regent::service
