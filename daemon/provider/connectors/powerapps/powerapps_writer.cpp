#include "model/appended_tags.hpp"
#include "model/attributes.hpp"
#include "provider/connectors/backend.hpp"
#include "provider/connectors/machine_secret.hpp"
#include "provider/connectors/powerapps/connector_definition.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/powerapps/connector_removal.hpp"
#include "provider/connectors/powerapps/connector_saver.hpp"
#include "provider/connectors/powerapps/connector_sharing.hpp"
#include "provider/connectors/powerapps/file_upload.hpp"
#include "provider/connectors/powerapps/identity_arrival.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/connectors/powerapps/what_others_manage.hpp"
#include "provider/connectors/powerapps/written_step.hpp"
#include "provider/write_trial.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace regent::provider::powerapps {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

bool writes_auth(const plan::Step& step) {
    return std::any_of(step.changed.begin(), step.changed.end(),
                       [](const auto& path) { return path.rfind("auth.", 0) == 0; });
}

class PowerAppsWriter final : public Writer, public TriesWriting {
public:
    PowerAppsWriter(net::Session& session, net::Clock& clock, PowerAppsOptions options)
        : clock_(clock),
          options_(std::move(options)),
          client_(session, clock_, options_),
          saver_(session.tokens(), options_.scope) {}

    bool handles(std::string_view kind) const noexcept override { return kind == model::kind::connector; }
    std::vector<WriteTrial> try_writing(const model::Scope& scope) override {
        const bool uploads = std::any_of(scope.wanted.begin(), scope.wanted.end(), [](const auto& wanted) {
            return wanted.managed.contains(model::path::icon) || wanted.managed.contains(model::path::script);
        });
        std::vector<WriteTrial> trials;
        for (const auto& environment : scope.power_platform_environments) {
            trials.push_back({"save connectors", client_.try_to_save(environment)});
            if (uploads) trials.push_back({"upload icons and scripts", client_.try_to_upload(environment)});
        }
        return trials;
    }
    bool carries_out(const plan::Step& step) const noexcept override {
        return connectors::is_kept_by(model::backend::environment, step);
    }

    tl::expected<StepResult, ProviderError> apply(const plan::Step& step, const StepInput& input) override {
        const auto machine = read_machine_secrets(step);
        if (!machine) return tl::unexpected(machine.error());
        const auto keyed = connectors::with_machine_keys(step, options_.machine_secret);
        if (!keyed) return tl::unexpected(keyed.error());
        auto result = carry_out(keyed->step, input, *machine);
        if (result) return result;
        auto& words = result.error().service;
        for (const auto* secrets : {&input.secrets, &*machine, &keyed->keys})
            for (const auto& [name, secret] : *secrets) words = connectors::without_secret(std::move(words), secret);
        return result;
    }

private:
    using MachineSecrets = std::map<std::string, model::Secret, std::less<>>;

    tl::expected<StepResult, ProviderError> carry_out(const plan::Step& step, const StepInput& input,
                                                      const MachineSecrets& machine) {
        if (step.part.rfind(shares_part, 0) == 0) return write_share(client_, step, input);
        switch (step.work) {
            case plan::Work::create:
                return create(step, input, machine);
            case plan::Work::adopt:
            case plan::Work::update:
            case plan::Work::complete:
                return update(step, input, machine);
            case plan::Work::await:
                return await_identity(client_, clock_, options_.identity_patience, step, input);
            case plan::Work::remove:
                return remove_connector(client_, options_.identity, step, input);
            default:
                break;
        }
        return tl::unexpected(
            bug(step, fmt::format("a connector has no step \"{} {}\"", to_string(step.work), step.part)));
    }

    tl::expected<MachineSecrets, ProviderError> read_machine_secrets(const plan::Step& step) const {
        MachineSecrets secrets;
        for (const auto& [set, name] : connectors::machine_secrets_for(step)) {
            auto secret = options_.machine_secret ? options_.machine_secret(name) : connectors::machine_secret(name);
            if (!secret) return tl::unexpected(connectors::missing_machine_secret(step.address, name, secret.error()));
            secrets.emplace(set, std::move(*secret));
        }
        return secrets;
    }

    ConnectorMark mark_of(const plan::Step& step, const StepInput& input) {
        auto mark = connectors::mark_for(step, input, options_.identity);
        if (step.work != plan::Work::create) mark.connector = connector_name(step, input);
        const bool has_secret = !mark.secret_key_id.empty() || !mark.secret_from.empty();
        // Of a new one, which cannot name itself yet, this tells it from a copy.
        const bool is_of_use = has_secret || step.work == plan::Work::create;
        if (is_of_use && mark.saved_by.empty()) mark.saved_by = saver_.id();
        return mark;
    }

    /// A mark that calls us by another id than the service does would say that somebody else has saved the connector.
    tl::expected<void, ProviderError> correct_saver(const plan::Step& step, const std::string& environment,
                                                    const json& there, const json& sent) {
        const auto facts = facts_of(there);
        if (step.work != plan::Work::create && !has_moved(step, there)) return {};  // an answer from before the save
        auto document = corrected(sent, facts.saved_by);
        if (!document) return {};
        saver_.learn(facts.saved_by);
        return client_.update(environment, facts.name, *document);
    }

    static model::Secret secret_of(const StepInput& input) {
        const auto it = input.secrets.find(model::path::auth_client_secret);
        return it == input.secrets.end() ? model::Secret{} : it->second;
    }

    tl::expected<StepResult, ProviderError> create(const plan::Step& step, const StepInput& input,
                                                   const MachineSecrets& machine) {
        const auto environment = environment_of(step);
        const auto mark = mark_of(step, input);
        if (input.may_have_been_sent) {
            tell_progress(input, "looking whether an earlier run made it");
            auto made = look_for(step, environment, mark);
            if (!made) return tl::unexpected(std::move(made.error()));
            if (*made) return finish_found(step, input, environment, **made, machine);
        }
        auto options = options_for(step, machine, true, true);
        if (auto uploaded = upload_files(client_, step, input, environment, options); !uploaded)
            return tl::unexpected(std::move(uploaded.error()));
        auto document = to_document(step.values, mark, secret_of(input), options);
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto created = client_.create(environment, *document);
        if (!created && is_short_of_script_hosts(created.error()))
            return create_in_two(step, input, environment, std::move(*document), options);
        if (created && !facts_of(*created).name.empty())
            return confirmed(step, input, environment, *created, *document);
        if (!created && !may_have_created(created.error())) return tl::unexpected(std::move(created.error()));
        // The answer is lost, or does not say what was created. A second request could make a second connector, so:
        // look, for as long as a replica may lag.
        tell_progress(input, "the answer was lost; looking whether it was created");
        auto made = look_for(step, environment, mark);
        if (made && *made) return with_outputs(environment, **made);
        ProviderError error;
        if (!created) error = std::move(created.error());
        error.kind = ErrorKind::outcome_unknown;
        error.code = "RG0707";
        error.message = fmt::format("the answer to creating {} was lost, and it could not be seen within {} s",
                                    to_string(step.address), options_.lookup_grace.count());
        error.help = "run `regent apply` again: it looks once more before it creates anything";
        return tl::unexpected(std::move(error));
    }

    /// The service runs scripts on hosts that it gives out, and sometimes has none left at the moment of creation.
    static bool is_short_of_script_hosts(const ProviderError& error) {
        return error.service.find("unassigned function app") != std::string::npos;
    }

    /// First without the script, then with it: what people do by hand when no host for a script is free. When there is
    /// still none, the connector is there, and the next run goes on.
    tl::expected<StepResult, ProviderError> create_in_two(const plan::Step& step, const StepInput& input,
                                                          const std::string& environment, json document,
                                                          const WriteOptions& options) {
        tell_progress(input, "no host for the script is free; creating without it first");
        const auto whole = document;
        document["properties"].erase("scriptDefinitionUrl");
        document["properties"].erase("scriptOperations");
        auto created = client_.create(environment, document);
        if (!created) return tl::unexpected(std::move(created.error()));
        auto second = whole;
        second["properties"].erase("displayName");
        if (options.script_url) {
            auto updated = client_.update(environment, facts_of(*created).name, second);
            if (!updated) return tl::unexpected(std::move(updated.error()));
        }
        return confirmed(step, input, environment, *created, second);
    }

    WriteOptions options_for(const plan::Step& step, const MachineSecrets& machine, bool creating,
                             bool with_connection_parameters) const {
        WriteOptions options;
        options.creating = creating;
        options.with_connection_parameters = with_connection_parameters;
        options.login_origin = options_.login_origin;
        options.changed = step.changed;
        options.machine_secrets = machine;
        return options;
    }

    /// A write is done when it can be read back: the service has answered a definition that it did not like with
    /// success, and kept the old one.
    tl::expected<StepResult, ProviderError> confirmed(const plan::Step& step, const StepInput& input,
                                                      const std::string& environment, const json& connector,
                                                      const json& sent) {
        const auto name = facts_of(connector).name;
        std::chrono::milliseconds waited{0};
        auto there = connector;
        for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(8s))) {
            auto definition = client_.definition(environment, there);
            if (definition && same_definition(std::move(*definition), sent, there)) {
                if (auto told = correct_saver(step, environment, there, sent); !told)
                    return tl::unexpected(std::move(told.error()));
                return with_outputs(environment, there);
            }
            // What cannot be read now is no proof of anything; the next run reads it.
            if (!definition && definition.error().kind != ErrorKind::not_found) return with_outputs(environment, there);
            if (waited >= options_.definition_patience) break;
            tell_progress(input, fmt::format("waiting for the definition to be seen ({} s)",
                                             std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
            if (!clock_.sleep_for(wait)) return tl::unexpected(interrupted(step));
            waited += wait;
            if (auto fresh = client_.get(environment, name)) there = std::move(*fresh);
        }
        return tl::unexpected(ProviderError{
            .kind = ErrorKind::rejected,
            .message = fmt::format("Power Apps answered with success and kept another definition of {}",
                                   to_string(step.address)),
            .service = {},
            .request_id = {},
            .time = {},
            .help = "it does so with definitions that it does not accept: import the OpenAPI file in the maker portal, "
                    "which names the place",
            .retry_after = {},
            .code = "RG0721"});
    }

    static bool same_definition(json definition, const json& sent, const json& connector) {
        const auto facts = facts_of(connector);
        auto wanted = sent["properties"]["openApiDefinition"];
        undo_service_changes(definition, facts.name, facts.service_url);
        undo_service_changes(wanted, facts.name, facts.service_url);
        model::take_appended_tags(definition, wanted);
        return definition == wanted;
    }

    /// Incomplete: a success whose body says nothing.
    static bool may_have_created(const ProviderError& error) {
        return error.kind == ErrorKind::outcome_unknown || error.kind == ErrorKind::transient ||
               error.kind == ErrorKind::incomplete;
    }

    /// Answers of a POST may lag behind the generated fields; what is missing is read.
    tl::expected<StepResult, ProviderError> with_outputs(const std::string& environment, const json& connector) {
        auto result = result_of(connector);
        const auto name = result.outputs.find(model::output::connector_name);
        if (name == result.outputs.end() || result.outputs.contains(std::string(model::output::redirect_url)))
            return result;
        const auto facts = facts_of(connector);
        if (facts.client_id.empty()) return result;  // no sign-in, no redirect URL
        auto fresh = client_.get(environment, name->second);
        return fresh ? result_of(*fresh) : result;
    }

    /// A connector that an earlier, interrupted run created: it is written again, since the secret it was given then
    /// may not be the one that was issued now.
    tl::expected<StepResult, ProviderError> finish_found(const plan::Step& step, const StepInput& input,
                                                         const std::string& environment, const json& connector,
                                                         const MachineSecrets& machine) {
        // All of it: nobody knows what of it the earlier run had sent.
        auto options = options_for(step, machine, false, true);
        for (const auto& [path, value] : step.values) options.changed.insert(path);
        if (auto uploaded = upload_files(client_, step, input, environment, options); !uploaded)
            return tl::unexpected(std::move(uploaded.error()));
        auto mark = mark_of(step, input);
        mark.connector = facts_of(connector).name;
        auto document = to_document(step.values, mark, secret_of(input), options);
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto updated = client_.update(environment, facts_of(connector).name, *document);
        if (!updated) return tl::unexpected(std::move(updated.error()));
        return with_outputs(environment, connector);
    }

    /// A copy that somebody made of an earlier one of ours carries its mark too, and is not what was sent.
    bool is_where_it_says(const ConnectorMark& there, const ConnectorMark& sent, const std::string& environment,
                          const json& connector) {
        const auto facts = facts_of(connector);
        if (is_made_by_others(facts, there, saver_.id())) return false;
        const connectors::Whereabouts place{environment, facts.display_name, facts.name};
        return !connectors::is_copied(there, place) && !connectors::is_copied(sent, place);
    }

    /// The connector with our mark, or nothing when none was seen for `lookup_grace`. An error when the process was
    /// asked to stop, or when a connector stayed unreadable: it could be the one, and must not be made again.
    tl::expected<std::optional<json>, ProviderError> look_for(const plan::Step& step, const std::string& environment,
                                                              const ConnectorMark& mark) {
        auto left = std::chrono::milliseconds(options_.lookup_grace);
        for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(8s))) {
            auto connectors = client_.list_custom(environment);
            if (!connectors) return tl::unexpected(std::move(connectors.error()));
            std::optional<ProviderError> unreadable;
            for (auto& connector : *connectors) {
                auto definition = client_.definition(environment, connector);
                if (!definition) {
                    unreadable = std::move(definition.error());
                    continue;
                }
                const auto there = take_mark(*definition);
                if (there && there->owner == mark.owner && there->name == mark.name &&
                    is_where_it_says(*there, mark, environment, connector))
                    return std::optional<json>(std::move(connector));
            }
            if (left <= 0ms) {
                if (unreadable) return tl::unexpected(std::move(*unreadable));
                return std::optional<json>{};
            }
            if (!clock_.sleep_for(std::min(wait, left))) return tl::unexpected(interrupted(step));
            left -= std::min(wait, left);
        }
    }

    tl::expected<StepResult, ProviderError> update(const plan::Step& planned, const StepInput& input,
                                                   const MachineSecrets& machine) {
        const auto environment = environment_of(planned);
        const auto name = connector_name(planned, input);
        const auto secret = secret_of(input);
        // The whole OAuth block travels only when something in it changes: leaving it out leaves the stored secret
        // alone, whatever the service does with a block that lacks one.
        const bool with_sign_in = writes_auth(planned) || !secret.empty();
        const bool gives_secret = !secret.empty() || !machine.empty();
        const auto looked_at =
            with_what_is_there(client_, options_.identity, {planned, environment, name, with_sign_in, gives_secret});
        if (!looked_at) return tl::unexpected(looked_at.error());
        const auto& step = *looked_at;
        auto values = written_values(step);
        values.insert_or_assign(std::string(model::path::environment), environment);
        auto options = options_for(step, machine, false, with_sign_in);
        if (auto uploaded = upload_files(client_, step, input, environment, options); !uploaded)
            return tl::unexpected(std::move(uploaded.error()));
        auto document = to_document(values, mark_of(step, input), secret, options);
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto updated = sent_until_seen(step, input, environment, name, *document);
        if (!updated) return tl::unexpected(std::move(updated.error()));
        auto fresh = client_.get(environment, name);
        if (!fresh) return StepResult{};
        auto result = confirmed(step, input, environment, *fresh, *document);
        if (result) result->detail.clear();
        return result;
    }

    /// A gateway in front of the service loses answers after minutes, though the write took effect: before anything is
    /// sent again, what is there is looked at.
    tl::expected<void, ProviderError> sent_until_seen(const plan::Step& step, const StepInput& input,
                                                      const std::string& environment, const std::string& name,
                                                      const json& document) {
        constexpr int tries = 4;
        for (int attempt = 1;; ++attempt) {
            auto updated = client_.update(environment, name, document);
            if (updated || !may_have_created(updated.error())) return updated;
            tell_progress(input, "the answer was lost; looking whether the write took effect");
            auto fresh = client_.get(environment, name);
            if (fresh && has_moved(step, *fresh) && holds(environment, *fresh, document)) return {};
            if (attempt == tries) {
                if (updated.error().help.empty())
                    updated.error().help =
                        fmt::format("it was sent {} times and is not there; the connector is as it was", tries);
                return updated;
            }
            if (!clock_.sleep_for(std::chrono::seconds(1 << attempt))) return tl::unexpected(interrupted(step));
        }
    }

    /// Whether the connector was saved since it was observed. A write that leaves the definition as it was is seen by
    /// nothing else.
    static bool has_moved(const plan::Step& step, const json& connector) {
        if (!step.observed) return false;
        const auto before = step.observed->provider_data.find("changedTime");
        return before != step.observed->provider_data.end() && facts_of(connector).changed_time != before->second;
    }

    /// Whether the definition that was sent, its mark included, is there. Credentials and settings travel in the same
    /// request, so then they are there too.
    bool holds(const std::string& environment, const json& connector, const json& sent) {
        auto definition = client_.definition(environment, connector);
        return definition && same_definition(std::move(*definition), sent, connector);
    }

    net::Clock& clock_;
    PowerAppsOptions options_;
    PowerAppsClient client_;
    Saver saver_;
};

}  // namespace

std::unique_ptr<Writer> make_powerapps_writer(net::Session& session, net::Clock& clock, PowerAppsOptions options) {
    return std::make_unique<PowerAppsWriter>(session, clock, std::move(options));
}

}  // namespace regent::provider::powerapps
