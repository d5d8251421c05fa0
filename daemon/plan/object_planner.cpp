#include "plan/object_planner.hpp"

#include "plan/canonical.hpp"
#include "plan/diff.hpp"
#include "plan/exposed_permissions.hpp"
#include "plan/field_warnings.hpp"
#include "plan/set_parts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace regent::plan {
namespace {

using model::Address;
using model::List;
using model::Map;
using model::Reference;
using model::Value;

/// The key of the step that yields `reference`.
std::string provider_of(const Reference& reference) {
    return StepGraph::key(reference.address, part_of(reference));
}

struct Compared {
    const ResolvedAttribute* resolved = nullptr;
    AttributeDiff diff;
    [[nodiscard]] std::string path() const { return std::string(resolved->attribute->path); }
};

std::string days(std::int64_t seconds) {
    return seconds % 86400 == 0 ? fmt::format("{}d", seconds / 86400) : fmt::format("{}h", seconds / 3600);
}

/// What a value that is waited for is to an attribute's reader.
std::string_view awaited_thing(std::string_view path) {
    if (path.rfind("redirectUris", 0) == 0) return "redirect URI";
    if (path == model::path::identifier_uris) return "identifier URI";
    if (path == model::path::permissions) return "permission";
    if (path == model::path::pre_authorized) return "pre-authorization";
    return path == model::path::known_clients ? "known client" : "value";
}

std::string plural(std::size_t count, std::string_view word) {
    return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

/// Sets of marks: what can be written now, and with what is known later.
struct Marks {
    List known, whole;
    bool changed = false;
    bool outlive = false;  ///< `known` holds some that go only after the elements they are about
    [[nodiscard]] bool waits() const { return outlive || known.size() != whole.size(); }
};

class ObjectPlanner {
public:
    ObjectPlanner(const Item& item, const Items& items, const Secrets& secrets, const History& history,
                  StepGraph& steps, Plan& plan)
        : item_(item),
          items_(items),
          secrets_(secrets),
          history_(history),
          steps_(steps),
          plan_(plan),
          address_(item.desired->address) {}

    void run() {
        if (item_.standing == Standing::blocked) {
            if (item_.withheld) plan_.withheld.push_back(*item_.withheld);
            return;
        }
        begin();
        compare();
        if (!item_.is_written()) return leave_alone();
        plan_marks();
        find_what_is_disabled_first();
        plan_core();
        plan_what_was_disabled();
        plan_complete();
        plan_parts();
        plan_secret_steps();
        finish();
    }

private:
    // ---- what differs

    void begin() {
        change_.address = address_;
        change_.place = item_.desired->place;
        if (item_.observed != nullptr) {
            change_.remote_id = item_.observed->id;
            change_.warnings = item_.observed->remarks;
        }
        const auto applied = history_.last_applied.find(address_);
        applied_ = applied == history_.last_applied.end() ? nullptr : &applied->second;
        const auto delivery = secrets_.connectors.find(address_);
        if (delivery != secrets_.connectors.end()) delivery_ = delivery->second;
        const auto own = secrets_.applications.find(address_);
        if (own != secrets_.applications.end()) secret_plan_ = &own->second;
        observed_marks_ = observed_marks(item_.observed);
    }

    const Value* applied(std::string_view path) const {
        if (applied_ == nullptr) return nullptr;
        const auto it = applied_->find(path);
        return it == applied_->end() ? nullptr : &it->second;
    }

    void compare() {
        for (const auto& resolved : item_.attributes) {
            Compared compared{&resolved, diff(resolved, applied(resolved.attribute->path), observed_marks_)};
            for (auto& text : compared.diff.undeclared)
                change_.undeclared.push_back(fmt::format("{}: {}", resolved.attribute->path, text));
            for (const auto& text : compared.diff.kept)
                change_.warnings.push_back(fmt::format("{}: {}", resolved.attribute->path, text));
            if (compared.diff.changes.empty()) ++change_.unchanged;
            for (auto& change : compared.diff.changes) {
                if (change.op == Change::Op::remove && resolved.attribute->path == model::path::exposed_scopes)
                    change.note = lost_clients(item_, change.element);
                change_.changes.push_back(change);
            }
            if (auto warning = warning_about(resolved, compared.diff); !warning.empty())
                change_.warnings.push_back(std::move(warning));
            compared_.push_back(std::move(compared));
        }
        for (const auto& resolved : item_.ignored) {
            if (!diff(resolved, nullptr, observed_marks_).changes.empty())
                change_.ignored.emplace_back(resolved.attribute->path);
        }
        list_undeclared();
        describe_secrets();
    }

    /// Credentials and redirect URIs that no manifest declares are always listed: an extra one is the classic back
    /// door.
    void list_undeclared() {
        if (item_.observed == nullptr) return;
        for (const auto path :
             {model::path::redirect_uris_web, model::path::redirect_uris_spa, model::path::redirect_uris_native,
              model::path::federated_credentials, model::path::certificates}) {
            if (is_compared(path)) continue;
            const auto it = item_.observed->attributes.find(path);
            if (it == item_.observed->attributes.end()) continue;
            if (const auto* list = it->second.as_list()) {
                for (const auto& element : *list)
                    change_.undeclared.push_back(fmt::format("{}: {}", path, to_text(element)));
            }
            if (const auto* map = it->second.as_map()) {
                for (const auto& [name, element] : *map)
                    change_.undeclared.push_back(fmt::format("{}: \"{}\"{}", path, name, end_of(element)));
            }
        }
    }

    /// ", ends 2027-03-13" of a certificate.
    static std::string end_of(const Value& element) {
        const auto* ends = element.find("ends");
        return ends == nullptr ? std::string{} : ", ends " + ends->text_or({});
    }

    bool is_compared(std::string_view path) const {
        return item_.desired->attributes.contains(path) ||
               std::any_of(compared_.begin(), compared_.end(),
                           [&](const auto& compared) { return compared.resolved->attribute->path == path; });
    }

    Change secret_change(Change::Op op, std::string element, std::string note) const {
        Change change;
        change.path = std::string(model::path::client_secrets);
        change.element = std::move(element);
        change.op = op;
        change.sensitive = true;
        change.note = std::move(note);
        return change;
    }

    void describe_secrets() {
        if (secret_plan_ != nullptr) {
            for (const auto& issue : secret_plan_->issues) {
                std::string to;
                for (const auto& consumer : issue.consumers) to += (to.empty() ? "" : ", ") + to_string(consumer);
                for (const auto* target : issue.targets)
                    to += (to.empty() ? "" : ", ") + model::delivery_words(*target);
                auto change = secret_change(
                    Change::Op::add, issue.name,
                    fmt::format("valid {} (will be issued; goes to {} only)", validity(*issue.element), to));
                change.place = issue.element->span.begin();
                change_.changes.push_back(std::move(change));
            }
            for (const auto& drop : secret_plan_->drops) {
                auto change = secret_change(Change::Op::remove,
                                            drop.secret.name.empty() ? drop.secret.display_name : drop.secret.name,
                                            fmt::format("key {}, {}", drop.secret.key_id, drop.note));
                change.drift = drop.drift;
                change_.changes.push_back(std::move(change));
            }
            for (const auto& text : secret_plan_->undeclared) change_.undeclared.push_back("clientSecrets: " + text);
            for (const auto& text : secret_plan_->warnings) change_.warnings.push_back(text);
            for (const auto& text : secret_plan_->left_alone) leave_secret_alone(text);
            change_.credentials = secret_plan_->credentials;
            change_.unchanged += secret_plan_->unchanged;
        }
        if (!delivery_.deliver) return;
        Change change;
        change.path = std::string(model::path::auth_client_secret);
        change.sensitive = true;
        change.note = fmt::format("client secret \"{}\"", secret_name(secret_reference()));
        change.place = item_.desired->attributes.find(model::path::auth_client_secret)->second.span.begin();
        change_.changes.push_back(std::move(change));
    }

    void leave_secret_alone(const std::string& why) {
        Withheld withheld;
        withheld.why = Withheld::Why::delivery_unknown;
        withheld.address = address_;
        withheld.place = item_.desired->place;
        withheld.message = why;
        withheld.help =
            "what a machine may deliver says `spec.delivery` of its own configuration, see `regent explain Daemon`";
        plan_.withheld.push_back(std::move(withheld));
    }

    static std::string validity(const model::Element& element) {
        const auto* seconds = element.value.find("validForSeconds");
        return seconds != nullptr && seconds->as_integer() != nullptr ? days(*seconds->as_integer())
                                                                      : "as the service decides";
    }

    Reference secret_reference() const {
        return *item_.desired->attributes.find(model::path::auth_client_secret)->second.value.as_reference();
    }
    static std::string secret_name(const Reference& reference) {
        const auto part = part_of(reference);
        return part.substr(part.find('/') + 1);
    }

    // ---- left alone

    void leave_alone() {
        change_.action = Action::none;
        if (!change_.changes.empty()) {
            Withheld withheld;
            const bool watched = item_.desired->management.policy == model::ManagementPolicy::observe;
            withheld.why = watched ? Withheld::Why::observe_only : Withheld::Why::create_only;
            withheld.address = address_;
            withheld.place = item_.desired->place;
            withheld.message = watched ? "differs, and is only watched" : "differs, and is only created, never changed";
            withheld.help = "set `management.policy: full` to have it put right";
            withheld.changes = std::move(change_.changes);
            plan_.withheld.push_back(std::move(withheld));
            change_.changes.clear();
        }
        plan_.resources.push_back(std::move(change_));
    }

    // ---- steps

    void plan_marks() {
        marks_.whole = desired_marks(item_);
        for (const auto& mark : marks_of_drops()) std::erase(marks_.whole, Value(mark));
        if (delivery_.deliver) {
            const auto secret = secret_reference();
            marks_.whole.emplace_back(
                Reference{secret.address, model::output::secret_key_id(secret_name(secret)), "secretKey:", ""});
        } else if (!delivery_.keep_key_id.empty()) {
            marks_.whole.emplace_back("secretKey:" + delivery_.keep_key_id);
        }
        const auto picture = plan_picture_mark();
        marks_.whole = canonical_set(std::move(marks_.whole));
        for (const auto& mark : marks_.whole) {
            if (is_known(mark) && mark != picture) marks_.known.push_back(mark);
        }
        keep_marks_of_drops();
        List there(observed_marks_.begin(), observed_marks_.end());
        marks_.changed = marks_.known != canonical_set(std::move(there));
    }

    /// The service does not say which picture it has, so a mark does. It is written after the picture: were a run to
    /// end between the two, the picture is sent once more. A picture that no manifest declares any more stays, and so
    /// does its mark. Answers with the mark that has to wait; null when none has.
    Value plan_picture_mark() {
        constexpr std::string_view prefix = "logo:";
        const auto it = std::find_if(compared_.begin(), compared_.end(),
                                     [](const auto& compared) { return compared.path() == model::path::logo; });
        const auto* digest = it == compared_.end() ? nullptr : it->resolved->value.find("sha256");
        if (digest == nullptr) {
            for (const auto& mark : observed_marks_)
                if (mark.rfind(prefix, 0) == 0) marks_.whole.emplace_back(mark);
            return {};
        }
        Value mark(std::string(prefix) + digest->text_or({}));
        marks_.whole.push_back(mark);
        return it->diff.changes.empty() ? Value{} : mark;
    }

    /// A contributed credential goes by a request of its own. Were its mark to go before it and the run to end between
    /// the two, nobody would know any more that it may go.
    void keep_marks_of_drops() {
        for (const auto& mark : marks_of_drops()) {
            marks_.known.emplace_back(mark);
            marks_.outlive = true;
        }
        marks_.known = canonical_set(std::move(marks_.known));
    }

    /// Observed marks of elements with requests of their own that go in this plan.
    std::vector<std::string> marks_of_drops() const {
        std::vector<std::string> marks;
        for (const auto& compared : compared_) {
            if (is_core(compared)) continue;
            for (const auto& change : compared.diff.changes) {
                auto mark = mark_of(compared, change);
                if (change.op == Change::Op::remove &&
                    std::find(observed_marks_.begin(), observed_marks_.end(), mark) != observed_marks_.end())
                    marks.push_back(std::move(mark));
            }
        }
        return marks;
    }

    static std::string mark_of(const Compared& compared, const Change& change) {
        if (compared.resolved->attribute->compare == model::Compare::named)
            return contribution_prefix(compared.path()) + change.element;
        return element_mark(*compared.resolved->attribute, change.before).text_or({});
    }

    bool writes_everything() const { return item_.is_made_anew() || item_.standing == Standing::in_bin; }

    /// Attributes written by the object's own request.
    static bool is_core(const Compared& compared) { return !compared.resolved->attribute->own_step; }

    Map values(bool whole) const {
        Map values;
        for (const auto& compared : compared_) {
            if (!is_core(compared)) continue;
            const auto& diff = compared.diff;
            const bool early = !compared.resolved->attribute->late;
            const auto& value = whole || (diff.waits && early) ? diff.whole : diff.known;
            if (!value.is_null()) values.insert_or_assign(compared.path(), value);
        }
        values.insert_or_assign(std::string(model::path::marks),
                                Value(whole || marks_are_early() ? marks_.whole : marks_.known));
        if (delivery_.deliver)
            values.insert_or_assign(std::string(model::path::auth_client_secret), Value(secret_reference()));
        if (auto ids = permission_ids(item_, items_); !ids.empty())
            values.insert_or_assign(std::string(model::path::permission_ids), Value(std::move(ids)));
        return values;
    }

    bool marks_are_early() const { return !model::attributes_of(address_.kind)->find(model::path::marks)->late; }

    std::set<std::string, std::less<>> changed_paths(const Map& sent) const {
        std::set<std::string, std::less<>> changed;
        if (writes_everything()) {
            for (const auto& [path, value] : sent) {
                if (path != model::path::permission_ids) changed.insert(path);
            }
            return changed;
        }
        for (const auto& compared : compared_) {
            // A role that is as it should be is disabled all the same with the scope that it is one permission with.
            const bool disabled = disable_first_.first.contains(compared.path());
            if (!is_core(compared) || (compared.diff.changes.empty() && !disabled)) continue;
            const auto it = sent.find(compared.path());
            if (it != sent.end() && it->second != compared.resolved->observed) changed.insert(compared.path());
        }
        if (marks_.changed || (marks_are_early() && marks_.waits())) changed.emplace(model::path::marks);
        if (delivery_.deliver) changed.emplace(model::path::auth_client_secret);
        return changed;
    }

    Step& add_step(const std::string& key, std::string part, Work work) {
        const bool is_part = !part.empty();
        auto& step = steps_.add(key, address_, std::move(part), work);
        step.place = item_.desired->place;
        if (is_part) add_whereabouts(step);
        if (item_.observed != nullptr && !item_.is_made_anew()) {
            if (!shared_observed_) shared_observed_ = std::make_shared<const model::ObservedResource>(*item_.observed);
            step.observed = shared_observed_;
        }
        planned_ = true;
        return step;
    }

    /// What never changes says where an object is (a connector's environment); who writes a part of it needs that.
    void add_whereabouts(Step& step) const {
        for (const auto& resolved : item_.attributes) {
            if (resolved.attribute->immutable && !resolved.value.is_null() && is_known(resolved.value))
                step.values.emplace(resolved.attribute->path, resolved.value);
        }
    }

    void after_references(const std::string& key, const Value& value) {
        for (const auto& reference : references_in(value)) {
            const auto part = part_of(reference);
            if (part == "identity") add_await(reference.address);
            steps_.after(key, is_awaited(reference) ? awaited(reference.address) : provider_of(reference));
        }
    }

    /// A connector that is there and signs in, and of which its service cannot say yet what its redirect URL is.
    bool is_awaited(const Reference& reference) const {
        if (reference.output != model::output::redirect_url) return false;
        const auto& target = items_.at(reference.address);
        if (target.observed == nullptr || target.is_made_anew()) return false;
        const auto type = target.observed->attributes.find(model::path::auth_type);
        return type != target.observed->attributes.end() &&
               (type->second == Value("managedIdentity") || type->second == Value("clientSecret"));
    }

    std::string awaited(const Address& connector) {
        add_await(connector);
        return StepGraph::key(connector, "identity");
    }

    /// Waiting for a connector's identity is a step of its own, so that what needs only its redirect URL need not wait
    /// for it.
    void add_await(const Address& connector) {
        const auto key = StepGraph::key(connector, "identity");
        if (steps_.has(key)) return;
        const auto& target = items_.at(connector);
        auto& step = steps_.add(key, connector, "identity", Work::await);
        step.place = target.desired->place;
        step.reason = Reason::value_known_now;
        for (const auto& resolved : target.attributes) {
            if (!resolved.value.is_null() && is_known(resolved.value))
                step.values.emplace(resolved.attribute->path, resolved.value);
        }
        if (target.observed != nullptr && !target.is_made_anew())
            step.observed = std::make_shared<const model::ObservedResource>(*target.observed);
        steps_.after(key, StepGraph::key(connector));
    }

    // ---- scopes and roles that are enabled are disabled before they are changed

    void find_what_is_disabled_first() {
        if (item_.observed == nullptr || item_.is_made_anew()) return;
        std::vector<ExposedAttribute> exposed;
        for (const auto& compared : compared_) {
            if (!compared.resolved->attribute->exposed) continue;
            exposed.push_back({compared.path(), compared.resolved->observed.as_map(), compared.diff.whole.as_map()});
        }
        disable_first_ = disable_first(exposed);
    }

    void send_what_can_be_first(Map& sent) {
        for (const auto& [path, first] : disable_first_.first) sent.insert_or_assign(path, Value(first));
        const auto scopes = disable_first_.first.find(model::path::exposed_scopes);
        const auto clients = sent.find(model::path::pre_authorized);
        if (scopes == disable_first_.first.end() || clients == sent.end()) return;
        auto first = clients_of(*clients->second.as_list(), scopes->second);
        clients_wait_ = first.size() != clients->second.as_list()->size();
        clients->second = std::move(first);
    }

    void plan_what_was_disabled() {
        if (disable_first_.first.empty()) return;
        const auto key = StepGraph::key(address_, {}, exposed_step);
        auto& step = add_step(key, {}, Work::complete);
        step.values = values(false);
        for (const auto& [path, first] : disable_first_.first) step.changed.insert(path);
        if (clients_wait_) step.changed.emplace(model::path::pre_authorized);
        step.summary = fmt::format("{}", fmt::join(disable_first_.then, ", "));
        steps_.after(key, StepGraph::key(address_));
    }

    void plan_core() {
        auto sent = values(false);
        send_what_can_be_first(sent);
        auto changed = changed_paths(sent);
        if (!writes_everything() && item_.standing != Standing::unclaimed && changed.empty()) return;
        const auto key = StepGraph::key(address_);
        if (item_.standing == Standing::outdated) {
            const auto removal = StepGraph::key(address_, "old");
            auto& step = steps_.add(removal, address_, {}, Work::remove);
            step.place = item_.desired->place;
            step.reason = Reason::immutable_changed;
            step.observed = std::make_shared<const model::ObservedResource>(*item_.observed);
            add_step(key, {}, Work::create);
            steps_.after(key, removal);
            // The old one stays until everything is there that the new one needs.
            for (const auto& path : changed) {
                if (const auto it = sent.find(path); it != sent.end()) after_references(removal, it->second);
            }
        }
        auto& step = add_step(key, {},
                              item_.is_made_anew() || item_.standing == Standing::in_bin ? Work::create
                              : item_.standing == Standing::unclaimed                    ? Work::adopt
                                                                                         : Work::update);
        step.restore = item_.standing == Standing::in_bin;
        if (step.work == Work::adopt) step.adopt_id = item_.desired->management.adopt;
        for (const auto& path : changed) {
            if (const auto it = sent.find(path); it != sent.end()) after_references(key, it->second);
        }
        step.changed = std::move(changed);
        step.values = std::move(sent);
        if (!disable_first_.disabled.empty())
            step.summary = fmt::format("disables {}", fmt::join(disable_first_.disabled, ", "));
    }

    /// Late values that other steps bring forth. What the object itself brings forth (api://{appId}) need not wait for
    /// others.
    void plan_complete() {
        for (const bool own : {true, false}) {
            std::set<std::string, std::less<>> changed;
            std::string summary;
            for (const auto& compared : compared_) {
                if (!is_core(compared) || !compared.diff.waits || !compared.resolved->attribute->late) continue;
                if (waits_for_itself_only(compared.diff.whole) != own) continue;
                changed.insert(compared.path());
                const auto count = references_in(compared.diff.whole).size();
                summary += (summary.empty() ? "" : ", ") + plural(count, awaited_thing(compared.path()));
            }
            if (!own && marks_.waits() && !marks_are_early()) changed.emplace(model::path::marks);
            if (changed.empty()) continue;
            const auto key = StepGraph::key(address_, {}, own ? "complete itself" : "complete");
            auto& step = add_step(key, {}, Work::complete);
            step.values = values(true);
            step.summary = summary.empty() ? "marks" : std::move(summary);
            step.reason = Reason::value_known_now;
            steps_.after(key, StepGraph::key(address_));
            steps_.after(key, StepGraph::key(address_, {}, exposed_step));
            for (const auto& path : changed) after_references(key, step.values.find(path)->second);
            if (changed.contains(model::path::marks)) after_what_is_marked(key);
            step.changed = std::move(changed);
        }
    }

    void after_what_is_marked(const std::string& key) {
        for (const auto& compared : compared_) {
            if (is_core(compared)) continue;
            if (compared.path() == model::path::logo && !compared.diff.changes.empty())
                steps_.after(key, StepGraph::key(address_, compared.path()));
            for (const auto& change : compared.diff.changes) {
                if (change.op == Change::Op::remove) steps_.after(key, part_key(compared, change));
            }
        }
    }

    bool waits_for_itself_only(const Value& value) const {
        const auto references = references_in(value);
        return std::all_of(references.begin(), references.end(),
                           [&](const auto& reference) { return reference.address == address_; });
    }

    void plan_parts() {
        for (const auto& compared : compared_) {
            if (is_core(compared)) continue;
            if (compared.resolved->attribute->compare == model::Compare::named) {
                plan_named_parts(compared);
            } else if (!compared.resolved->attribute->part.empty()) {
                plan_shared_part(compared);
            } else if (compared.resolved->attribute->compare == model::Compare::set) {
                if (compared.resolved->attribute->one_by_one) {
                    plan_members(compared);
                } else {
                    plan_set_parts(compared);
                }
            } else if (!compared.diff.changes.empty() && asks_for_something(compared)) {
                const auto key = StepGraph::key(address_, compared.path());
                auto& step = add_step(key, compared.path(), Work::add);
                step.changed = {compared.path()};
                step.values.emplace(compared.path(), compared.resolved->value);
                steps_.after(key, StepGraph::key(address_));
            }
        }
    }

    /// What is set once by a request of its own can be replaced, and not be taken away.
    static bool asks_for_something(const Compared& compared) {
        return compared.resolved->value != compared.resolved->attribute->fallback;
    }

    /// Members of a set that come and go one by one. New ones come first, so that at no time there is nobody.
    void plan_members(const Compared& compared) {
        std::vector<std::string> additions;
        for (const auto op : {Change::Op::add, Change::Op::remove}) {
            for (const auto& change : compared.diff.changes) {
                if (change.op != op) continue;
                const auto key = part_key(compared, change);
                const auto& member = op == Change::Op::add ? change.after : change.before;
                auto& step = add_step(key, compared.path() + "/" + part_name(change),
                                      op == Change::Op::add ? Work::add : Work::drop);
                step.changed = {compared.path()};
                step.values.emplace(compared.path(), List{member});
                if (change.place.known()) step.place = change.place;
                steps_.after(key, StepGraph::key(address_));
                const auto below = compared.resolved->attribute->below;
                if (!below.empty()) steps_.after(key, StepGraph::key(address_, std::string(below)));
                after_references(key, member);
                if (op == Change::Op::add) additions.push_back(key);
                if (op == Change::Op::add) continue;
                for (const auto& addition : additions) steps_.after(key, addition);
            }
        }
    }

    /// Properties that one request writes together.
    void plan_shared_part(const Compared& compared) {
        if (compared.diff.changes.empty()) return;
        const std::string part(compared.resolved->attribute->part);
        const auto key = StepGraph::key(address_, part);
        auto& step = add_step(key, part, Work::change);
        step.changed.insert(compared.path());
        step.values.insert_or_assign(compared.path(), compared.diff.whole);
        after_service_principal(key, address_);
    }

    void plan_set_parts(const Compared& compared) {
        const auto& attribute = *compared.resolved->attribute;
        std::map<std::string, std::vector<const Change*>> by_part;
        for (const auto& change : compared.diff.changes)
            by_part[part_of_element(attribute, changed_element(change))].push_back(&change);
        for (const auto& [part, changes] : by_part) {
            const auto is = [&changes = changes](Change::Op op) {
                return std::all_of(changes.begin(), changes.end(),
                                   [&](const auto* change) { return change->op == op; });
            };
            const auto key = StepGraph::key(address_, part);
            auto& step = add_step(key, part,
                                  is(Change::Op::add)      ? Work::add
                                  : is(Change::Op::remove) ? Work::drop
                                                           : Work::change);
            step.changed = {compared.path()};
            step.values.emplace(compared.path(), elements_of_part(attribute, part, compared.diff.whole));
            step.summary = summary_of(changes);
            if (changes.front()->place.known()) step.place = changes.front()->place;
            after_service_principal(key, address_);
            after_origins(key, *compared.resolved, part);
            // Marked before it is given, so that nobody is given anything that nobody would take away.
            const bool marked_later = std::any_of(changes.begin(), changes.end(),
                                                  [](const auto* change) { return !is_known(change->after); });
            if (marked_later && is(Change::Op::add)) steps_.after(key, StepGraph::key(address_, {}, "complete"));
        }
    }

    static const Value& changed_element(const Change& change) {
        return change.op == Change::Op::remove ? change.before : change.after;
    }

    /// "User.Read, Mail.Send"; of assignments their number.
    static std::string summary_of(const std::vector<const Change*>& changes) {
        std::string names;
        for (const auto* change : changes) {
            const auto* name = changed_element(*change).find("name");
            if (name == nullptr) return plural(changes.size(), "assignment");
            names += (names.empty() ? "" : ", ") + name->text_or({});
        }
        return names;
    }

    void after_service_principal(const std::string& key, const Address& address) {
        steps_.after(key, StepGraph::key(address));
        steps_.after(key, StepGraph::key(address, model::path::service_principal));
    }

    /// What others bring forth has to be there as a whole, also where its id is known already: a role that is assigned
    /// may come with this plan.
    void after_origins(const std::string& key, const ResolvedAttribute& resolved, const std::string& part) {
        for (const auto& element : resolved.elements) {
            if (part_of_element(*resolved.attribute, element.value) != part) continue;
            for (const auto& reference : references_in(element.element->value))
                after_service_principal(key, reference.address);
        }
    }

    void plan_named_parts(const Compared& compared) {
        std::vector<std::string> drops;
        for (const auto& change : compared.diff.changes) {
            if (change.op == Change::Op::remove) drops.push_back(part_key(compared, change));
            if (!goes_and_comes_anew(compared, change)) continue;
            drops.push_back(StepGraph::key(address_, compared.path() + "/" + change.element, "old"));
            auto& step = add_step(drops.back(), compared.path() + "/" + change.element, Work::drop);
            step.changed = {compared.path()};
            step.values.emplace(compared.path(), Map{{change.element, change.before}});
            steps_.after(drops.back(), StepGraph::key(address_));
        }
        for (const auto& change : compared.diff.changes) {
            const auto key = part_key(compared, change);
            const bool anew = change.op == Change::Op::add || goes_and_comes_anew(compared, change);
            const auto work = change.op == Change::Op::remove ? Work::drop : anew ? Work::add : Work::change;
            auto& step = add_step(key, compared.path() + "/" + change.element, work);
            step.changed = {compared.path()};
            step.values.emplace(compared.path(),
                                Map{{change.element, work == Work::drop ? change.before : change.after}});
            if (change.place.known()) step.place = change.place;
            steps_.after(key, StepGraph::key(address_));
            after_references(key, change.after);
            if (work == Work::drop) continue;
            // Issuer and subject may occur once per application, and it holds 20 credentials: what goes, goes first.
            for (const auto& drop : drops) steps_.after(key, drop);
        }
    }

    static bool goes_and_comes_anew(const Compared& compared, const Change& change) {
        const bool is_immutable = compared.resolved->attribute->immutable_elements;
        return (is_immutable && change.op == Change::Op::set) || gives_its_trust_away(compared, change);
    }

    /// Whether another element is to have the issuer and subject that this one has until now. Changed in place, the two
    /// would stand in each other's way, for ever when they swap; so this one goes and comes anew.
    static bool gives_its_trust_away(const Compared& compared, const Change& change) {
        if (change.op != Change::Op::set) return false;
        const auto trust = trust_of(change.before);
        if (trust == trust_of(change.after)) return false;
        return std::any_of(compared.diff.changes.begin(), compared.diff.changes.end(), [&](const auto& other) {
            return other.element != change.element && other.op != Change::Op::remove && trust_of(other.after) == trust;
        });
    }

    std::string part_key(const Compared& compared, const Change& change) const {
        const auto& attribute = *compared.resolved->attribute;
        if (attribute.compare == model::Compare::set && !attribute.one_by_one)
            return StepGraph::key(address_, part_of_element(attribute, changed_element(change)));
        return StepGraph::key(address_, compared.path() + "/" + part_name(change));
    }

    /// An element's name; a member of a set is called what it is, or whose it will be.
    static std::string part_name(const Change& change) {
        const auto& member = change.op == Change::Op::remove ? change.before : change.after;
        if (!change.element.empty()) return change.element;
        return member.as_reference() != nullptr ? to_string(member.as_reference()->address) : member.text_or({});
    }

    void plan_secret_steps() {
        if (secret_plan_ == nullptr) return;
        const std::string collection(model::path::client_secrets);
        for (const auto& issue : secret_plan_->issues) {
            const auto part = collection + "/" + issue.name;
            const auto key = StepGraph::key(address_, part);
            auto& step = add_step(key, part, Work::add);
            step.changed = {collection};
            step.values.emplace(collection, Map{{issue.name, issued_value(issue)}});
            step.reason = issue.reason;
            step.place = issue.element->span.begin();
            step.summary = fmt::format("secret \"{}\", valid {}", issue.name, validity(*issue.element));
            steps_.after(key, StepGraph::key(address_));
            for (const auto* target : issue.targets) plan_handing_over(issue, *target, key);
        }
        for (const auto& drop : secret_plan_->drops) {
            const auto part =
                collection + "/" + (drop.secret.name.empty() ? drop.secret.display_name : drop.secret.name);
            const auto key = StepGraph::key(address_, part, drop.secret.key_id);
            auto& step = add_step(key, part, Work::drop);
            step.key_id = drop.secret.key_id;
            step.changed = {collection};
            step.summary = drop.note;
            steps_.after(key, StepGraph::key(address_));
            for (const auto& consumer : drop.after) steps_.after(key, StepGraph::key(consumer));
            for (const auto& delivery : drop.after_deliveries) steps_.after(key, delivery);
            for (const auto& removal : drop.after_removals) steps_.after(key, removal);
        }
    }

    /// An overlap that was asked for this once is told with the secret, so that the next run knows of it.
    static Value issued_value(const SecretPlan::Issue& issue) {
        auto value = issue.element->value;
        auto* members = std::get_if<Map>(&value.held);
        if (members != nullptr && issue.keep_old)
            members->insert_or_assign("keepOldOnceSeconds", static_cast<std::int64_t>(issue.keep_old->count()));
        return value;
    }

    void plan_handing_over(const SecretPlan::Issue& issue, const Value& target, const std::string& issued) {
        const auto key = delivery_key(address_, issue.name, target);
        auto& step = add_step(key, std::string(model::path::secret_deliveries) + "/" + issue.name, Work::add);
        step.reason = issue.reason;
        step.place = issue.element->span.begin();
        step.summary = model::delivery_words(target);
        step.values = {{std::string(model::path::secret_deliveries), target},
                       {std::string(model::path::delivered_secret),
                        Reference{address_, model::output::secret_text(issue.name), {}, {}}},
                       {std::string(model::path::delivered_until),
                        Reference{address_, model::output::secret_ends_at(issue.name), {}, {}}}};
        for (const auto& [path, value] : step.values) step.changed.insert(path);
        steps_.after(key, issued);
    }

    // ---- the object's line in the plan

    void finish() {
        switch (item_.standing) {
            case Standing::missing:
                set_action(Action::create, Reason::not_found);
                break;
            case Standing::in_bin:
                set_action(Action::create, Reason::restored);
                break;
            case Standing::unclaimed:
                set_action(Action::adopt, Reason::adoption);
                break;
            case Standing::outdated:
                set_action(Action::replace, Reason::immutable_changed);
                break;
            case Standing::there:
                set_action(planned_ ? Action::update : Action::none, planned_ ? update_reason() : Reason::in_sync);
                break;
            case Standing::blocked:
                break;
        }
        if (item_.standing == Standing::missing && applied_ != nullptr)
            change_.warnings.emplace_back("it was there at the last run");
        if (change_.action == Action::update && change_.changes.empty()) {
            Change marks;
            marks.path = std::string(model::path::marks);
            marks.note = "what regent writes down on the object";
            marks.before = List(observed_marks_.begin(), observed_marks_.end());
            marks.after = marks_.whole;
            change_.changes.push_back(std::move(marks));
        }
        sort_changes();
        plan_.resources.push_back(std::move(change_));
    }

    void set_action(Action action, Reason reason) {
        change_.action = action;
        change_.reason = reason;
    }

    Reason update_reason() const {
        if (change_.changes.empty()) return Reason::manifest_changed;
        const bool secrets_only =
            std::all_of(change_.changes.begin(), change_.changes.end(), [](const auto& c) { return c.sensitive; });
        if (secrets_only && secret_plan_ != nullptr && !secret_plan_->issues.empty())
            return secret_plan_->issues.front().reason;
        if (secrets_only && delivery_.deliver) return Reason::secret_needed;
        if (secrets_only && secret_plan_ != nullptr && only_superseded()) return Reason::secret_superseded;
        const bool drift =
            std::all_of(change_.changes.begin(), change_.changes.end(), [](const auto& c) { return c.drift; });
        return drift ? Reason::drifted : Reason::manifest_changed;
    }

    bool only_superseded() const {
        const auto& drops = secret_plan_->drops;
        return !drops.empty() && std::all_of(drops.begin(), drops.end(), [](const auto& d) { return d.superseded; });
    }

    /// In the order of the attribute table; within one attribute additions before removals, then by value.
    void sort_changes() {
        const auto* table = model::attributes_of(address_.kind);
        const auto rank = [&](const Change& change) { return table->find(change.path) - table->attributes.data(); };
        std::stable_sort(change_.changes.begin(), change_.changes.end(), [&](const auto& a, const auto& b) {
            if (rank(a) != rank(b)) return rank(a) < rank(b);
            return std::tie(a.op, a.element, a.after, a.before) < std::tie(b.op, b.element, b.after, b.before);
        });
    }

    const Item& item_;
    const Items& items_;
    const Secrets& secrets_;
    const History& history_;
    StepGraph& steps_;
    Plan& plan_;
    const Address& address_;
    ResourceChange change_;
    std::vector<Compared> compared_;
    const Map* applied_ = nullptr;
    Delivery delivery_;
    const SecretPlan* secret_plan_ = nullptr;
    std::vector<std::string> observed_marks_;
    Marks marks_;
    std::shared_ptr<const model::ObservedResource> shared_observed_;
    bool planned_ = false;
    DisableFirst disable_first_;
    bool clients_wait_ = false;  ///< some are pre-authorized for a scope that comes with the second request
    static constexpr std::string_view exposed_step = "what was disabled";
};

}  // namespace

void plan_object(const Item& item, const Items& items, const Secrets& secrets, const History& history, StepGraph& steps,
                 Plan& plan) {
    ObjectPlanner(item, items, secrets, history, steps, plan).run();
}

}  // namespace regent::plan
