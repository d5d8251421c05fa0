#include "plan/random_estate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::plan::testing {
namespace {

using model::List;
using model::Map;
using model::Ownership;
using model::Value;

class RandomDocuments {
public:
    explicit RandomDocuments(Dice& dice) : dice_(dice) {}

    std::vector<model::Declaration> all() {
        for (const auto* name : {"a", "b", "c"}) {
            if (chance(75)) applications_.emplace_back(name);
        }
        for (const auto* name : {"x", "y", "z"}) {
            if (!chance(60)) continue;
            connectors_.emplace_back(name);
            auth_[name] = applications_.empty() ? "none" : pick({"none", "managedIdentity", "secret", "secret"});
        }
        for (const auto& name : connectors_) documents_.push_back(random_connector(name));
        for (const auto& name : applications_) documents_.push_back(random_application(name));
        if (!applications_.empty()) add_contributions();
        add_relations();
        return std::move(documents_);
    }

private:
    bool chance(unsigned percent) { return dice_() % 100 < percent; }
    std::string pick(std::vector<std::string> from) { return from[dice_() % from.size()]; }
    std::string text(const std::string& what) { return what + " " + std::to_string(dice_() % 3); }

    void manage(Document& document) {
        if (chance(6)) document.is(model::ManagementPolicy::observe);
        if (chance(10)) document.prevents_delete();
        if (chance(8)) document.ignores("description");
        if (chance(5)) document.ignores("redirectUris");
        if (chance(5)) document.ignores("displayName");
    }

    Document random_connector(const std::string& name) {
        auto document = connector(name);
        document.set(model::path::display_name, pick({"The connector " + name, "Another " + name}));
        if (chance(50)) document.allows_replacement();
        document.set(model::path::environment, chance(90) ? "pp-1" : "pp-2");
        document.set(model::path::definition, text("definition"));
        if (chance(50)) document.set(model::path::description, text("description"));
        if (auth_[name] == "managedIdentity") document.by_managed_identity(pick(applications_));
        if (auth_[name] == "secret") document.by_secret(pick(applications_), pick({"s", "t"}));
        if (auth_[name] != "none") document.set(model::path::auth_resource, text("api://resource"));
        if (auth_[name] != "none" && chance(30)) document.list(model::path::auth_scopes, {text("scope")});
        if (chance(4)) document.adopts("unclaimed-" + name);
        manage(document);
        return document;
    }

    Document random_application(const std::string& name) {
        auto document = application(name);
        document.set(model::path::display_name, text("The application " + name));
        if (chance(50)) document.set(model::path::description, text("description"));
        if (chance(30)) document.set(model::path::home_page_url, pick({"https://home", "https://other", ""}));
        if (chance(80)) document.set(model::path::service_principal, true);
        if (chance(40)) document.list(model::path::tags, some({"red", "green", "blue"}));
        if (chance(40))
            document.list(model::path::permissions, some({permission("User.Read"), permission("Mail.Read")}));
        if (chance(40)) {
            auto uris = some({"https://example.org/" + name});
            if (chance(60)) uris.push_back(app_id_of(name, "api://"));
            document.list(model::path::identifier_uris, uris);
        }
        for (const auto path : platforms) {
            if (chance(35)) document.list(path, redirect_uris(name, path));
        }
        // Lists are either the application's own or contributed to, so that a former element never stands in the way.
        if (name != "a" && chance(60)) add_credentials(document);
        for (const auto* secret : {"s", "t"}) {
            if (!chance(85)) continue;
            document.secret(secret);
            if (chance(20)) document.delivered_to("/delivered/" + name + "/" + secret);
            if (chance(20)) document.keeps_old(std::chrono::hours(24));
        }
        add_exposed(document, name);
        if (chance(6)) document.adopts("unclaimed-" + name);
        manage(document);
        return document;
    }

    /// Names and ids move between scopes and roles from one time to the next. A scope and a role of one name are one
    /// permission, so both lists are declared, or the name is not there.
    void add_exposed(Document& document, const std::string& name) {
        if (name == "c" || chance(30)) return;
        std::vector<std::string> ids = {"pin-1", "pin-2"};
        std::shuffle(ids.begin(), ids.end(), dice_);
        auto& attributes = document.declaration.attributes;
        attributes[std::string(model::path::exposed_scopes)];
        if (chance(70)) document.scope("Write", chance(80), text("title"), chance(50) && name == "a" ? ids[0] : "");
        if (chance(50)) document.scope("Delete", chance(80), text("title"));
        if (name != "a") return;
        attributes[std::string(model::path::exposed_roles)];
        const bool both = chance(80);
        if (chance(50)) document.scope("Read", both, text("title"));
        if (chance(50)) document.role("Read", both, text("title"));
        if (chance(70)) document.role("Admin", chance(80), text("title"), chance(50) ? ids[1] : "");
    }

    std::vector<std::string> exposed_by(const model::Declaration& declaration, std::string_view path) {
        std::vector<std::string> names;
        const auto it = declaration.attributes.find(path);
        if (it == declaration.attributes.end()) return names;
        for (const auto& element : it->second.elements) names.push_back(element.name);
        return names;
    }

    /// Applications ask each other, and themselves, for permissions, and know each other as clients.
    void add_relations() {
        std::vector<model::Declaration*> apis;
        for (auto& declaration : documents_) {
            if (declaration.address.kind == model::kind::application) apis.push_back(&declaration);
        }
        for (auto* server : apis) {
            const auto scopes = exposed_by(*server, model::path::exposed_scopes);
            Document document(model::kind::application, server->address.name);
            document.declaration = *server;
            if (chance(30)) document.list(model::path::known_clients, {app_id_of(pick(applications_))});
            List clients;
            for (const auto& scope : scopes) {
                if (chance(40)) clients.emplace_back(pre_authorized(app_id_of(pick(applications_)), scope));
                if (chance(20)) clients.emplace_back(pre_authorized("an-app-elsewhere", scope));
            }
            if (!scopes.empty() && chance(60)) document.list(model::path::pre_authorized, clients);
            if (auto* other = apis[dice_() % apis.size()];
                chance(50) && other->management.policy == model::ManagementPolicy::full) {
                for (const auto& scope : exposed_by(*other, model::path::exposed_scopes))
                    document.list(model::path::permissions, {permission_at(other->address.name, scope)});
                for (const auto& role : exposed_by(*other, model::path::exposed_roles))
                    document.list(model::path::permissions, {permission_at(other->address.name, role, "application")});
            }
            *server = document.declaration;
        }
    }

    List some(List from) {
        List chosen;
        for (auto& element : from) {
            if (chance(50)) chosen.push_back(std::move(element));
        }
        return chosen;
    }

    /// A URI belongs to one platform and to one application, whoever asks for it.
    List redirect_uris(const std::string& name, std::string_view path) {
        List uris;
        for (int i = 0; i < 3; ++i) {
            if (chance(40)) uris.push_back(literal_uri(name, path, i));
        }
        for (const auto& connector : connectors_) {
            if (path == model::path::redirect_uris_web && auth_[connector] != "none" && chance(50) &&
                redirected_.insert({name, connector}).second)
                uris.push_back(url_of(connector));
        }
        return uris;
    }

    Value literal_uri(const std::string& name, std::string_view path, int number) {
        auto uri = fmt::format("https://{}/{}/{}", name, path, number);
        taken_.insert(uri);
        return uri;
    }

    void add_credentials(Document& document) {
        std::vector<std::string> subjects = {"1", "2", "3"};
        std::shuffle(subjects.begin(), subjects.end(), dice_);
        const std::array<std::string, 3> names = {"first", "second", "third"};
        document.declaration.attributes[std::string(model::path::federated_credentials)];
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (chance(50)) document.credential(names[i], trust("https://people", subjects[i]));
        }
        for (const auto& connector : connectors_) {
            if (auth_[connector] == "managedIdentity" && chance(70)) {
                document.credential("identity-" + connector, identity_of(connector));
                trusted_.insert({document.declaration.address.name, connector});
            }
        }
    }

    void add_contributions() {
        for (int i = 0; i < 4; ++i) {
            if (!chance(60)) continue;
            const auto target = pick(applications_);
            const auto path = platforms[dice_() % platforms.size()];
            const auto number = static_cast<int>(dice_() % 3);
            if (taken_.contains(fmt::format("https://{}/{}/{}", target, path, number))) continue;
            documents_.push_back(
                redirect_uri(fmt::format("uri-{}", i), target, literal_uri(target, path, number), path));
        }
        for (const auto& connector : connectors_) {
            const auto target = pick(applications_);
            if (auth_[connector] != "none" && chance(50) && redirected_.insert({target, connector}).second)
                documents_.push_back(redirect_uri("uri-of-" + connector, target, url_of(connector)));
            if (auth_[connector] == "managedIdentity" && chance(70) && trusted_.insert({"a", connector}).second &&
                applications_.front() == "a")
                documents_.push_back(federated_credential("trust-" + connector, "a", identity_of(connector)));
        }
        if (applications_.front() != "a") return;
        std::vector<std::string> subjects = {"1", "2", "3"};
        std::shuffle(subjects.begin(), subjects.end(), dice_);
        for (std::size_t i = 0; i < subjects.size(); ++i) {
            if (chance(50))
                documents_.push_back(
                    federated_credential(fmt::format("ci-{}", i), "a", trust("https://ci", subjects[i])));
        }
    }

    static constexpr std::array platforms = {model::path::redirect_uris_web, model::path::redirect_uris_spa,
                                             model::path::redirect_uris_native};
    Dice& dice_;
    std::vector<std::string> applications_, connectors_;
    std::map<std::string, std::string> auth_;
    std::set<std::pair<std::string, std::string>> redirected_, trusted_;
    std::set<std::string> taken_;
    std::vector<model::Declaration> documents_;
};

/// What people and the service's clock do to a tenant between two runs.
class Drift {
public:
    Drift(PretendTenant& tenant, Dice& dice) : tenant_(tenant), dice_(dice) {}

    void happen() {
        auto& objects = tenant_.objects;
        for (auto& object : objects) {
            object.address.kind == model::kind::application ? application(object) : connector(object);
        }
        std::erase_if(objects,
                      [&](const auto& object) { return object.address.kind == model::kind::connector && chance(10); });
        for (const auto* name : {"a", "x"}) {
            const auto kind = *name == 'a' ? model::kind::application : model::kind::connector;
            if (chance(15)) stranger({std::string(kind), name}, Ownership::foreign);
            if (chance(15)) stranger({std::string(kind), name}, Ownership::unclaimed);
        }
        std::shuffle(objects.begin(), objects.end(), dice_);
    }

private:
    bool chance(unsigned percent) { return dice_() % 100 < percent; }

    template <typename Shape>
    Shape& shaped(model::ObservedResource& object, std::string_view path) {
        auto& value = object.attributes[std::string(path)];
        if (!std::holds_alternative<Shape>(value.held)) value = Shape{};
        return std::get<Shape>(value.held);
    }

    void application(model::ObservedResource& object) {
        auto& attributes = object.attributes;
        if (chance(15)) attributes["displayName"] = "drifted";
        if (chance(15)) attributes["description"] = "drifted";
        for (const auto path : {model::path::redirect_uris_web, model::path::redirect_uris_spa}) {
            auto& uris = shaped<List>(object, path);
            if (chance(25)) uris.push_back(fmt::format("https://by-hand/{}", path));
            if (chance(20) && !uris.empty()) uris.erase(uris.begin() + static_cast<long>(dice_() % uris.size()));
        }
        auto& credentials = shaped<Map>(object, model::path::federated_credentials);
        if (chance(15) && !credentials.empty()) credentials.erase(credentials.begin());
        if (chance(25)) credentials["by-hand"] = trust("https://elsewhere", "by-hand");
        if (chance(20) && !credentials.empty())
            std::get<Map>(credentials.begin()->second.held)["audience"] = "api://drifted";
        secrets(object);
        exposed(object);
        if (chance(8)) attributes.erase("servicePrincipal");
        if (chance(6)) {
            object.deleted = true;
            attributes.erase("servicePrincipal");
        } else if (chance(4)) {
            object.ownership = Ownership::foreign;
            object.owner = "others.dev";
        }
    }

    void exposed(model::ObservedResource& object) {
        auto& scopes = shaped<Map>(object, model::path::exposed_scopes);
        for (auto& [name, scope] : scopes) {
            auto& members = std::get<Map>(scope.held);
            if (name == "Read") continue;  // a role, too, and then nobody could disable one of the two
            if (chance(15)) members["enabled"] = chance(50);
            if (chance(15)) members["title"] = "drifted";
            if (chance(10)) members["id"] = "by-hand-" + name;
        }
        if (chance(15))
            scopes["ByHand"] = Map{{"id", "by-hand"}, {"enabled", chance(50)}, {"who", "admins"}, {"title", "By hand"}};
    }

    void secrets(model::ObservedResource& object) {
        auto& secrets = object.secrets;
        if (chance(15) && !secrets.empty()) secrets.erase(secrets.begin());
        if (chance(15) && !secrets.empty()) secrets.back().ends_at = today - std::chrono::hours(1);
        if (chance(15) && !secrets.empty()) secrets.back().ends_at = today + std::chrono::hours(24);
        if (!chance(20)) return;
        const auto key = "by-hand-" + object.id;
        secrets.push_back({key, "by hand", today, today + std::chrono::hours(1000), "", ""});
    }

    void connector(model::ObservedResource& object) {
        if (chance(15)) object.attributes["description"] = "drifted";
        if (chance(10)) object.attributes["definition"] = "drifted";
        if (chance(5)) object.attributes["displayName"] = "drifted";
        if (chance(6)) {
            // Written anew by somebody who knew neither the mark nor the secret.
            object.attributes["marks"] = List{};
            object.provider_data.clear();
        }
        if (chance(15)) {
            object.outputs.erase("identity/issuer");
            object.outputs.erase("identity/subject");
        }
        if (chance(4)) {
            object.ownership = Ownership::foreign;
            object.owner = "others.dev";
        }
    }

    void stranger(const model::Address& address, Ownership ownership) {
        model::ObservedResource object;
        object.ownership = ownership;
        object.id = (ownership == Ownership::unclaimed ? "unclaimed-" : "foreign-") + address.name;
        object.attributes = {{"displayName", "The " + address.name}};
        if (address.kind == model::kind::connector) {
            const auto twin = chance(50) ? "The connector " : "Another ";
            object.attributes = {{"displayName", twin + address.name}, {"environment", "pp-1"}, {"definition", "hand"}};
            object.outputs = {{"name", object.id}};
        } else {
            object.outputs = {{"appId", "app-id-of-" + object.id}, {"objectId", object.id}};
            object.attributes["redirectUris.web"] = List{"https://by-hand/redirectUris.web"};
            object.secrets = {{"by-hand-" + object.id, "by hand", today, today + std::chrono::hours(1000), "", ""}};
        }
        // Others' objects have their own address, elsewhere; of an unclaimed one nobody has said which it is.
        object.address.kind = address.kind;
        tenant_.objects.push_back(std::move(object));
    }

    PretendTenant& tenant_;
    Dice& dice_;
};

std::optional<DesiredGraph> graph_without_mistakes(const model::Environment& environment,
                                                   const std::vector<model::Declaration>& documents) {
    auto result = build_desired_graph(environment, documents);
    if (has_errors(result.diagnostics)) return std::nullopt;
    return std::move(result.graph);
}

}  // namespace

std::vector<model::Declaration> random_documents(Dice& dice) {
    return RandomDocuments(dice).all();
}

std::optional<Estate> random_estate(unsigned seed) {
    Dice dice(seed);
    Estate estate;
    estate.environment = environment();
    auto& policy = estate.environment.policy;
    policy.on_removal = dice() % 2 == 0 ? model::OnRemoval::keep : model::OnRemoval::remove;
    if (dice() % 3 == 0) policy.connector_secret_on_update = model::Policy::SecretOnUpdate::reissue;
    estate.tenant.secret_on_update = policy.connector_secret_on_update;
    if (dice() % 4 != 0) {
        const auto past = graph_without_mistakes(estate.environment, random_documents(dice));
        if (!past) return std::nullopt;
        const auto observed = estate.tenant.observe(*past);
        const auto plan = make_plan(*past, observed, {}, today);
        // Sometimes the last run was killed on its way.
        const auto killed = dice() % 5 == 0 && !plan.empty();
        estate.tenant.carry_out(plan, observed, dice, killed ? dice() % plan.steps.size() : plan.steps.size());
    }
    Drift(estate.tenant, dice).happen();
    estate.documents = random_documents(dice);
    if (!graph_without_mistakes(estate.environment, estate.documents)) return std::nullopt;
    // Who trusts the identity of a connector has seen it, and a manifest that waits for it sees it late at worst. One
    // that no manifest declares any more is looked at once, by the run that takes the trust away.
    std::set<model::Address> declared;
    for (const auto& document : estate.documents) declared.insert(document.address);
    estate.tenant.minutes_pass(declared);
    return estate;
}

}  // namespace regent::plan::testing
