#include "model/attributes.hpp"
#include "model/marks.hpp"
#include "provider/connectors/backend.hpp"
#include "provider/connectors/capabilities.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/logicapps/arm_client.hpp"
#include "provider/connectors/logicapps/connector_tags.hpp"
#include "provider/connectors/logicapps/custom_api_json.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"
#include "provider/connectors/machine_secret.hpp"
#include "provider/connectors/sign_in.hpp"
#include "provider/connectors/step_errors.hpp"
#include "provider/write_trial.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

namespace regent::provider::logicapps {
namespace {

using connectors::bug;
using connectors::ConnectorMark;
using connectors::error_of;
using nlohmann::json;

/// Services quote what they refuse, and they were sent a secret.
void take_secret_out(std::string& words, const model::Secret& secret) {
    if (secret.empty()) return;
    const auto& text = secret.reveal();
    for (auto at = words.find(text); at != std::string::npos; at = words.find(text, at + 3))
        words.replace(at, text.size(), "***");
}

class LogicAppsWriter final : public Writer, public TriesWriting {
public:
    LogicAppsWriter(net::Session& session, net::Clock& clock, LogicAppsOptions options)
        : options_(std::move(options)), tokens_(session.tokens()), client_(session, clock, options_) {}

    bool handles(std::string_view kind) const noexcept override { return kind == model::kind::connector; }
    std::vector<WriteTrial> try_writing(const model::Scope& scope) override {
        std::vector<WriteTrial> trials;
        for (const auto& group : scope.resource_groups)
            trials.push_back({"save connectors", client_.try_to_save(group)});
        return trials;
    }
    bool carries_out(const plan::Step& step) const noexcept override {
        return connectors::is_kept_by(model::backend::logicapps, step);
    }

    tl::expected<StepResult, ProviderError> apply(const plan::Step& step, const StepInput& input) override {
        std::optional<model::Secret> machine;
        auto result = carry_out(step, input, machine);
        if (result) return result;
        for (const auto& [path, secret] : input.secrets) take_secret_out(result.error().service, secret);
        if (machine) take_secret_out(result.error().service, *machine);
        return result;
    }

private:
    tl::expected<StepResult, ProviderError> carry_out(const plan::Step& step, const StepInput& input,
                                                      std::optional<model::Secret>& machine) {
        if (step.part.empty()) {
            switch (step.work) {
                case plan::Work::create:
                case plan::Work::adopt:
                case plan::Work::update:
                case plan::Work::complete:
                    return save(step, input, machine);
                case plan::Work::remove:
                    return remove(step, input);
                default:
                    break;
            }
        }
        return tl::unexpected(
            bug(step, fmt::format("a connector of Logic Apps has no step \"{} {}\"", to_string(step.work), step.part)));
    }

    /// An adopted one keeps the name it has.
    static std::string name_of(const plan::Step& step, const StepInput& input) {
        const auto own = input.own_outputs.find(model::output::connector_name);
        if (own != input.own_outputs.end()) return own->second;
        if (step.observed && step.work != plan::Work::create) return step.observed->id;
        return step.address.name;
    }

    static std::string group_of(const plan::Step& step) {
        if (step.observed && step.work != plan::Work::create) {
            if (auto there = connectors::value_text(step.observed->attributes, model::path::resource_group);
                !there.empty())
                return there;
        }
        return connectors::value_text(step.values, model::path::resource_group);
    }

    ConnectorMark mark_of(const plan::Step& step, const StepInput& input, const model::Map& values) const {
        auto mark = connectors::mark_for(step, input, options_.identity);
        mark.secret_from = connectors::value_text(values, model::path::client_secret_from);
        return mark;
    }

    std::string ours() const { return options_.identity.owner + "." + options_.identity.environment; }

    /// A PUT replaces, so that what the manifest leaves to others (`management.ignore`) is sent as it is there.
    static model::Map written_values(const plan::Step& step, const model::Map& there) {
        auto values = step.values;
        if (!step.observed || step.work == plan::Work::create) return values;
        connectors::complete_capabilities(values, there);
        for (const auto& [path, value] : there) {
            const bool whole = path == model::path::definition || path == model::path::location ||
                               path == model::path::display_name || path.rfind("auth.", 0) == 0;
            if (whole) values.emplace(path, value);
            if (path == model::path::client_secret_from && value != model::Value("") && !says_sign_in(step))
                values.emplace(path, value);
        }
        return values;
    }

    /// The attributes that it has right before it is saved: somebody may have saved it since it was observed.
    tl::expected<model::Map, ProviderError> look_at(const plan::Step& step, const std::string& group,
                                                    const std::string& name, const json& now) {
        if (now.is_null() || !step.observed) return model::Map{};
        auto found = found_in(group, now);
        found.name = name;
        auto definition = json(nullptr);
        if (!step.values.contains(model::path::definition)) {
            auto read = client_.definition(now);
            if (!read) return tl::unexpected(std::move(read.error()));
            definition = std::move(*read);
        }
        const bool has_definition = definition.is_object();
        found.definition = std::make_shared<json>(std::move(definition));
        auto attributes = describe(found, step.address, step.observed->ownership, options_).attributes;
        const auto observed = step.observed->attributes.find(model::path::definition);
        if (!has_definition && observed != step.observed->attributes.end())
            attributes.insert_or_assign(observed->first, observed->second);
        return attributes;
    }

    /// The manifest says in the service's own words what connections are asked for, and where a secret in them comes
    /// from.
    static bool says_sign_in(const plan::Step& step) {
        return step.values.contains(model::path::connection_parameters);
    }

    /// Tags can be changed by themselves, and what is there stays as it is, the client's secret above all.
    static bool is_about_tags(const plan::Step& step, const StepInput& input) {
        return step.work != plan::Work::create && input.secrets.empty() &&
               std::all_of(step.changed.begin(), step.changed.end(),
                           [](const auto& path) { return path == model::path::tags || path == model::path::marks; });
    }

    tl::expected<StepResult, ProviderError> save(const plan::Step& step, const StepInput& input,
                                                 std::optional<model::Secret>& machine) {
        const auto group = group_of(step), name = name_of(step, input);
        auto there = client_.get(group, name);
        if (!there && there.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(there.error()));
        if (!there && step.work != plan::Work::create) return tl::unexpected(gone(step, std::move(there.error())));
        json now = there ? std::move(*there) : json(nullptr);
        if (auto why = why_not_ours(step, now); !why.empty()) {
            return tl::unexpected(error_of(ErrorKind::conflict, "RG0706",
                                           fmt::format("{} was not saved: {}", name, why),
                                           "a save would replace it; plan again: the next plan knows"));
        }
        const auto there_now = look_at(step, group, name, now);
        if (!there_now) return tl::unexpected(there_now.error());
        const auto values = written_values(step, *there_now);
        const auto mark = mark_of(step, input, values);
        if (is_about_tags(step, input)) {
            const auto tags = wanted_tags(values, mark, now);
            auto tagged = tag(group, name, tags);
            if (!tagged) return tl::unexpected(std::move(tagged.error()));
            const auto left = tags_left(now["tags"], tags, (*tagged)["tags"]);
            if (left.empty()) return result_of(*tagged, {});
            if (signs_in_by_oauth(now)) return take_tags_away(group, name, *tagged, left);
            // Nothing in it that a PUT could lose.
        }
        if (auto error = read_machine_secret(step, values, machine)) return tl::unexpected(std::move(*error));
        const auto given = input.secrets.find(model::path::auth_client_secret);
        const auto secret = given == input.secrets.end() ? model::Secret{} : given->second;
        // Of one that goes on signing in as it did; another way to sign in brings what it needs.
        if (!says_sign_in(step) && connectors::value_text(values, model::path::auth_type) == "clientSecret" &&
            secret.empty())
            return tl::unexpected(without_secret(step));
        auto document = to_document({values, mark, secret, machine, now}, options_);
        if (!document) return tl::unexpected(bug(step, document.error()));
        auto saved = client_.put(group, name, *document);
        if (!saved) return tl::unexpected(std::move(saved.error()));
        return result_of(*saved, step.work == plan::Work::create ? name : std::string{});
    }

    /// The connector as it is with them, or with more of them: whether the tags of a PATCH replace those that are there
    /// or come on top of them is written nowhere.
    tl::expected<json, ProviderError> tag(const std::string& group, const std::string& name, const json& tags) {
        auto tagged = client_.patch(group, name, {{"tags", tags}});
        return !tagged || tagged->contains("tags") ? tagged : client_.get(group, name);
    }

    /// One by one, since saving the connector without them would lose its client secret.
    tl::expected<StepResult, ProviderError> take_tags_away(const std::string& group, const std::string& name,
                                                           const json& connector, const json& tags) {
        const auto after = client_.take_tags_away(group, name, tags);
        if (!after) return tl::unexpected(with_cure(after.error(), group, name, tags));
        if (const auto left = tags_left(tags, json::object(), *after); !left.empty()) {
            return tl::unexpected(error_of(ErrorKind::rejected, "RG0705",
                                           fmt::format("{} keeps tags that were taken away: {}", name, listed(left)),
                                           "an Azure Policy may put them back: write them into `tags` as well, or "
                                           "leave `tags` out of the manifest"));
        }
        return result_of(connector, "tags taken away one by one: " + listed(tags));
    }

    static std::string listed(const json& tags) {
        std::string list;
        for (const auto& [name, value] : tags.items())
            list += fmt::format("{}'{}={}'", list.empty() ? "" : " ", name,
                                value.is_string() ? value.get<std::string>() : "");
        return list;
    }

    static ProviderError with_cure(ProviderError error, const std::string& group, const std::string& name,
                                   const json& tags) {
        if (error.kind != ErrorKind::forbidden) return error;
        error.help = fmt::format(
            "Azure keeps tags that a change leaves out, and may be asked to take them away by those who have the role "
            "`Tag Contributor`: give it to regent's service principal on the resource group, or run `az tag update "
            "--operation delete --resource-id {}/providers/Microsoft.Web/customApis/{} --tags {}`",
            group, name, listed(tags));
        return error;
    }

    static ProviderError gone(const plan::Step& step, ProviderError error) {
        error.message = fmt::format("{} is not there any more", to_string(step.address));
        error.help = "it was deleted since it was observed; the next run makes it again";
        return error;
    }

    static ProviderError without_secret(const plan::Step& step) {
        return error_of(ErrorKind::rejected, "RG0705",
                        fmt::format("{} was not saved: its client's secret would be lost", to_string(step.address)),
                        "Resource Manager replaces a connector whole, and nobody can read the secret back: let the "
                        "manifest manage `auth`");
    }

    StepResult result_of(const json& connector, std::string detail) const {
        StepResult result;
        read_outputs(result.outputs, connector, options_);
        result.detail = std::move(detail);
        return result;
    }

    /// Between looking and saving, somebody may have made one of this name.
    std::string why_not_ours(const plan::Step& step, const json& there) {
        if (there.is_null()) return {};
        auto tags = there.value("tags", json::object());
        const auto mark = take_tags_of_ours(tags);
        if (!mark) return step.work == plan::Work::create ? "one of this name is there since it was planned" : "";
        if (mark->owner != ours()) return fmt::format("it belongs to {}", mark->owner);
        if (!connectors::is_of(*mark, step)) return fmt::format("it became Connector/{} since then", mark->name);
        const auto regent = tokens_.token(options_.scope);
        const bool strangers =
            step.work == plan::Work::create && regent && maker_of(there, *regent, options_) == Maker::others;
        return strangers ? fmt::format("{} made it since it was planned", created_by(there)) : "";
    }

    std::optional<ProviderError> read_machine_secret(const plan::Step& step, const model::Map& values,
                                                     std::optional<model::Secret>& into) const {
        // No sets of parameters here.
        const auto names =
            connectors::machine_secret_names(connectors::value_text(values, model::path::client_secret_from));
        if (names.empty()) return std::nullopt;
        const auto& name = names.at("");
        auto secret = options_.machine_secret ? options_.machine_secret(name) : connectors::machine_secret(name);
        if (!secret) return connectors::missing_machine_secret(step.address, name, secret.error());
        into = std::move(*secret);
        return std::nullopt;
    }

    /// Deleting a connector breaks the workflows that use it, so whose it is is looked up once more.
    tl::expected<StepResult, ProviderError> remove(const plan::Step& step, const StepInput& input) {
        const auto group = group_of(step), name = name_of(step, input);
        const auto there = client_.get(group, name);
        if (!there && there.error().kind == ErrorKind::not_found) return StepResult{};
        if (!there) return tl::unexpected(there.error());
        auto tags = there->value("tags", json::object());
        if (const auto why = why_not_removable(step, take_tags_of_ours(tags)); !why.empty()) {
            return tl::unexpected(error_of(ErrorKind::conflict, "RG0706",
                                           fmt::format("{} was not deleted: {}", name, why),
                                           "plan again: the next plan knows"));
        }
        auto removed = client_.remove(group, name);
        if (!removed) return tl::unexpected(std::move(removed.error()));
        return StepResult{};
    }

    std::string why_not_removable(const plan::Step& step, const std::optional<ConnectorMark>& mark) const {
        if (!mark) return "its tags do not say any more that it is ours";
        if (mark->owner != ours()) return fmt::format("it became {}'s since it was observed", mark->owner);
        if (!connectors::is_of(*mark, step)) return fmt::format("it became Connector/{} since then", mark->name);
        if (!mark->prevent_delete || !step.observed) return {};
        const auto marks = step.observed->attributes.find(model::path::marks);
        const auto* list = marks == step.observed->attributes.end() ? nullptr : marks->second.as_list();
        const bool known =
            list != nullptr && std::find(list->begin(), list->end(),
                                         model::Value(std::string(model::mark::prevent_delete))) != list->end();
        return known ? "" : "it was protected against deletion since it was observed";
    }

    const LogicAppsOptions options_;
    net::TokenSource& tokens_;
    ArmClient client_;
};

}  // namespace

std::unique_ptr<Writer> make_logicapps_writer(net::Session& session, net::Clock& clock, LogicAppsOptions options) {
    return std::make_unique<LogicAppsWriter>(session, clock, std::move(options));
}

}  // namespace regent::provider::logicapps
