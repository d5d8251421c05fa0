#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "provider/connectors/powerapps/connector_json.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace regent::provider::powerapps {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr std::string_view secret_key_mark = "secretKey:";

std::string text_of(const model::Map& values, std::string_view path) {
    const auto it = values.find(path);
    return it == values.end() ? std::string{} : it->second.text_or({});
}

bool writes_auth(const plan::Step& step) {
    return std::any_of(step.changed.begin(), step.changed.end(),
                       [](const auto& path) { return path.rfind("auth.", 0) == 0; });
}

class PowerAppsWriter final : public Writer {
public:
    PowerAppsWriter(net::Session& session, net::Clock& clock, PowerAppsOptions options)
        : clock_(clock), options_(std::move(options)), client_(session, clock_, options_) {}

    bool handles(std::string_view kind) const noexcept override { return kind == model::kind::connector; }

    tl::expected<StepResult, ProviderError> apply(const plan::Step& step, const StepInput& input) override {
        auto result = carry_out(step, input);
        if (!result) result.error().service = without_secrets(std::move(result.error().service), input);
        return result;
    }

private:
    tl::expected<StepResult, ProviderError> carry_out(const plan::Step& step, const StepInput& input) {
        switch (step.work) {
            case plan::Work::create:
                return create(step, input);
            case plan::Work::adopt:
            case plan::Work::update:
            case plan::Work::complete:
                return update(step, input);
            case plan::Work::await:
                return await_identity(step, input);
            case plan::Work::remove:
                return remove(step, input);
            default:
                break;
        }
        return tl::unexpected(
            bug(step, fmt::format("a connector has no step \"{} {}\"", to_string(step.work), step.part)));
    }

    /// Services quote what they refuse, and they were sent a secret.
    static std::string without_secrets(std::string words, const StepInput& input) {
        for (const auto& [path, secret] : input.secrets) {
            if (secret.empty()) continue;
            const auto& text = secret.reveal();
            for (auto at = words.find(text); at != std::string::npos; at = words.find(text, at + 3))
                words.replace(at, text.size(), "***");
        }
        return words;
    }

    ProviderError interrupted(const plan::Step& step) const {
        return {.kind = ErrorKind::interrupted,
                .message = fmt::format("interrupted while waiting for {}", to_string(step.address)),
                .service = {},
                .request_id = {},
                .time = {},
                .help = "the next run goes on from here",
                .retry_after = {},
                .code = "RG0710"};
    }

    static ProviderError bug(const plan::Step& step, std::string message) {
        return {.kind = ErrorKind::rejected,
                .message = fmt::format("{} cannot be written: {}", to_string(step.address), message),
                .service = {},
                .request_id = {},
                .time = {},
                .help = "this is a mistake in regent; please report it",
                .retry_after = {},
                .code = "RG0705"};
    }

    static std::string connector_name(const plan::Step& step, const StepInput& input) {
        const auto own = input.own_outputs.find(model::output::connector_name);
        if (own != input.own_outputs.end()) return own->second;
        return step.observed ? step.observed->id : std::string{};
    }

    /// Where the object is, which for a removal only the tenant knows.
    static std::string environment_of(const plan::Step& step) {
        if (step.observed && step.work != plan::Work::create) {
            if (auto there = text_of(step.observed->attributes, model::path::environment); !there.empty()) return there;
        }
        return text_of(step.values, model::path::environment);
    }

    ConnectorMark mark_of(const plan::Step& step, const StepInput& input) const {
        ConnectorMark mark{options_.identity.owner + "." + options_.identity.environment, step.address.name, {}, false, {}};
        const auto marks = step.values.find(model::path::marks);
        const auto* list = marks == step.values.end() ? nullptr : marks->second.as_list();
        if (list != nullptr) {
            for (const auto& value : *list) {
                const auto text = value.text_or({});
                if (text == "preventDelete") mark.prevent_delete = true;
                if (text == model::mark::kept_on_removal) mark.on_removal = "keep";
                if (text == model::mark::deleted_on_removal) mark.on_removal = "delete";
                if (text.rfind(secret_key_mark, 0) == 0) mark.secret_key_id = text.substr(secret_key_mark.size());
            }
        }
        const auto delivered = input.secret_key_ids.find(model::path::auth_client_secret);
        if (delivered != input.secret_key_ids.end()) mark.secret_key_id = delivered->second;
        return mark;
    }

    static model::Secret secret_of(const StepInput& input) {
        const auto it = input.secrets.find(model::path::auth_client_secret);
        return it == input.secrets.end() ? model::Secret{} : it->second;
    }

    static StepResult result_of(const json& connector) {
        StepResult result;
        read_outputs(result.outputs, connector);
        const auto name = result.outputs.find(model::output::connector_name);
        if (name != result.outputs.end()) result.detail = name->second;
        return result;
    }

    tl::expected<StepResult, ProviderError> create(const plan::Step& step, const StepInput& input) {
        const auto environment = environment_of(step);
        const auto mark = mark_of(step, input);
        if (input.may_have_been_sent) {
            progress(input, "looking whether an earlier run made it");
            auto made = look_for(step, environment, mark);
            if (!made) return tl::unexpected(std::move(made.error()));
            if (*made) return finish_found(step, input, environment, **made);
        }
        auto document = to_document(step.values, mark, secret_of(input), {true, true, options_.login_origin});
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto created = client_.create(environment, *document);
        if (created && !facts_of(*created).name.empty()) return with_outputs(environment, *created);
        if (!created && !may_have_created(created.error())) return tl::unexpected(std::move(created.error()));
        // The answer is lost, or does not say what was created. A second request could make a second connector, so:
        // look, for as long as a replica may lag.
        progress(input, "the answer was lost; looking whether it was created");
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
                                                         const std::string& environment, const json& connector) {
        auto document =
            to_document(step.values, mark_of(step, input), secret_of(input), {false, true, options_.login_origin});
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto updated = client_.update(environment, facts_of(connector).name, *document);
        if (!updated) return tl::unexpected(std::move(updated.error()));
        return with_outputs(environment, connector);
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
                if (there && there->owner == mark.owner && there->name == mark.name)
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

    /// What an update writes. The definition carries the mark, and the blocks of a sign-in travel whole; what of them
    /// the manifest leaves to others (`management.ignore`) is sent as it was observed.
    static model::Map written_values(const plan::Step& step) {
        auto values = step.values;
        if (!step.observed) return values;
        for (const auto& [path, value] : step.observed->attributes) {
            if (path == model::path::definition || path.rfind("auth.", 0) == 0) values.emplace(path, value);
        }
        return values;
    }

    tl::expected<StepResult, ProviderError> update(const plan::Step& step, const StepInput& input) {
        const auto environment = environment_of(step);
        const auto name = connector_name(step, input);
        const auto secret = secret_of(input);
        auto values = written_values(step);
        values.insert_or_assign(std::string(model::path::environment), environment);
        // The whole OAuth block travels only when something in it changes: leaving it out leaves the stored secret
        // alone, whatever the service does with a block that lacks one.
        auto document = to_document(values, mark_of(step, input), secret,
                                    {false, writes_auth(step) || !secret.empty(), options_.login_origin});
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto updated = client_.update(environment, name, *document);
        if (!updated) return tl::unexpected(std::move(updated.error()));
        auto fresh = client_.get(environment, name);
        StepResult result = fresh ? result_of(*fresh) : StepResult{};
        result.detail.clear();
        return result;
    }

    tl::expected<StepResult, ProviderError> await_identity(const plan::Step& step, const StepInput& input) {
        const auto environment = environment_of(step);
        const auto name = connector_name(step, input);
        std::chrono::milliseconds waited{0};
        for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(15s))) {
            auto connector = client_.get(environment, name);
            // A connector of a moment ago may not be on every replica yet.
            if (!connector && connector.error().kind != ErrorKind::not_found)
                return tl::unexpected(std::move(connector.error()));
            if (connector) {
                auto result = result_of(*connector);
                result.detail.clear();
                if (result.outputs.contains(std::string(model::output::identity_subject))) return result;
            }
            if (waited >= options_.identity_patience) break;
            progress(input, fmt::format("waiting for the identity ({} s; can take 5 minutes)",
                                        std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
            if (!clock_.sleep_for(wait)) return tl::unexpected(interrupted(step));
            waited += wait;
        }
        return tl::unexpected(ProviderError{
            .kind = ErrorKind::not_yet,
            .message = fmt::format("{} has no managed identity yet after {} s", to_string(step.address),
                                   std::chrono::duration_cast<std::chrono::seconds>(waited).count()),
            .service = {},
            .request_id = {},
            .time = {},
            .help = "the service fills in the subject up to some minutes after saving; the next run goes on from here",
            .retry_after = {},
            .code = "RG0708"});
    }

    /// Deleting a connector deletes people's connections, so whose it is is looked up once more.
    tl::expected<StepResult, ProviderError> remove(const plan::Step& step, const StepInput& input) {
        const auto environment = environment_of(step);
        const auto name = connector_name(step, input);
        const auto connector = client_.get(environment, name);
        if (!connector && connector.error().kind == ErrorKind::not_found) return StepResult{};
        if (!connector) return tl::unexpected(connector.error());
        auto definition = client_.definition(environment, *connector);
        if (!definition) return tl::unexpected(std::move(definition.error()));
        if (const auto why = why_not_removable(step, take_mark(*definition)); !why.empty()) {
            return tl::unexpected(ProviderError{.kind = ErrorKind::conflict,
                                                .message = fmt::format("{} was not deleted: {}", name, why),
                                                .service = {},
                                                .request_id = {},
                                                .time = {},
                                                .help = "plan again: the next plan knows",
                                                .retry_after = {},
                                                .code = "RG0706"});
        }
        auto removed = client_.remove(environment, name);
        if (!removed) return tl::unexpected(std::move(removed.error()));
        return StepResult{};
    }

    std::string why_not_removable(const plan::Step& step, const std::optional<ConnectorMark>& mark) const {
        if (!mark) return {};  // a person replaced the definition; the planner knew it by name or by its sign-in
        if (mark->owner != options_.identity.owner + "." + options_.identity.environment)
            return fmt::format("it became {}'s since it was observed", mark->owner);
        if (mark->name != step.address.name) return fmt::format("it became Connector/{} since then", mark->name);
        if (!mark->prevent_delete || !step.observed) return {};
        const auto marks = step.observed->attributes.find(model::path::marks);
        const auto* list = marks == step.observed->attributes.end() ? nullptr : marks->second.as_list();
        const bool known =
            list != nullptr && std::find(list->begin(), list->end(), model::Value("preventDelete")) != list->end();
        return known ? "" : "it was protected against deletion since it was observed";
    }

    static void progress(const StepInput& input, const std::string& words) {
        if (input.progress) input.progress(words);
    }

    net::Clock& clock_;
    PowerAppsOptions options_;
    PowerAppsClient client_;
};

}  // namespace

std::unique_ptr<Writer> make_powerapps_writer(net::Session& session, net::Clock& clock, PowerAppsOptions options) {
    return std::make_unique<PowerAppsWriter>(session, clock, std::move(options));
}

}  // namespace regent::provider::powerapps
