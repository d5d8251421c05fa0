#include "model/attributes.hpp"
#include "plan/graph_rules.hpp"
#include "plan/near_names.hpp"
#include "plan/previous_names.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>
#include <utility>

namespace regent::plan {
namespace {

using model::Declaration;
using model::Diagnostic;

/// "permissions/delegated/Orders.Read": of an application that exposes it. Its application is referred to beside it.
constexpr std::string_view permission_prefix = "permissions/";

class ReferenceCheck {
public:
    ReferenceCheck(const DesiredGraph& graph, model::Diagnostics& diagnostics)
        : graph_(graph), diagnostics_(diagnostics) {}

    void check(const model::ReferenceUse& use, const Declaration& user) {
        const auto target = graph_.resources.find(use.target);
        const bool is_permission = use.needs.rfind(permission_prefix, 0) == 0;
        if (target == graph_.resources.end()) return is_permission ? void() : dangling(use);
        if (is_permission) return check_permission(use, target->second, user);
        if (use.needs == "managedIdentity" && auth_type(target->second) != "managedIdentity") no_identity(use);
        if (use.needs == model::output::redirect_url && !has_redirect_url(target->second)) no_redirect_url(use);
        if (use.needs.rfind("clientSecrets/", 0) == 0) check_secret(use, target->second);
        if (use.needs == model::path::service_principal && !target->second.attributes.contains(use.needs))
            no_service_principal(use);
    }

private:
    static std::string auth_type(const DesiredResource& resource) {
        const auto it = resource.attributes.find(model::path::auth_type);
        return it == resource.attributes.end() ? "none" : it->second.value.text_or("none");
    }

    /// Who signs in by OAuth has one, also when it is in the service's own words.
    static bool has_redirect_url(const DesiredResource& resource) {
        if (auth_type(resource) != "none") return true;
        for (const auto path : {model::path::connection_parameters, model::path::connection_parameter_sets}) {
            const auto it = resource.attributes.find(path);
            if (it == resource.attributes.end()) continue;
            auto text = it->second.value.text_or({});
            std::transform(text.begin(), text.end(), text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            if (text.find("\"oauthsetting\"") != std::string::npos) return true;
        }
        return false;
    }

    /// All of them where they are few: a message is not the place for ten thousand.
    static std::string some_of(const std::vector<std::string>& names) {
        constexpr std::size_t most = 10;
        if (names.size() <= most) return fmt::format("{}", fmt::join(names, ", "));
        return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + most, ", "), names.size() - most);
    }

    void dangling(const model::ReferenceUse& use) {
        std::vector<std::string> names;
        for (const auto& [address, resource] : graph_.resources) {
            if (address.kind == use.target.kind) names.push_back(address.name);
        }
        Diagnostic diagnostic;
        diagnostic.code = "RG0311";
        diagnostic.message = fmt::format("no {} named `{}`", use.target.kind, use.target.name);
        diagnostic.span = use.span;
        diagnostic.label = fmt::format("not in environment `{}`", graph_.environment.name);
        diagnostic.notes = {
            names.empty() ? fmt::format("there is no {} in `{}`", use.target.kind, graph_.environment.name)
                          : fmt::format("{}s in `{}`: {}", use.target.kind, graph_.environment.name, some_of(names))};
        if (const auto* renamed = renamed_from(graph_, use.target)) {
            diagnostic.secondary = {{span_at(renamed->place), fmt::format("was `{}` before", use.target.name)}};
            diagnostic.help = fmt::format("it was renamed: write `{}`", renamed->address.name);
        } else {
            diagnostic.help = did_you_mean(use.target.name, names);
        }
        diagnostics_.push_back(std::move(diagnostic));
    }

    void no_identity(const model::ReferenceUse& use) {
        Diagnostic diagnostic;
        diagnostic.code = "RG0314";
        diagnostic.message = fmt::format("{} has no managed identity to trust", to_string(use.target));
        diagnostic.span = use.span;
        diagnostic.label = "signs in another way";
        diagnostic.help =
            "let the connector sign in with `credential: {managedIdentity: {}}`, or remove this federated credential";
        diagnostics_.push_back(std::move(diagnostic));
    }

    void no_service_principal(const model::ReferenceUse& use) {
        Diagnostic diagnostic;
        diagnostic.code = "RG0323";
        diagnostic.message = fmt::format("{} has no service principal that could own anything", to_string(use.target));
        diagnostic.span = use.span;
        diagnostic.label = "`servicePrincipal: {create: false}` there";
        diagnostic.help = "let it have one, or name another owner by its object id";
        diagnostics_.push_back(std::move(diagnostic));
    }

    void no_redirect_url(const model::ReferenceUse& use) {
        Diagnostic diagnostic;
        diagnostic.code = "RG0314";
        diagnostic.message = fmt::format("{} has no redirect URL: it does not sign in", to_string(use.target));
        diagnostic.span = use.span;
        diagnostic.help = "give the connector an `auth` block, or remove this redirect URI";
        diagnostics_.push_back(std::move(diagnostic));
    }

    void check_secret(const model::ReferenceUse& use, const DesiredResource& application) {
        const auto wanted = use.needs.substr(std::string_view("clientSecrets/").size());
        std::vector<std::string> names;
        if (const auto it = application.attributes.find(model::path::client_secrets);
            it != application.attributes.end()) {
            for (const auto& element : it->second.elements) names.push_back(element.name);
        }
        if (std::find(names.begin(), names.end(), wanted) != names.end()) return;
        Diagnostic diagnostic;
        diagnostic.code = "RG0315";
        diagnostic.message = fmt::format("{} declares no client secret named `{}`", to_string(use.target), wanted);
        diagnostic.span = use.span;
        diagnostic.label = "not among its `clientSecrets`";
        if (!names.empty()) diagnostic.notes = {fmt::format("its client secrets: {}", fmt::join(names, ", "))};
        diagnostic.help = did_you_mean(wanted, names);
        if (diagnostic.help.empty())
            diagnostic.help =
                fmt::format("add `- name: {}` to `spec.clientSecrets` of {}", wanted, to_string(use.target));
        diagnostics_.push_back(std::move(diagnostic));
    }

    /// Names of what `api` declares to expose; nothing when its manifest leaves the list out: then the tenant decides.
    static std::optional<std::vector<std::string>> exposed(const DesiredResource& api, bool roles) {
        const auto it = api.attributes.find(roles ? model::path::exposed_roles : model::path::exposed_scopes);
        if (it == api.attributes.end()) return std::nullopt;
        std::vector<std::string> names;
        for (const auto& element : it->second.elements) {
            const auto* allowed = element.value.find("allowed");
            const auto* holders = allowed == nullptr ? nullptr : allowed->as_list();
            const bool fits =
                !roles || (holders != nullptr &&
                           std::find(holders->begin(), holders->end(), model::Value("application")) != holders->end());
            if (fits) names.push_back(element.name);
        }
        return names;
    }

    static bool declares_role(const DesiredResource& api, std::string_view name) {
        const auto it = api.attributes.find(model::path::exposed_roles);
        return it != api.attributes.end() && std::any_of(it->second.elements.begin(), it->second.elements.end(),
                                                         [&](const auto& element) { return element.name == name; });
    }

    [[nodiscard]] bool is_consented(const model::ReferenceUse& use, const Declaration& user) const {
        const auto resource = graph_.resources.find(user.address);
        if (resource == graph_.resources.end()) return false;
        const auto consent = resource->second.attributes.find(model::path::consented_roles);
        return consent != resource->second.attributes.end() &&
               std::any_of(consent->second.elements.begin(), consent->second.elements.end(),
                           [&](const auto& element) { return element.span == use.span; });
    }

    /// The role is there, and nobody can give it to an application. To ask for it is no mistake to Entra; to consent
    /// is.
    static Diagnostic for_people_only(const model::ReferenceUse& use, std::string_view role, bool consented) {
        Diagnostic diagnostic;
        diagnostic.code = "RG0330";
        diagnostic.severity = consented ? model::Severity::error : model::Severity::warning;
        diagnostic.message =
            fmt::format("the role `{}` of {} is for users and groups only", role, to_string(use.target));
        diagnostic.span = use.span;
        diagnostic.label = "no application can hold it";
        diagnostic.help = "add `application` to its `allowed` there, or leave it out here";
        return diagnostic;
    }

    void check_permission(const model::ReferenceUse& use, const DesiredResource& api, const Declaration& user) {
        const auto rest = use.needs.substr(permission_prefix.size());
        const auto type = rest.substr(0, rest.find('/')), wanted = rest.substr(type.size() + 1);
        const bool is_role = type == "application";
        const auto names = exposed(api, is_role);
        if (!names || std::find(names->begin(), names->end(), wanted) != names->end()) return;
        if (is_role && declares_role(api, wanted)) {
            diagnostics_.push_back(for_people_only(use, wanted, is_consented(use, user)));
            return;
        }
        Diagnostic diagnostic;
        diagnostic.code = "RG0330";
        diagnostic.message = fmt::format("{} exposes no {} `{}`", to_string(use.target),
                                         is_role ? "role for applications" : "scope", wanted);
        diagnostic.span = use.span;
        diagnostic.label = fmt::format("not among its `exposes.{}`", is_role ? "roles" : "scopes");
        if (!names->empty())
            diagnostic.notes = {fmt::format("its {}: {}", is_role ? "roles" : "scopes", fmt::join(*names, ", "))};
        const auto others = exposed(api, !is_role);
        if (others && std::find(others->begin(), others->end(), wanted) != others->end())
            diagnostic.help = fmt::format("`{}` is a {}: write it under `{}`", wanted, is_role ? "scope" : "role",
                                          is_role ? "delegated" : "application");
        if (diagnostic.help.empty()) diagnostic.help = did_you_mean(wanted, *names);
        if (diagnostic.help.empty())
            diagnostic.help =
                fmt::format("add it to `spec.exposes.{}` of {}", is_role ? "roles" : "scopes", to_string(use.target));
        diagnostics_.push_back(std::move(diagnostic));
    }

    const DesiredGraph& graph_;
    model::Diagnostics& diagnostics_;
};

/// Finds circles of early references by depth-first search; each is told once, from its first address on.
class CircleSearch {
public:
    CircleSearch(const std::vector<const Declaration*>& declarations, model::Diagnostics& diagnostics)
        : diagnostics_(diagnostics) {
        for (const auto* declaration : declarations) {
            for (const auto& use : declaration->references) {
                if (use.early) edges_[declaration->address].push_back(&use);
            }
        }
    }

    void run() {
        for (const auto& [address, uses] : edges_) visit(address);
    }

private:
    void visit(const model::Address& address) {
        if (done_.contains(address)) return;
        on_path_.push_back(address);
        for (const auto* use : edges_[address]) {
            path_.push_back(use);
            const auto begin = std::find(on_path_.begin(), on_path_.end(), use->target);
            if (begin != on_path_.end()) {
                tell(static_cast<std::size_t>(begin - on_path_.begin()));
            } else if (edges_.contains(use->target)) {
                visit(use->target);
            }
            path_.pop_back();
        }
        on_path_.pop_back();
        done_.insert(address);
    }

    void tell(std::size_t from) {
        Diagnostic diagnostic;
        diagnostic.code = "RG0313";
        std::string chain;
        for (std::size_t i = from; i < on_path_.size(); ++i) chain += to_string(on_path_[i]) + " → ";
        diagnostic.message = fmt::format("a circle that cannot be carried out: {}{}", chain, to_string(on_path_[from]));
        diagnostic.span = path_[from]->span;
        diagnostic.label =
            fmt::format("{} needs {} to be created", to_string(on_path_[from]), to_string(path_[from]->target));
        for (std::size_t i = from + 1; i < path_.size(); ++i) {
            diagnostic.secondary.push_back({path_[i]->span, fmt::format("needs {}", to_string(path_[i]->target))});
        }
        diagnostic.help = "remove one of these references";
        diagnostics_.push_back(std::move(diagnostic));
    }

    std::map<model::Address, std::vector<const model::ReferenceUse*>> edges_;
    std::vector<model::Address> on_path_;
    std::vector<const model::ReferenceUse*> path_;
    std::set<model::Address> done_;
    model::Diagnostics& diagnostics_;
};

}  // namespace

void check_references(const std::vector<const Declaration*>& declarations, const DesiredGraph& graph,
                      model::Diagnostics& diagnostics) {
    ReferenceCheck check(graph, diagnostics);
    for (const auto* declaration : declarations) {
        for (const auto& use : declaration->references) check.check(use, *declaration);
    }
    CircleSearch(declarations, diagnostics).run();
}

}  // namespace regent::plan
