#include "controller/tenant.hpp"

#include "controller/cloud_metadata.hpp"
#include "controller/http_transport.hpp"
#include "controller/measured_transport.hpp"
#include "controller/person_sign_in.hpp"
#include "model/attributes.hpp"
#include "net/retry.hpp"
#include "net/system_clock.hpp"
#include "provider/connectors/dataverse/dataverse_provider.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/delivery/delivery_provider.hpp"
#include "provider/graph/batched_writes.hpp"
#include "provider/graph/credential_policies.hpp"
#include "provider/graph/graph_provider.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>

namespace regent::controller {
namespace {

/// For what Power Apps does after a save, in a run that others follow.
constexpr std::chrono::seconds short_wait{20};
constexpr std::string_view public_authority = "https://login.microsoftonline.com";

/// Entra's authority as connectors name it. Not `endpoints.login`: a connector of a simulated tenant still names the
/// real one. https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
std::string authority_of(const model::Environment& environment) {
    const auto& cloud = environment.cloud;
    const auto& login = environment.endpoints.login;
    if (!environment.endpoints.metadata.empty() && login.starts_with("https://")) return login;
    if (cloud == "usgov" || cloud == "usgov-dod") return "https://login.microsoftonline.us";
    if (cloud == "china") return "https://login.chinacloudapi.cn";
    return std::string(public_authority);
}

/// https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
std::string federated_audience_of(const std::string& cloud) {
    if (cloud == "usgov" || cloud == "usgov-dod") return "api://AzureADTokenExchangeUSGov";
    if (cloud == "china") return "api://AzureADTokenExchangeChina";
    return "api://AzureADTokenExchange";
}

/// "https://{vault}.vault.azure.net" → "https://*.vault.azure.net"; a path behind the host is none of an origin.
std::string origin_of_vaults(const std::string& address) {
    auto origin = address.substr(0, address.find('/', address.find("://") + 3));
    constexpr std::string_view name = "{vault}";
    if (const auto at = origin.find(name); at != std::string::npos) origin.replace(at, name.size(), "*");
    return origin;
}

/// Where tokens for Dataverse and the Power Platform may go; nowhere when no connector of ours can be there.
void add_dataverses(const model::Environment& environment, std::vector<std::string>& origins) {
    if (environment.dataverses.empty()) return;
    origins.push_back(environment.endpoints.power_platform);
    const auto& allowed = environment.endpoints.dataverse_origins;
    origins.insert(origins.end(), allowed.begin(), allowed.end());
    for (const auto& dataverse : environment.dataverses) {
        if (!dataverse.url.empty())
            origins.push_back(dataverse.url.substr(0, dataverse.url.find('/', dataverse.url.find("://") + 3)));
    }
}

/// "the service answered 503" → "Key Vault answered 503". Of the services of Power Platform whoever reads or writes
/// knows which one it is.
std::string with_service(std::string why, std::string_view service) {
    constexpr std::string_view unnamed = "the service";
    const auto name = service == "graph"      ? "Graph"
                      : service == "keyvault" ? "Key Vault"
                      : service == "azure"    ? "Azure"
                      : service == "login"    ? "Entra's sign-in"
                                              : unnamed;
    if (const auto at = why.find(unnamed); at != std::string::npos) why.replace(at, unnamed.size(), name);
    return why;
}

class ServiceTenant final : public Tenant {
public:
    ServiceTenant(const model::Environment& environment, const ConnectOptions& options, net::SignIn sign_in,
                  WaitListener on_wait, Measurements& measurements)
        : environment_(environment), person_(options.person), warnings_(std::move(sign_in.warnings)) {
        auto origins = origins_of(environment);
        CertificatePins pins;
        if (auto origin = net::origin_of(sign_in.credential); !origin.empty()) {
            if (auto pin = net::pinned_certificate_of(sign_in.credential); !pin.empty())
                pins.emplace(origin, std::move(pin));
            origins.push_back(std::move(origin));
        }
        transport_ =
            std::make_unique<MeasuredTransport>(make_http_transport(options, std::move(origins), rng_, std::move(pins)),
                                                environment.endpoints, clock_, measurements);
        tokens_ =
            net::make_token_source(*transport_, clock_, rng_,
                                   {environment.endpoints.login, environment.tenant_id, std::move(sign_in.client_id),
                                    std::move(sign_in.credential), federated_audience_of(environment.cloud)},
                                   [origin = environment.endpoints.login, on_wait](auto wait, const auto& why) {
                                       if (on_wait) on_wait(origin, wait, "sign-in: " + why.message);
                                   });
        tokens_ = with_person(std::move(tokens_), environment, options.person, *transport_, clock_, rng_);
        if (options.batch_writes)
            batched_writes_ = provider::graph::make_batched_writes(
                *transport_, environment.endpoints.graph,
                [this](const auto& request, const auto& outcome) { transport_->answered_in_batch(request, outcome); });
        auto* outermost = batched_writes_ ? batched_writes_.get() : static_cast<net::Transport*>(transport_.get());
        session_ =
            net::make_session(*outermost, *tokens_, clock_, rng_, {},
                              [this, on_wait = std::move(on_wait)](const auto& request, auto wait, const auto& why) {
                                  transport_->waited(request, wait);
                                  if (on_wait)
                                      on_wait(request.origin, wait, with_service(why, transport_->service_of(request)));
                              });
        reading_ = net::make_session_for_reads(*session_, clock_);
        const provider::Identity identity{environment.owner, environment.name, environment.tenant_id};
        graph_.origin = environment.endpoints.graph;
        graph_.scope = environment.endpoints.graph_scope;
        graph_.identity = identity;
        graph_.replication_grace = options.replication_grace;
        graph_.accepts_secret = [this](const auto& app_id, const auto& secret) { return signs_in(app_id, secret); };
        power_apps_.origin = environment.endpoints.power_apps;
        power_apps_.scope = environment.endpoints.power_apps_scope;
        power_apps_.environments = provider::connectors::EnvironmentNames(environment.power_platform_environments);
        power_apps_.person = environment.sign_in.power_apps;
        power_apps_.login_origin = authority_of(environment);
        power_apps_.identity = identity;
        power_apps_.lookup_grace = std::min(options.replication_grace, power_apps_.lookup_grace);
        dataverse_.dataverses = environment.dataverses;
        dataverse_.platform_origin = environment.endpoints.power_platform;
        dataverse_.power_apps = power_apps_;
        dataverse_.identity = identity;
        logic_apps_.origin = environment.endpoints.resource_manager;
        logic_apps_.scope = environment.endpoints.resource_manager_scope;
        logic_apps_.login_origin = authority_of(environment);
        // Where connections come back to in other clouds is written nowhere; their answers have to say it.
        if (logic_apps_.login_origin != public_authority) logic_apps_.redirect_url.clear();
        logic_apps_.identity = identity;
        logic_apps_.person = environment.sign_in.resource_manager;
        logic_apps_.account = environment.sign_in.account;
        delivery_ = {options.delivery, environment.endpoints.key_vault, environment.endpoints.key_vault_scope,
                     fmt::format("{}.{}.{}", environment.tenant_id, environment.owner, environment.name)};
    }

    tl::expected<model::Snapshot, provider::ProviderError> observe(const model::Scope& scope,
                                                                   provider::ReadProgress& progress) override {
        auto seen = look(scope, nullptr, progress);
        if (!seen) return tl::unexpected(std::move(seen.error()));
        return std::move(seen->snapshot);
    }

    tl::expected<Seen, provider::ProviderError> observe_changes(const model::Scope& scope,
                                                                const provider::ReadOrder& order,
                                                                provider::ReadProgress& progress) override {
        // Who looks again and again comes back for what is late, and holds nothing else up by waiting for it.
        power_apps_.identity_patience = dataverse_.identity_patience = {short_wait, std::chrono::seconds(0)};
        dataverse_.sync_patience = short_wait;
        return look(scope, &order, progress);
    }

    /// Without an order everything is read, and nothing is remembered of it.
    tl::expected<Seen, provider::ProviderError> look(const model::Scope& scope, const provider::ReadOrder* order,
                                                     provider::ReadProgress& progress) {
        if (!graph_observer_) graph_observer_ = provider::graph::make_graph_observer(*reading_, clock_, graph_);
        Seen seen;
        auto& snapshot = seen.snapshot;
        snapshot.taken_at = clock_.now();
        if (order != nullptr) {
            auto from = graph_observer_->observe_changes(scope, *order, snapshot, progress);
            if (!from) return tl::unexpected(std::move(from.error()));
            seen.from = *from;
        } else if (auto read = graph_observer_->observe(scope, snapshot, progress); !read) {
            return tl::unexpected(std::move(read.error()));
        }
        if (!policy_observer_)
            policy_observer_ = provider::graph::make_credential_policy_observer(*reading_, clock_, graph_);
        if (auto read = policy_observer_->observe(scope, snapshot, progress); !read)
            return tl::unexpected(std::move(read.error()));
        if (!delivery_observer_) delivery_observer_ = provider::delivery::make_delivery_observer(*reading_, delivery_);
        if (auto read = delivery_observer_->observe(scope, snapshot, progress); !read)
            return tl::unexpected(std::move(read.error()));
        auto connectors = look_at_connectors(scope, order, snapshot, progress);
        if (!connectors) return tl::unexpected(std::move(connectors.error()));
        if (*connectors == provider::ReadFrom::memory) seen.from = provider::ReadFrom::memory;
        return seen;
    }

    tl::expected<void, provider::ProviderError> read_connectors(const model::Scope& scope) override {
        model::Snapshot unused;
        auto read = look_at_connectors(scope, nullptr, unused, provider::unwatched());
        if (!read) return tl::unexpected(std::move(read.error()));
        return {};
    }

    tl::expected<provider::ReadFrom, provider::ProviderError> look_at_connectors(const model::Scope& scope,
                                                                                 const provider::ReadOrder* order,
                                                                                 model::Snapshot& snapshot,
                                                                                 provider::ReadProgress& progress) {
        auto from = provider::ReadFrom::tenant;
        const bool connectors = !scope.power_platform_environments.empty() ||
                                std::any_of(scope.wanted.begin(), scope.wanted.end(),
                                            [](const auto& w) { return w.address.kind == model::kind::connector; });
        if (!power_apps_observer_)
            power_apps_observer_ = provider::powerapps::make_powerapps_observer(*reading_, clock_, power_apps_);
        if (connectors) {
            auto read = order == nullptr ? as_read(power_apps_observer_->observe(scope, snapshot, progress))
                                         : power_apps_observer_->observe_changes(scope, *order, snapshot, progress);
            if (!read) return read;
            from = *read;
        }
        if (!scope.dataverses.empty()) {
            if (!dataverse_observer_)
                dataverse_observer_ = provider::dataverse::make_dataverse_observer(*reading_, clock_, dataverse_);
            if (auto read = dataverse_observer_->observe(scope, snapshot, progress); !read)
                return tl::unexpected(std::move(read.error()));
        }
        if (!logic_apps_observer_)
            logic_apps_observer_ = provider::logicapps::make_logicapps_observer(*reading_, clock_, logic_apps_);
        if (auto read = logic_apps_observer_->observe(scope, snapshot, progress); !read)
            return tl::unexpected(std::move(read.error()));
        return from;
    }

    static tl::expected<provider::ReadFrom, provider::ProviderError> as_read(
        tl::expected<void, provider::ProviderError> read) {
        if (!read) return tl::unexpected(std::move(read.error()));
        return provider::ReadFrom::tenant;
    }

    tl::expected<model::Survey, provider::ProviderError> survey(const model::Selection& selection,
                                                                provider::ReadProgress& progress) override {
        model::Survey survey;
        if (selection.has_applications()) {
            auto read = provider::graph::make_graph_surveyor(*reading_, clock_, graph_)->survey(selection, progress);
            if (!read) return read;
            survey = std::move(*read);
        }
        survey.missing_connectors = selection.connectors.names;
        if (!selection.connectors.environments.empty()) {
            auto read = provider::powerapps::make_powerapps_surveyor(*reading_, clock_, power_apps_)
                            ->survey(selection, progress);
            if (!read) return read;
            add_connectors(survey, std::move(*read));
            if (!dataverse_.dataverses.empty()) {
                auto rows = provider::dataverse::make_dataverse_surveyor(*reading_, clock_, dataverse_)
                                ->survey(selection, progress);
                if (!rows) return rows;
                take_over_rows(survey, std::move(*rows));
            }
        }
        if (!selection.connectors.resource_groups.empty()) {
            auto read = provider::logicapps::make_logicapps_surveyor(*reading_, clock_, logic_apps_)
                            ->survey(selection, progress);
            if (!read) return read;
            add_connectors(survey, std::move(*read));
        }
        return survey;
    }

    /// What none of the services has is missing.
    static void add_connectors(model::Survey& survey, model::Survey more) {
        std::move(more.connectors.begin(), more.connectors.end(), std::back_inserter(survey.connectors));
        const auto& missing = more.missing_connectors;
        std::erase_if(survey.missing_connectors, [&](const auto& name) {
            return std::find(missing.begin(), missing.end(), name) == missing.end();
        });
    }

    /// Power Apps shows connectors of solutions, too: where the Dataverse was read, its rows are what they are.
    static void take_over_rows(model::Survey& survey, model::Survey rows) {
        for (const auto& row : rows.connectors) {
            std::erase_if(survey.connectors, [&](const auto& shown) {
                const auto name = row.resource.outputs.find(model::output::connector_name);
                return shown.row_id == row.row_id ||
                       (name != row.resource.outputs.end() && shown.resource.id == name->second);
            });
        }
        add_connectors(survey, std::move(rows));
    }

    tl::expected<SignedIn, SignInError> signed_in() override {
        auto token = tokens_->token(graph_.scope);
        if (!token) return tl::unexpected(SignInError{token.error().message, token.error().help});
        return SignedIn{token->object_id, token->tenant_id, token->roles};
    }

    tl::expected<PersonSignedIn, SignInError> person_signed_in(const std::string& scope) override {
        if (is_delegated(environment_, scope)) {
            if (auto token = tokens_->token(scope); !token)
                return tl::unexpected(SignInError{token.error().message, token.error().help});
        }
        auto kept = kept_sign_in(environment_, person_);
        if (!kept) return tl::unexpected(std::move(kept.error()));
        return PersonSignedIn{kept->user, kept->signed_in_at};
    }

    Reached reach(const std::string& origin) override {
        net::Request request;
        request.origin = origin;
        request.target = "/";
        const auto outcome = transport_->send(request);
        Reached reached;
        reached.answered = outcome.fate == net::Fate::answered;
        reached.error = outcome.error;
        if (const auto date = net::find_header(outcome.headers, "Date"))
            reached.date = net::parse_http_date(std::string(*date));
        return reached;
    }

    tl::expected<std::set<std::string>, provider::ProviderError> owned_among(
        const std::set<std::string>& object_ids) override {
        return provider::graph::owned_among(*session_, clock_, graph_, object_ids);
    }

    std::vector<provider::Writer*> writers() override {
        // Anew: it remembers what APIs publish and what it wrote, for as long as one plan is carried out.
        graph_writer_ = provider::graph::make_graph_writer(*session_, clock_, graph_);
        if (!power_apps_writer_)
            power_apps_writer_ = provider::powerapps::make_powerapps_writer(*session_, clock_, power_apps_);
        if (!logic_apps_writer_)
            logic_apps_writer_ = provider::logicapps::make_logicapps_writer(*session_, clock_, logic_apps_);
        if (!delivery_writer_)
            delivery_writer_ = provider::delivery::make_delivery_writer(*session_, clock_, delivery_);
        if (!dataverse_writer_)
            dataverse_writer_ = provider::dataverse::make_dataverse_writer(*session_, clock_, dataverse_);
        return {delivery_writer_.get(), graph_writer_.get(), power_apps_writer_.get(), dataverse_writer_.get(),
                logic_apps_writer_.get()};
    }

    std::optional<model::Endpoints> named_by_cloud() const override {
        if (environment_.endpoints.metadata.empty()) return std::nullopt;
        return environment_.endpoints;
    }
    std::chrono::seconds replication_grace() const override { return graph_.replication_grace; }
    const std::vector<std::string>& warnings() const override { return warnings_; }
    net::SessionCounters counters() const override { return session_->counters(); }
    std::vector<ServiceCounters> services() const override { return transport_->counters(); }
    net::Clock& clock() override { return clock_; }
    std::optional<std::chrono::seconds> clock_ahead() const override { return transport_->clock_ahead(); }
    net::Rng& rng() override { return rng_; }
    void interrupt() noexcept override { clock_.interrupt(); }

private:
    /// Refused for anything but the secret, it is not the secret's fault.
    bool signs_in(const std::string& app_id, const model::Secret& secret) {
        const auto tokens = net::make_token_source(
            *transport_, clock_, rng_,
            {environment_.endpoints.login, environment_.tenant_id, app_id, net::Secret::copy_of(secret.reveal())});
        const auto token = tokens->token(graph_.scope);
        return token || token.error().message.find("AADSTS7000215") == std::string::npos;
    }

    static std::vector<std::string> origins_of(const model::Environment& environment) {
        const auto& endpoints = environment.endpoints;
        std::vector<std::string> origins = {endpoints.login, endpoints.graph, endpoints.power_apps,
                                            endpoints.resource_manager};
        origins.insert(origins.end(), endpoints.blob_origins.begin(), endpoints.blob_origins.end());
        origins.push_back(origin_of_vaults(endpoints.key_vault));
        add_dataverses(environment, origins);
        std::erase(origins, std::string());  // what the cloud did not name
        return origins;
    }

    const model::Environment environment_;
    const PersonFiles person_;
    const std::vector<std::string> warnings_;
    net::SystemClock clock_;
    net::SystemRng rng_;
    std::unique_ptr<MeasuredTransport> transport_;
    std::unique_ptr<net::Transport> batched_writes_;
    std::unique_ptr<net::TokenSource> tokens_;
    std::unique_ptr<net::Session> session_;
    std::unique_ptr<net::Session> reading_;  ///< the same for observers and surveyors
    provider::graph::GraphOptions graph_;
    provider::powerapps::PowerAppsOptions power_apps_;
    provider::logicapps::LogicAppsOptions logic_apps_;
    provider::dataverse::DataverseOptions dataverse_;
    provider::delivery::DeliveryOptions delivery_;
    std::unique_ptr<provider::Observer> graph_observer_, power_apps_observer_, dataverse_observer_, delivery_observer_,
        policy_observer_, logic_apps_observer_;
    std::unique_ptr<provider::Writer> graph_writer_, power_apps_writer_, dataverse_writer_, delivery_writer_,
        logic_apps_writer_;
};

/// Where the manifests leave it to the cloud. By a transport of its own: the answer decides what others may talk to.
tl::expected<model::Environment, SignInError> locate(const model::Environment& environment,
                                                     const ConnectOptions& options) {
    net::SystemClock clock;
    net::SystemRng rng;
    const auto transport = make_http_transport(options, {environment.endpoints.metadata}, rng);
    auto found = ask_cloud(environment.endpoints, *transport, clock);
    if (!found) return tl::unexpected(std::move(found.error()));
    auto located = environment;
    located.endpoints = std::move(*found);
    return located;
}

/// GUIDs are the same in capitals.
bool same_tenant(const std::string& a, const std::string& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

tl::expected<std::unique_ptr<Tenant>, SignInError> connect(const model::Environment& environment,
                                                           const ConnectOptions& options, net::SignIn sign_in,
                                                           WaitListener on_wait, Measurements& measurements) {
    if (!sign_in.tenant_id.empty() && !same_tenant(sign_in.tenant_id, environment.tenant_id)) {
        return tl::unexpected(
            SignInError{fmt::format("the credential is for tenant {}, the environment `{}` is tenant {}",
                                    sign_in.tenant_id, environment.name, environment.tenant_id),
                        "set AZURE_TENANT_ID to the environment's tenant, or choose another environment with -e"});
    }
    if (environment.endpoints.metadata.empty())
        return std::make_unique<ServiceTenant>(environment, options, std::move(sign_in), std::move(on_wait),
                                               measurements);
    auto located = locate(environment, options);
    if (!located) return tl::unexpected(std::move(located.error()));
    return std::make_unique<ServiceTenant>(*located, options, std::move(sign_in), std::move(on_wait), measurements);
}

}  // namespace regent::controller
