#include "simulator/simulator.hpp"

#include "simulator/arm.hpp"
#include "simulator/directory.hpp"
#include "simulator/faults.hpp"
#include "simulator/graph_service.hpp"
#include "simulator/jwt.hpp"
#include "simulator/key_vault.hpp"
#include "simulator/login.hpp"
#include "simulator/powerapps.hpp"
#include "simulator/seed_applications.hpp"
#include "simulator/server.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace regent::simulator {
namespace {

using nlohmann::json;
constexpr std::string_view control_prefix = "/_simulator/";
constexpr std::size_t remembered_requests = 100'000;

class MovableClock final : public Clock {
public:
    Time now() const override { return std::chrono::system_clock::now() + offset; }
    std::chrono::seconds offset{0};
};

Response json_response(int status, const json& body) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/json");
    response.body = body.dump(2) + "\n";
    return response;
}

Response refused(int status, const std::string& message) {
    return json_response(status, {{"error", {{"code", "Simulator"}, {"message", message}}}});
}

}  // namespace

class Simulator::Core {
public:
    explicit Core(Options given)
        : options_(std::move(given)),
          directory_(clock_, options_.tenant_id, options_.random_seed),
          faults_(options_.random_seed) {
        services_.push_back(make_login(directory_, key_));
        services_.push_back(make_graph(directory_));
        services_.push_back(make_arm(clock_, options_.tenant_id));
        services_.push_back(make_power_apps(clock_, options_.tenant_id));
        services_.push_back(make_key_vault(clock_, options_.tenant_id));
        for (auto& service : services_) {
            service->intercept = [this](const Request& request) { return strike_inside_batch(request); };
        }
        if (!options_.request_log.empty()) log_.open(options_.request_log, std::ios::app);
        if (!options_.seed_file.empty()) seed(read_seed(options_.seed_file));
        if (options_.seed_applications > 0) seed_applications(directory_, options_.seed_applications);
        ServerOptions server;
        server.address = options_.address;
        server.port = options_.port;
        server.tls_certificate = options_.tls_certificate;
        server.tls_key = options_.tls_key;
        server_ = std::make_unique<Server>(server, [this](const Request& request) { return handle(request); });
    }

    Server& server() { return *server_; }
    bool has_tls() const { return !options_.tls_certificate.empty(); }

    Response control(const Request& request) {
        try {
            return control_answer(request);
        } catch (const std::exception& error) {
            return refused(400, error.what());
        }
    }

    json state() const {
        json state{{"tenantId", options_.tenant_id}};
        for (const auto& service : services_) state[service->state_key()] = service->dump();
        return state;
    }

    std::vector<LoggedRequest> requests() const { return requests_; }

private:
    static json read_seed(const std::string& file) {
        std::ifstream stream(file, std::ios::binary);
        std::stringstream text;
        text << stream.rdbuf();
        if (!stream) throw std::runtime_error("the seed file " + file + " cannot be read");
        try {
            return json::parse(text.str());
        } catch (const std::exception& error) {
            throw std::runtime_error(file + ": " + error.what());
        }
    }

    void seed(const json& state) {
        if (!state.is_object())
            throw std::runtime_error("a seed is a JSON object with members `graph` and `powerApps`");
        for (const auto& [name, value] : state.items()) {
            if (name == "tenantId") continue;
            const auto service = std::find_if(services_.begin(), services_.end(),
                                              [&, &key = name](const auto& s) { return s->state_key() == key; });
            if (service == services_.end())
                throw std::runtime_error("no service has the state `" + name + "`: graph, powerApps, arm, keyVault");
            (*service)->seed(value);
        }
    }

    Verdict handle(const Request& request) {
        if (request.path.rfind(control_prefix, 0) == 0) return {control(request), Verdict::Ending::answer, {}};
        const auto fault = faults_.strike(request);
        Verdict verdict;
        verdict.delay = options_.latency;
        if (fault && fault->kind == Fault::Kind::drop_before) {
            verdict.ending = Verdict::Ending::close;
        } else if (fault && fault->kind == Fault::Kind::status) {
            verdict.response = fault_response(*fault);
        } else {
            verdict.response = serve(request);
            if (fault) bend(*fault, verdict);
        }
        verdict.response.set_header("Date", http_date(clock_.now()));
        remember(request, verdict);
        return verdict;
    }

    static void bend(const Fault& fault, Verdict& verdict) {
        switch (fault.kind) {
            case Fault::Kind::drop_after:
                verdict.ending = Verdict::Ending::close;
                break;
            case Fault::Kind::truncate:
                verdict.ending = Verdict::Ending::truncate;
                break;
            case Fault::Kind::delay:
                verdict.delay += std::chrono::milliseconds(fault.delay_ms);
                break;
            case Fault::Kind::error_after:
                verdict.response = fault_response(fault);
                break;
            default:
                break;
        }
    }

    std::optional<Response> strike_inside_batch(const Request& request) {
        const auto fault = faults_.strike(request);
        if (!fault || fault->kind != Fault::Kind::status) return std::nullopt;
        return fault_response(*fault);
    }

    Response serve(const Request& request) {
        for (auto& service : services_) {
            if (!service->serves(request)) continue;
            auto token = check_token(request, key_, clock_.now());
            return service->handle(request, token.caller, token.error);
        }
        return refused(404, "nothing is simulated at " + request.path);
    }

    void remember(const Request& request, const Verdict& verdict) {
        const bool answered = verdict.ending == Verdict::Ending::answer;
        // The query of a signed address is a key to what it names.
        auto target = request.target;
        if (const auto signature = target.find("sig="); signature != std::string::npos)
            target = target.substr(0, target.find('?')) + "?(signed)";
        LoggedRequest entry{request.method,
                            target,
                            answered ? verdict.response.status : 0,
                            answered ? verdict.response.body.size() : 0,
                            request.connection,
                            verdict.response.resource_units,
                            request.header("client-request-id").value_or("")};
        if (log_.is_open()) {
            log_ << json{{"time", format_time(clock_.now(), 3)},
                         {"method", entry.method},
                         {"path", entry.target},
                         {"status", entry.status},
                         {"bytes", entry.bytes},
                         {"connection", entry.connection},
                         {"resourceUnits", entry.resource_units},
                         {"clientRequestId", entry.client_request_id}}
                        .dump()
                 << std::endl;
        }
        if (requests_.size() < remembered_requests) requests_.push_back(std::move(entry));
    }

    Response control_answer(const Request& request) {
        const auto what = request.path.substr(control_prefix.size());
        const auto body = request.body.empty() ? json::object() : json::parse(request.body);
        const bool get = request.method == "GET", post = request.method == "POST";
        if (what == "state" && get) return json_response(200, state());
        if (what == "state" && post) return seed(body), json_response(200, {{"seeded", true}});
        if (what == "change" && post) return change(body);
        if (what == "faults" && get) return json_response(200, faults_.list());
        if (what == "faults" && post) return json_response(200, {{"id", faults_.add(body)}});
        if (what == "faults" && request.method == "DELETE") return faults_.clear(), json_response(200, json::object());
        if (what == "replicas" && post) return set_lag(body);
        if (what == "clock" && post) {
            clock_.offset += std::chrono::seconds(body.value("advanceSeconds", 0L));
            return json_response(200, {{"now", format_time(clock_.now())}});
        }
        if (what == "switches" && get) return json_response(200, switches());
        if (what == "switches" && post) return set_switches(body);
        if (what == "requests" && get) return json_response(200, logged());
        if (what == "reset" && post) return reset();
        return refused(404, "the control surface has no " + request.method + " " + what);
    }

    Response change(const json& body) {
        const auto path = body.value("path", "");
        for (auto& service : services_) {
            if (service->change(percent_decoded(path, false), body)) return json_response(200, {{"changed", path}});
        }
        return refused(404, "nothing is at `" + path + "`, or the body holds neither patch, put nor delete");
    }

    Response set_lag(const json& body) {
        const auto lag = body.value("lagSeconds", 0L);
        for (auto& service : services_) {
            if (service->switches().contains("replicaLagSeconds")) service->set_switches({{"replicaLagSeconds", lag}});
        }
        return json_response(200, {{"lagSeconds", lag}});
    }

    json switches() const {
        json all;
        for (const auto& service : services_) all[service->state_key()] = service->switches();
        return all;
    }

    Response set_switches(const json& body) {
        for (const auto& [name, values] : body.items()) {
            const auto service = std::find_if(services_.begin(), services_.end(),
                                              [&, &key = name](const auto& s) { return s->state_key() == key; });
            if (service == services_.end())
                return refused(400, "no service is called `" + name + "`: login, graph, powerApps, arm, keyVault");
            (*service)->set_switches(values);
        }
        return json_response(200, switches());
    }

    json logged() const {
        auto list = json::array();
        for (const auto& entry : requests_)
            list.push_back({{"method", entry.method},
                            {"path", entry.target},
                            {"status", entry.status},
                            {"connection", entry.connection}});
        return list;
    }

    Response reset() {
        directory_.reset();
        for (auto& service : services_) {
            const auto key = service->state_key();
            if (key != "keyVault" && key != "powerApps" && key != "arm") continue;
            auto fresh = key == "keyVault"    ? make_key_vault(clock_, options_.tenant_id)
                         : key == "powerApps" ? make_power_apps(clock_, options_.tenant_id)
                                              : make_arm(clock_, options_.tenant_id);
            fresh->set_switches(service->switches());
            fresh->intercept = service->intercept;
            service = std::move(fresh);
        }
        faults_.clear();
        requests_.clear();
        return json_response(200, json::object());
    }

    const Options options_;
    MovableClock clock_;
    SigningKey key_;
    Directory directory_;
    Faults faults_;
    std::vector<std::unique_ptr<Service>> services_;
    std::vector<LoggedRequest> requests_;
    std::ofstream log_;
    std::unique_ptr<Server> server_;  // last: its thread works on everything above
};

Simulator::Simulator(Options options) : core_(std::make_unique<Core>(std::move(options))) {}
Simulator::~Simulator() {
    stop();
}

std::uint16_t Simulator::port() const noexcept {
    return core_->server().port();
}
std::string Simulator::base_url() const {
    return fmt::format("{}://127.0.0.1:{}", core_->has_tls() ? "https" : "http", port());
}

std::string Simulator::control(const std::string& method, const std::string& path, const std::string& body) {
    Request request;
    request.method = method;
    request.target = request.path = std::string(control_prefix) + path;
    request.body = body;
    Response response;
    core_->server().run_inside([&] { response = core_->control(request); });
    if (response.status >= 400) throw std::runtime_error(response.body);
    return response.body;
}

std::string Simulator::state() {
    return control("GET", "state");
}

std::vector<LoggedRequest> Simulator::requests() {
    std::vector<LoggedRequest> list;
    core_->server().run_inside([&] { list = core_->requests(); });
    return list;
}

void Simulator::stop() {
    core_->server().stop();
}

}  // namespace regent::simulator
