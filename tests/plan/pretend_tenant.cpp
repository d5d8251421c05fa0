#include "plan/pretend_tenant.hpp"

#include "plan/canonical.hpp"
#include "plan/set_parts.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace regent::plan::testing {

using model::Address;
using model::List;
using model::Map;
using model::ObservedResource;
using model::Ownership;
using model::Reference;
using model::Value;

namespace {

constexpr std::string_view stored = "stored";

Map& credentials_of(ObservedResource& object) {
    auto& value = object.attributes[std::string(model::path::federated_credentials)];
    if (value.as_map() == nullptr) value = Map{};
    return std::get<Map>(value.held);
}

std::string auth_of(const ObservedResource& connector) {
    const auto it = connector.attributes.find(model::path::auth_type);
    return it == connector.attributes.end() ? "none" : it->second.text_or("none");
}

bool has_mark(const ObservedResource& object, const Value& mark) {
    const auto it = object.attributes.find(model::path::marks);
    const auto* marks = it == object.attributes.end() ? nullptr : it->second.as_list();
    return marks != nullptr && std::find(marks->begin(), marks->end(), mark) != marks->end();
}

const Map& map_at(const ObservedResource& object, std::string_view path) {
    static const Map none;
    const auto it = object.attributes.find(path);
    return it == object.attributes.end() || it->second.as_map() == nullptr ? none : *it->second.as_map();
}

std::string text_at(const Value& value, std::string_view member) {
    const auto* found = value.find(member);
    return found == nullptr ? std::string{} : found->text_or({});
}

bool is_enabled(const Value& permission) {
    const auto* enabled = permission.find("enabled");
    return enabled != nullptr && *enabled == Value(true);
}

/// What of a scope or role is the same whether or not it is enabled, by its id.
std::map<std::string, std::pair<std::string, Map>> by_id(const Map& permissions) {
    std::map<std::string, std::pair<std::string, Map>> all;
    for (const auto& [name, permission] : permissions) {
        auto rest = *permission.as_map();
        rest.erase("enabled");
        all.emplace(text_at(permission, "id"), std::pair{name, std::move(rest)});
    }
    return all;
}

std::string shape(const Value& value) {
    if (const auto* reference = value.as_reference())
        return fmt::format("<{}{} of {}{}>", reference->prefix, reference->output, to_string(reference->address),
                           reference->suffix);
    std::string text;
    if (const auto* list = value.as_list()) {
        for (const auto& element : *list) text += shape(element) + ",";
        return "[" + text + "]";
    }
    if (const auto* map = value.as_map()) {
        for (const auto& [name, member] : *map) text += name + "=" + shape(member) + ",";
        return "{" + text + "}";
    }
    return to_text(value);
}

}  // namespace

/// One run over one plan.
class PretendRun {
public:
    PretendRun(PretendTenant& tenant, const Plan& plan, const model::Snapshot& observed)
        : tenant_(tenant), observed_(observed) {
        for (const auto& step : plan.steps) {
            if (step.part.empty() && step.work == Work::create) created_.insert(step.address);
            const bool saves = step.part.empty() && step.work == Work::update;
            if (saves && step.address.kind == model::kind::connector) saves_.emplace(step.address, step.id);
        }
    }

    void carry_out(const Step& step) {
        for (const auto before : step.after) {
            if (!done_.contains(before)) refuse(step, "came before what it waits for");
        }
        switch (step.work) {
            case Work::create:
                create(step);
                break;
            case Work::adopt:
                adopt(step);
                break;
            case Work::update:
            case Work::complete:
                write(step, existing(step));
                break;
            case Work::add:
            case Work::change:
            case Work::drop:
                part(step);
                break;
            case Work::await:
                await(step);
                break;
            case Work::remove:
                remove(step);
                break;
        }
        done_.insert(step.id);
    }

    [[nodiscard]] bool is_ready(const Step& step) const {
        return !done_.contains(step.id) &&
               std::all_of(step.after.begin(), step.after.end(), [&](int id) { return done_.contains(id); });
    }

private:
    [[noreturn]] static void refuse(const Step& step, const std::string& why) {
        throw Refused(name_of(step) + ": " + why);
    }

    ObservedResource& existing(const Step& step) {
        auto* object = tenant_.find(step.address);
        if (object == nullptr || object->deleted) refuse(step, "there is no such object");
        if (object->ownership != Ownership::ours) refuse(step, "it is not ours");
        return *object;
    }

    std::optional<std::string> output(const Reference& reference) const {
        const auto run = outputs_.find({reference.address, reference.output});
        if (run != outputs_.end()) return run->second;
        if (created_.contains(reference.address)) return std::nullopt;
        const auto there = observed_.resources.find(reference.address);
        if (there == observed_.resources.end()) return std::nullopt;
        const auto it = there->second.outputs.find(reference.output);
        if (it == there->second.outputs.end() || it->second.empty()) return std::nullopt;
        return it->second;
    }

    Value filled(const Value& value) const {
        if (const auto* reference = value.as_reference()) {
            const auto text = output(*reference);
            return text ? Value(reference->prefix + *text + reference->suffix) : value;
        }
        if (const auto* list = value.as_list()) {
            List result;
            for (const auto& element : *list) result.push_back(filled(element));
            return result;
        }
        if (const auto* map = value.as_map()) {
            Map result;
            for (const auto& [name, member] : *map) result.emplace(name, filled(member));
            return result;
        }
        return value;
    }

    Value sent(const Step& step, const std::string& path) const {
        const auto it = step.values.find(path);
        if (it == step.values.end()) return {};
        auto value = filled(it->second);
        if (step.changed.contains(path) && !is_known(value)) refuse(step, "nothing brings forth " + shape(value));
        return value;
    }

    static void publish_outputs(ObservedResource& object) {
        if (object.address.kind != model::kind::connector) return;
        const auto auth = auth_of(object);
        if (auth == "none") {
            object.outputs.erase(std::string(model::output::redirect_url));
        } else {
            object.outputs[std::string(model::output::redirect_url)] = "https://redirect/" + object.id;
        }
        if (auth != "managedIdentity") {
            object.outputs.erase(std::string(model::output::identity_issuer));
            object.outputs.erase(std::string(model::output::identity_subject));
        }
    }

    void take_outputs(const ObservedResource& object) {
        for (const auto& [name, value] : object.outputs) outputs_[{object.address, name}] = value;
    }

    void create(const Step& step) {
        auto* there = tenant_.find(step.address);
        if (step.restore) {
            if (there == nullptr || !there->deleted) refuse(step, "is not in the recycle bin");
            there->deleted = false;
            return write(step, *there);
        }
        if (there != nullptr) refuse(step, "there would be two");
        ObservedResource object;
        object.address = step.address;
        object.id = fmt::format("{}#{}", to_string(step.address), ++tenant_.made[step.address]);
        if (step.address.kind == model::kind::application) {
            object.outputs = {{"appId", "app-id-of-" + object.id}, {"objectId", object.id}};
        } else {
            object.outputs = {{"name", object.id}};
        }
        tenant_.objects.push_back(std::move(object));
        write(step, tenant_.objects.back());
    }

    void adopt(const Step& step) {
        for (auto& object : tenant_.objects) {
            const auto id = object.outputs.find(model::output::app_id);
            if (object.id != step.adopt_id && (id == object.outputs.end() || id->second != step.adopt_id)) continue;
            if (object.ownership != Ownership::unclaimed) refuse(step, "somebody has it");
            object.ownership = Ownership::ours;
            object.address = step.address;
            return write(step, object);
        }
        refuse(step, "there is nothing to adopt");
    }

    void write(const Step& step, ObservedResource& object) {
        const auto before = object;
        const bool whole = step.address.kind == model::kind::connector;
        for (const auto& [path, ignored] : step.values) {
            if (path == model::path::marks || path == model::path::auth_client_secret) continue;
            if (!whole && !step.changed.contains(path)) continue;
            auto value = sent(step, path);
            const auto* row = model::attributes_of(step.address.kind)->find(path);
            if (row->immutable && step.work != Work::create && object.attributes[path] != value)
                refuse(step, path + " cannot be changed");
            object.attributes[path] = std::move(value);
        }
        for (const auto& path : step.changed) {
            if (!step.values.contains(path)) refuse(step, path + " is to be changed, and to what?");
        }
        const bool tags = step.work == Work::create || step.work == Work::adopt ||
                          step.changed.contains(model::path::marks) || step.changed.contains(model::path::tags);
        if (whole || tags) write_marks(step, object);
        if (whole) deliver_secret(step, object);
        publish_outputs(object);
        take_outputs(object);
        check_redirect_uris(step, object);
        check_users(step, before, object);
        if (!whole) check_exposed(step, before, object);
    }

    /// What a connector signs in by is not taken away before it is saved without it.
    void check_users(const Step& step, const ObservedResource& before, const ObservedResource& after) const {
        // What lies in the recycle bin serves nobody.
        if (step.address.kind != model::kind::application || step.restore) return;
        for (const auto& [address, save] : saves_) {
            const auto* connector = tenant_.find(address);
            if (connector == nullptr || done_.contains(save)) continue;
            if (serves(before, *connector) && !serves(after, *connector))
                refuse(step, to_string(address) + " still signs in by what it takes away");
        }
    }

    static bool serves(const ObservedResource& application, const ObservedResource& connector) {
        const auto output = [&](std::string_view name) {
            const auto it = connector.outputs.find(name);
            return it == connector.outputs.end() ? std::string{} : it->second;
        };
        if (auth_of(connector) == "managedIdentity") {
            for (const auto& [name, credential] : map_at(application, model::path::federated_credentials)) {
                const auto subject = text_at(credential, "subject");
                if (!subject.empty() && subject == output("identity/subject")) return true;
            }
            return false;
        }
        for (const auto path :
             {model::path::redirect_uris_web, model::path::redirect_uris_spa, model::path::redirect_uris_native}) {
            const auto it = application.attributes.find(path);
            const auto* uris = it == application.attributes.end() ? nullptr : it->second.as_list();
            if (uris != nullptr && std::find(uris->begin(), uris->end(), Value(output("redirectUrl"))) != uris->end())
                return true;
        }
        return false;
    }

    /// Enabled ones are disabled before they change or go; names and ids are unique but for a scope and a role that are
    /// one permission; a client is pre-authorized for what is there.
    static void check_exposed(const Step& step, const ObservedResource& before, ObservedResource& after) {
        for (const auto path : {model::path::exposed_scopes, model::path::exposed_roles}) {
            const auto is = by_id(map_at(after, path));
            if (is.size() != map_at(after, path).size()) refuse(step, "two of its permissions have the same id");
            for (const auto& [id, was] : by_id(map_at(before, path))) {
                if (!is_enabled(map_at(before, path).at(was.first))) continue;
                const auto it = is.find(id);
                if (it == is.end() || it->second != was) refuse(step, was.first + " is enabled and cannot be changed");
            }
        }
        for (const auto& [name, scope] : map_at(after, model::path::exposed_scopes)) {
            for (const auto& [other, role] : map_at(after, model::path::exposed_roles)) {
                const bool same_id = text_at(scope, "id") == text_at(role, "id");
                if (same_id != (name == other) || (same_id && is_enabled(scope) != is_enabled(role)))
                    refuse(step, name + " and " + other + " are neither one permission nor two");
            }
        }
        write_pre_authorized(step, after);
    }

    /// Clients are written along with the scopes, as far as those are there.
    static void write_pre_authorized(const Step& step, ObservedResource& object) {
        auto& value = object.attributes[std::string(model::path::pre_authorized)];
        if (value.as_list() == nullptr) return;
        auto clients = *value.as_list();
        if (step.changed.contains(model::path::exposed_scopes)) {
            if (const auto it = step.values.find(model::path::pre_authorized);
                it != step.values.end() && is_known(it->second))
                clients = *it->second.as_list();
            std::erase_if(clients, [&](const auto& client) {
                return !map_at(object, model::path::exposed_scopes).contains(text_at(client, "scope"));
            });
        }
        for (const auto& client : clients) {
            if (!map_at(object, model::path::exposed_scopes).contains(text_at(client, "scope")))
                refuse(step, to_text(client) + " is pre-authorized for nothing");
        }
        value = std::move(clients);
    }

    void write_marks(const Step& step, ObservedResource& object) {
        List marks;
        const auto value = sent(step, std::string(model::path::marks));
        if (value.as_list() != nullptr) {
            for (const auto& mark : *value.as_list()) {
                if (is_known(mark)) marks.push_back(mark);
            }
        }
        object.attributes[std::string(model::path::marks)] = canonical_set(std::move(marks));
    }

    void deliver_secret(const Step& step, ObservedResource& object) {
        const auto it = step.values.find(model::path::auth_client_secret);
        if (it == step.values.end()) {
            if (tenant_.secret_on_update == model::Policy::SecretOnUpdate::reissue || auth_of(object) != "clientSecret")
                object.provider_data.erase(std::string(stored));
            return;
        }
        const auto* reference = it->second.as_reference();
        if (reference == nullptr) refuse(step, "the secret is no reference");
        const auto key = output({reference->address, part_of(*reference) + "/keyId", "", ""});
        if (!key || !secrets_.contains(*key)) refuse(step, "nobody knows the secret");
        object.provider_data[std::string(stored)] = *key;
    }

    static void check_redirect_uris(const Step& step, const ObservedResource& object) {
        std::set<Value> seen;
        for (const auto path :
             {model::path::redirect_uris_web, model::path::redirect_uris_spa, model::path::redirect_uris_native}) {
            const auto it = object.attributes.find(path);
            const auto* uris = it == object.attributes.end() ? nullptr : it->second.as_list();
            if (uris == nullptr) continue;
            for (const auto& uri : *uris) {
                if (!seen.insert(uri).second) refuse(step, to_text(uri) + " would be there twice");
            }
        }
    }

    void part(const Step& step) {
        auto& object = existing(step);
        const auto slash = step.part.find('/');
        const auto path = step.part.substr(0, slash);
        const auto* attribute = model::attributes_of(step.address.kind)->find(path);
        if (step.part == model::path::principal_settings) {
            if (object.attributes[std::string(model::path::service_principal)] != Value(true))
                refuse(step, "it has no service principal");
            for (const auto& changed : step.changed) object.attributes[changed] = sent(step, changed);
        } else if (attribute != nullptr && attribute->compare == model::Compare::set) {
            write_grants(step, *attribute, object);
        } else if (slash == std::string::npos) {
            object.attributes[path] = sent(step, path);
        } else if (path == model::path::client_secrets) {
            step.work == Work::drop ? drop_secret(step, object) : issue_secret(step, object);
        } else if (path == model::path::secret_deliveries) {
            hand_over(step);
        } else {
            const auto before = object;
            write_credential(step, object, step.part.substr(slash + 1));
            check_users(step, before, object);
        }
    }

    /// What one request writes of a set: its group of elements.
    void write_grants(const Step& step, const model::Attribute& attribute, ObservedResource& object) {
        if (object.attributes[std::string(model::path::service_principal)] != Value(true))
            refuse(step, "it has no service principal");
        const std::string path(attribute.path);
        auto& value = object.attributes[path];
        List all;
        if (const auto* there = value.as_list()) {
            for (const auto& element : *there) {
                if (part_of_element(attribute, element) != step.part) all.push_back(element);
            }
        }
        const auto wanted = sent(step, path);
        for (const auto& element : *wanted.as_list()) all.push_back(element);
        value = canonical_set(std::move(all));
    }

    void write_credential(const Step& step, ObservedResource& object, const std::string& name) {
        auto& credentials = credentials_of(object);
        if (credentials.contains(name) == (step.work == Work::add))
            refuse(step, step.work == Work::add ? "it is there already" : "it is not there");
        if (step.work == Work::drop) {
            credentials.erase(name);
            return;
        }
        const auto all = sent(step, std::string(model::path::federated_credentials));
        const auto& value = *all.find(name);
        for (const auto& [other, there] : credentials) {
            if (other != name && *there.find("issuer") == *value.find("issuer") &&
                *there.find("subject") == *value.find("subject"))
                refuse(step, "its issuer and subject are those of " + other);
        }
        credentials.insert_or_assign(name, value);
        if (credentials.size() > 20) refuse(step, "an application holds 20 credentials");
    }

    void issue_secret(const Step& step, ObservedResource& object) {
        const auto name = step.part.substr(step.part.find('/') + 1);
        const auto all = sent(step, std::string(model::path::client_secrets));
        model::ObservedSecret secret;
        secret.name = name;
        secret.key_id = fmt::format("key-{}", ++tenant_.next_key_);
        secret.display_name = fmt::format("{} (regent {:08x})", name, tenant_.next_key_);
        secret.starts_at = tenant_.now + std::chrono::seconds(tenant_.next_key_);
        secret.ends_at = tenant_.now + std::chrono::seconds(*all.find(name)->find("validForSeconds")->as_integer());
        if (const auto* once = all.find(name)->find("keepOldOnceSeconds"))
            secret.keeps_old = std::chrono::seconds(*once->as_integer());
        outputs_[{step.address, model::output::secret_key_id(name)}] = secret.key_id;
        outputs_[{step.address, model::output::secret_ends_at(name)}] = "some day";
        secrets_.insert(secret.key_id);
        object.secrets.push_back(std::move(secret));
    }

    void hand_over(const Step& step) {
        const auto name = step.part.substr(step.part.find('/') + 1);
        const auto target = model::delivery_id(sent(step, std::string(model::path::secret_deliveries)));
        if (tenant_.failing_targets.contains(target)) refuse(step, "nobody takes it");
        const auto key = output({step.address, model::output::secret_key_id(name), "", ""});
        if (!key || !secrets_.contains(*key)) refuse(step, "nobody knows the secret");
        auto& deliveries = tenant_.deliveries[step.address];
        std::erase_if(deliveries, [&](const auto& d) { return d.secret == name && d.target == target; });
        deliveries.push_back({name, target, model::ObservedDelivery::State::holds, *key, ""});
        tenant_.held[target] = *key;
    }

    void drop_secret(const Step& step, ObservedResource& object) {
        for (const auto& [target, key] : tenant_.held) {
            if (key == step.key_id && tenant_.targets_complain) refuse(step, target + " still has it");
        }
        for (const auto& user : tenant_.objects) {
            // Who was taken over by others is seen by nobody.
            if (user.ownership == Ownership::ours && PretendTenant::stored_key(user) == step.key_id)
                refuse(step, to_string(user.address) + " signs in with it");
        }
        const auto gone = std::erase_if(object.secrets, [&](const auto& s) { return s.key_id == step.key_id; });
        if (gone != 1) refuse(step, "there is no secret with this key");
    }

    void await(const Step& step) {
        auto& object = existing(step);
        if (auth_of(object) != "managedIdentity") refuse(step, "it has no identity to wait for");
        object.outputs["identity/issuer"] = "https://issuer";
        object.outputs["identity/subject"] = "subject-of-" + object.id;
        take_outputs(object);
    }

    void remove(const Step& step) {
        const auto it = std::find_if(tenant_.objects.begin(), tenant_.objects.end(), [&](const auto& object) {
            return step.observed != nullptr && object.id == step.observed->id;
        });
        if (it == tenant_.objects.end()) refuse(step, "there is no such object");
        if (it->ownership != Ownership::ours) refuse(step, "it is not ours");
        // A manifest that is there says itself whether its object is protected.
        if (has_mark(*it, "preventDelete") && step.reason != Reason::immutable_changed) refuse(step, "it is protected");
        if (it->address.kind == model::kind::application) {
            it->deleted = true;
            it->attributes.erase(std::string(model::path::service_principal));
        } else {
            tenant_.objects.erase(it);
        }
        ++tenant_.removals;
    }

    PretendTenant& tenant_;
    const model::Snapshot& observed_;
    std::set<Address> created_;
    std::map<Address, int> saves_;  ///< updates of connectors, with their step's id
    std::set<int> done_;
    std::map<std::pair<Address, std::string>, std::string> outputs_;
    std::set<std::string> secrets_;  ///< key ids whose value this run has seen
};

void PretendTenant::carry_out(const Plan& plan, const model::Snapshot& observed, Dice& dice, std::size_t at_most) {
    PretendRun run(*this, plan, observed);
    for (std::size_t done = 0; done < std::min(at_most, plan.steps.size()); ++done) {
        std::vector<const Step*> ready;
        for (const auto& step : plan.steps) {
            if (run.is_ready(step)) ready.push_back(&step);
        }
        if (ready.empty()) throw Refused("no step can go on");
        run.carry_out(*ready[dice() % ready.size()]);
    }
}

void PretendTenant::add_what_places_tell(const DesiredGraph& wanted, model::Snapshot& snapshot) const {
    using State = model::ObservedDelivery::State;
    snapshot.deliveries.clear();
    for (const auto& [address, resource] : wanted.resources) {
        const auto secrets = resource.attributes.find(model::path::client_secrets);
        if (secrets == resource.attributes.end()) continue;
        for (const auto& element : secrets->second.elements) {
            const auto* targets = element.value.find("deliverTo");
            if (targets == nullptr) continue;
            for (const auto& target : *targets->as_list()) {
                const auto id = model::delivery_id(target);
                const auto has = held.find(id);
                auto& told = snapshot.deliveries[address];
                if (unseen_targets.contains(id)) {
                    told.push_back({element.name, id, State::unknown, "", "503 Service Unavailable"});
                } else if (has == held.end()) {
                    told.push_back({element.name, id, State::empty, "", ""});
                } else {
                    told.push_back({element.name, id, State::holds, has->second, ""});
                }
            }
        }
    }
}

model::Snapshot PretendTenant::observe(const DesiredGraph& wanted) const {
    model::Snapshot snapshot;
    snapshot.taken_at = today;
    snapshot.deliveries = deliveries;
    if (places_tell) add_what_places_tell(wanted, snapshot);
    snapshot.apis[std::string(api)] = {std::string(api),
                                       "Pretend API",
                                       {{"User.Read", "1"}, {"Mail.Read", "2"}},
                                       {{"User.Read.All", "3"}},
                                       {},
                                       {},
                                       {}};
    for (const auto& object : objects) {
        if (wanted.resources.contains(object.address)) {
            snapshot.resources.emplace(object.address, object);
        } else if (object.ownership == Ownership::ours && !object.deleted) {
            snapshot.orphans.push_back(object);
        }
    }
    for (const auto& [address, resource] : wanted.resources) {
        const auto& id = resource.management.adopt;
        if (id.empty() || snapshot.resources.contains(address)) continue;
        const auto it = std::find_if(objects.begin(), objects.end(), [&](const auto& object) {
            const auto app_id = object.outputs.find(model::output::app_id);
            return object.id == id || (app_id != object.outputs.end() && app_id->second == id);
        });
        if (it == objects.end()) {
            snapshot.obstacles.push_back(
                {model::Obstacle::Kind::adopt_target_missing, address, "there is no " + id, "look for it"});
        } else if (it->ownership != Ownership::unclaimed) {
            snapshot.obstacles.push_back(
                {model::Obstacle::Kind::adopt_target_taken, address, id + " is taken", "ask its owner"});
        } else {
            auto target = *it;
            target.address = address;
            snapshot.resources.emplace(address, std::move(target));
        }
    }
    return snapshot;
}

void PretendTenant::minutes_pass(const std::set<Address>& except) {
    for (auto& object : objects) {
        if (object.address.kind != model::kind::connector || auth_of(object) != "managedIdentity") continue;
        if (except.contains(object.address)) continue;
        object.outputs["identity/issuer"] = "https://issuer";
        object.outputs["identity/subject"] = "subject-of-" + object.id;
    }
}

const ObservedResource* PretendTenant::find(const Address& address) const {
    const auto it =
        std::find_if(objects.begin(), objects.end(), [&](const auto& object) { return object.address == address; });
    return it == objects.end() ? nullptr : &*it;
}
ObservedResource* PretendTenant::find(const Address& address) {
    return const_cast<ObservedResource*>(std::as_const(*this).find(address));
}

ObservedResource& PretendTenant::add(const Address& address, Map attributes) {
    ObservedResource object;
    object.address = address;
    object.id = fmt::format("{}#{}", to_string(address), ++made[address]);
    object.attributes = std::move(attributes);
    if (address.kind == model::kind::application) {
        object.outputs = {{"appId", "app-id-of-" + object.id}, {"objectId", object.id}};
    } else {
        object.outputs = {{"name", object.id}};
        if (auth_of(object) != "none") object.outputs["redirectUrl"] = "https://redirect/" + object.id;
    }
    objects.push_back(std::move(object));
    return objects.back();
}

std::string PretendTenant::stored_key(const ObservedResource& connector) {
    const auto it = connector.provider_data.find(stored);
    return it == connector.provider_data.end() ? std::string{} : it->second;
}

std::string PretendTenant::connector_without_secret(const DesiredGraph& wanted, const Plan& plan) const {
    for (const auto& object : objects) {
        if (std::any_of(plan.withheld.begin(), plan.withheld.end(),
                        [&](const auto& withheld) { return withheld.address == object.address; }))
            continue;
        const auto desired = wanted.resources.find(object.address);
        if (desired == wanted.resources.end() || object.ownership != Ownership::ours ||
            desired->second.management.policy != model::ManagementPolicy::full)
            continue;
        const auto it = desired->second.attributes.find(model::path::auth_client_secret);
        if (it == desired->second.attributes.end() || auth_of(object) != "clientSecret") continue;
        const auto* issuer = find(it->second.value.as_reference()->address);
        const auto policy = wanted.resources.at(it->second.value.as_reference()->address).management.policy;
        if (issuer == nullptr || issuer->ownership != Ownership::ours || policy != model::ManagementPolicy::full)
            continue;
        const auto key = stored_key(object);
        const auto there = std::any_of(issuer->secrets.begin(), issuer->secrets.end(), [&](const auto& secret) {
            return secret.key_id == key && secret.ends_at > today;
        });
        if (!there) return to_string(object.address);
    }
    return {};
}

std::string name_of(const Step& step) {
    if (step.part.empty()) return fmt::format("{} {}", to_string(step.work), to_string(step.address));
    return fmt::format("{} {} of {}", to_string(step.work), step.part, to_string(step.address));
}

std::vector<std::string> names_of(const Plan& plan) {
    std::vector<std::string> names;
    for (const auto& step : plan.steps) names.push_back(name_of(step));
    return names;
}

std::string line_of(const Step& step) {
    std::string line = fmt::format("{} wave {} {} adopt={} key={}{} after", step.id, step.wave, name_of(step),
                                   step.adopt_id, step.key_id, step.restore ? " restore" : "");
    for (const auto id : step.after) line += fmt::format(" {}", id);
    line += " changes";
    for (const auto& path : step.changed) line += " " + path;
    return line + " to " + shape(step.values);
}

std::vector<std::string> lines_of(const Plan& plan) {
    std::vector<std::string> lines;
    for (const auto& step : plan.steps) lines.push_back(line_of(step));
    return lines;
}

std::string text_of(const ObservedResource& object) {
    auto text = fmt::format("{} {} {} {}", to_string(object.address), object.id, static_cast<int>(object.ownership),
                            object.deleted);
    for (const auto& [path, value] : object.attributes) {
        // What a service leaves out and what it gives back empty is the same.
        if (value.is_null() || value == Value("") || value == Value(List{}) || value == Value(Map{})) continue;
        text += fmt::format("\n  {}: {}", path, shape(value));
    }
    for (const auto& secret : object.secrets) text += "\n  secret " + secret.display_name + " " + secret.key_id;
    return text;
}

}  // namespace regent::plan::testing
