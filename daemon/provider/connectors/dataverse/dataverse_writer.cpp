#include "model/attributes.hpp"
#include "provider/connectors/backend.hpp"
#include "provider/connectors/capabilities.hpp"
#include "provider/connectors/dataverse/connector_key.hpp"
#include "provider/connectors/dataverse/dataverse_client.hpp"
#include "provider/connectors/dataverse/dataverse_provider.hpp"
#include "provider/connectors/dataverse/power_apps_view.hpp"
#include "provider/connectors/identity_wait.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/machine_secret.hpp"
#include "provider/connectors/sign_in.hpp"
#include "provider/connectors/step_errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::dataverse {
namespace {

using namespace std::chrono_literals;
using connectors::bug;
using connectors::error_of;
using connectors::interrupted;
using connectors::same_word;
using connectors::value_text;
using nlohmann::json;

namespace path = model::path;

class DataverseWriter final : public Writer {
public:
    DataverseWriter(net::Session& session, net::Clock& clock, DataverseOptions options)
        : clock_(clock),
          options_(std::move(options)),
          client_(session, clock, options_),
          power_apps_(session, clock, options_.power_apps) {}

    bool handles(std::string_view kind) const noexcept override { return kind == model::kind::connector; }
    bool carries_out(const plan::Step& step) const noexcept override {
        return connectors::is_kept_by(model::backend::solution, step);
    }

    tl::expected<StepResult, ProviderError> apply(const plan::Step& step, const StepInput& input) override {
        // Dataverse is said to empty secrets. None may be sent that nobody can say has arrived.
        if (!input.secrets.empty())
            return tl::unexpected(bug(step, "a secret cannot be handed to a connector in a solution"));
        // Keys of policies are no secrets to Dataverse: it gives them back as they were sent.
        const auto keyed = connectors::with_machine_keys(step, options_.power_apps.machine_secret);
        if (!keyed) return tl::unexpected(keyed.error());
        auto result = carry_out(keyed->step, input);
        if (result) return result;
        auto& words = result.error().service;
        for (const auto& [name, key] : keyed->keys) words = connectors::without_secret(std::move(words), key);
        return result;
    }

private:
    using Outcome = tl::expected<StepResult, ProviderError>;

    Outcome carry_out(const plan::Step& step, const StepInput& input) {
        switch (step.work) {
            case plan::Work::create:
                return create(step, input);
            case plan::Work::adopt:
            case plan::Work::update:
            case plan::Work::complete:
                return update(step, input);
            case plan::Work::await:
                return await(step, input);
            case plan::Work::remove:
                return remove(step);
            default:
                break;
        }
        return tl::unexpected(
            bug(step, fmt::format("a connector in a solution has no step \"{} {}\"", to_string(step.work), step.part)));
    }

    static std::string environment_of(const plan::Step& step) {
        if (step.observed && step.work != plan::Work::create) {
            if (auto there = value_text(step.observed->attributes, path::environment); !there.empty()) return there;
        }
        return value_text(step.values, path::environment);
    }

    std::string id_of(const plan::Step& step) const {
        return step.observed && step.work != plan::Work::create
                   ? step.observed->id
                   : connector_id_of(options_.identity.key_of(step.address));
    }

    /// A title can change here; the row's id and its environment say which connector the mark was written onto.
    connectors::ConnectorMark mark_of(const plan::Step& step, const StepInput& input) const {
        auto mark = connectors::mark_for(step, input, options_.identity);
        mark.title.clear();
        mark.connector = id_of(step);
        return mark;
    }

    static void progress(const StepInput& input, const std::string& words) {
        if (input.progress) input.progress(words);
    }

    static bool may_have_been_applied(const ProviderError& failed) {
        return failed.kind == ErrorKind::outcome_unknown || failed.kind == ErrorKind::transient ||
               failed.kind == ErrorKind::incomplete || failed.kind == ErrorKind::conflict;
    }

    tl::expected<Solution, ProviderError> solution_of(const plan::Step& step, const Instance& instance) {
        const auto name = value_text(step.values, path::solution);
        auto all = client_.solutions(instance);
        if (!all) return tl::unexpected(std::move(all.error()));
        const auto it = std::find_if(all->begin(), all->end(),
                                     [&](const auto& solution) { return same_word(solution.unique_name, name); });
        if (it != all->end() && !it->prefix.empty()) return *it;
        return tl::unexpected(
            error_of(ErrorKind::rejected, "RG0705",
                     it == all->end()
                         ? fmt::format("environment {} has no solution \"{}\" any more",
                                       options_.power_apps.environments.text(instance.environment), name)
                         : fmt::format("the publisher of solution \"{}\" has no prefix, which names begin with", name),
                     "plan again: the next plan knows"));
    }

    Outcome create(const plan::Step& step, const StepInput& input) {
        auto instance = client_.instance(environment_of(step));
        if (!instance) return tl::unexpected(std::move(instance.error()));
        const auto solution = solution_of(step, *instance);
        if (!solution) return tl::unexpected(solution.error());
        const auto mark = mark_of(step, input);
        auto row = to_columns(step.values, mark, {true, {}, options_.power_apps.login_origin});
        if (!row) return tl::unexpected(bug(step, row.error()));
        const auto columns = *row;
        const auto id = id_of(step);
        (*row)["connectorid"] = id;
        (*row)["name"] = connector_name_of(solution->prefix, value_text(step.values, path::display_name));
        auto created = client_.create(*instance, *row, solution->unique_name);
        if (!created && may_have_been_applied(created.error())) {
            progress(input, "the answer says nothing; looking whether it is there");
            auto finished = finish_found(step, *instance, id, columns, created.error());
            if (!finished) return tl::unexpected(std::move(finished.error()));
        } else if (!created) {
            return tl::unexpected(std::move(created.error()));
        }
        return taken_over(step, input, *instance, id);
    }

    /// A row under our key that we made is ours, whichever request made it: an earlier run that was killed, or this
    /// one, whose answer was lost. It is written once more, since nobody knows what of it had been sent.
    tl::expected<void, ProviderError> finish_found(const plan::Step& step, const Instance& instance,
                                                   const std::string& id, const json& columns,
                                                   const ProviderError& failed) {
        auto there = client_.connector(instance, id);
        if (there) {
            auto row = read_row(*there);
            const auto ours = options_.identity.owner + "." + options_.identity.environment;
            if (row && row->mark && row->mark->owner != ours)
                return tl::unexpected(error_of(ErrorKind::conflict, "RG0706",
                                               fmt::format("{} belongs to {}", id, row->mark->owner),
                                               "plan again: the next plan knows"));
            if (row &&
                (row->managed || (row->mark && connectors::is_copied(*row->mark, {instance.environment, {}, id}))))
                return tl::unexpected(
                    error_of(ErrorKind::conflict, "RG0706", fmt::format("a solution import brought {}", id),
                             fmt::format("to take it over here, add `management: {{adopt: {{connector: {}}}}}`", id)));
            if (row && row->mark && !connectors::is_of(*row->mark, step))
                return tl::unexpected(error_of(ErrorKind::conflict, "RG0706",
                                               fmt::format("{} is Connector/{} by now", id, row->mark->name),
                                               "plan again: the next plan knows"));
            const auto user = client_.who_am_i(instance);
            if (!user) return tl::unexpected(user.error());
            if (row && !row->made_by.empty() && row->made_by != *user)
                return tl::unexpected(error_of(ErrorKind::conflict, "RG0706", fmt::format("somebody else made {}", id),
                                               "plan again: the next plan knows"));
            return client_.update(instance, id, columns, {});
        }
        if (there.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(there.error()));
        auto why = failed;
        if (why.kind == ErrorKind::conflict) {
            why.help = fmt::format(
                "another connector of this environment has its name, which is made of the publisher's prefix and the "
                "title \"{}\": choose another displayName, or adopt that one",
                value_text(step.values, path::display_name));
        } else {
            why.kind = ErrorKind::transient;
            why.code = "RG0703";
            why.help = "it is not there: run `regent apply` again";
        }
        return tl::unexpected(std::move(why));
    }

    /// What an update writes. The definition carries the mark, and the block of a sign-in travels whole; what of them
    /// the manifest leaves to others (`management.ignore`) is sent as it was observed.
    static model::Map written_values(const plan::Step& step) {
        auto values = step.values;
        if (!step.observed) return values;
        connectors::complete_capabilities(values, step.observed->attributes);
        for (const auto& [name, value] : step.observed->attributes) {
            if (name == path::definition || name.rfind("auth.", 0) == 0) values.emplace(name, value);
        }
        return values;
    }

    /// To put a row into a solution makes a new version of it, so that comes last: what is written before it overwrites
    /// nothing but the version that was looked at.
    Outcome update(const plan::Step& step, const StepInput& input) {
        auto instance = client_.instance(environment_of(step));
        if (!instance) return tl::unexpected(std::move(instance.error()));
        const auto id = id_of(step);
        const bool moves = step.changed.contains(path::solution);
        const bool writes = !moves || step.changed.size() > 1;
        if (writes) {
            const auto mark = mark_of(step, input);
            auto columns =
                to_columns(written_values(step), mark, {false, step.changed, options_.power_apps.login_origin});
            if (!columns) return tl::unexpected(bug(step, columns.error()));
            auto updated = client_.update(*instance, id, *columns, etag_of(step));
            if (!updated && !is_done(*instance, id, *columns, updated.error(), input))
                return tl::unexpected(std::move(updated.error()));
        }
        if (moves) {
            auto added = client_.add_to_solution(*instance, id, value_text(step.values, path::solution));
            if (!added) return tl::unexpected(std::move(added.error()));
        }
        if (!writes) return StepResult{};
        auto result = taken_over(step, input, *instance, id);
        if (result) result->detail.clear();
        return result;
    }

    /// A write whose answer was lost may have been done. What repeats it asks for the version that was looked at, which
    /// that write has replaced, and so is refused for somebody else's change.
    bool is_done(const Instance& instance, const std::string& id, const json& columns, const ProviderError& failed,
                 const StepInput& input) {
        if (!may_have_been_applied(failed)) return false;
        progress(input, "the answer says nothing certain; looking whether it was saved");
        const auto there = client_.connector(instance, id);
        return there && holds(*there, columns);
    }

    /// Only what was looked at is overwritten.
    static std::string etag_of(const plan::Step& step) {
        if (!step.observed) return {};
        const auto etag = step.observed->provider_data.find("etag");
        return etag == step.observed->provider_data.end() ? std::string{} : etag->second;
    }

    /// Saved is not served: Power Apps takes rows over by itself, usually at once, and has been seen never to. What was
    /// saved stands, so the step waits and the next run looks again.
    Outcome taken_over(const plan::Step& step, const StepInput& input, const Instance& instance,
                       const std::string& id) {
        std::string missing;
        std::chrono::milliseconds waited{0};
        for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(10s))) {
            auto seen = look(instance, id);
            if (!seen) return tl::unexpected(std::move(seen.error()));
            if (seen->there && seen->differs.empty()) return result_of(std::move(*seen));
            missing = seen->there ? seen->differs + " is another there" : "it is not there";
            if (waited >= options_.sync_patience) break;
            progress(input, fmt::format("waiting for Power Apps to take it over ({} s)",
                                        std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
            if (!clock_.sleep_for(wait)) return tl::unexpected(interrupted(step));
            waited += wait;
        }
        return tl::unexpected(error_of(
            ErrorKind::not_yet, "RG0722",
            fmt::format("{} was saved in Dataverse, and Power Apps has not taken it over within {} s: {}",
                        to_string(step.address), std::chrono::duration_cast<std::chrono::seconds>(waited).count(),
                        missing),
            "it mostly does within minutes, and the next run looks again; it has been seen never to, without a "
            "word: then save the connector once more in the maker portal, which says why"));
    }

    tl::expected<PowerAppsView, ProviderError> look(const Instance& instance, const std::string& id) {
        auto there = client_.connector(instance, id);
        if (!there) return tl::unexpected(std::move(there.error()));
        auto row = read_row(*there);
        if (!row)
            return tl::unexpected(error_of(ErrorKind::incomplete, "RG0711",
                                           fmt::format("connector {} could not be understood", id), row.error()));
        auto view = look_at_power_apps(power_apps_, instance.environment, *row);
        if (view) view->saved_at = row->saved_at;
        return view;
    }

    static StepResult result_of(PowerAppsView view) {
        StepResult result;
        result.outputs = std::move(view.outputs);
        const auto name = result.outputs.find(model::output::connector_name);
        if (name != result.outputs.end()) result.detail = name->second;
        return result;
    }

    Outcome await(const plan::Step& step, const StepInput& input) {
        auto instance = client_.instance(environment_of(step));
        if (!instance) return tl::unexpected(std::move(instance.error()));
        const auto type = value_text(step.values, path::auth_type);
        const auto awaited =
            type.empty() || type == "managedIdentity" ? model::output::identity_subject : model::output::redirect_url;
        std::chrono::milliseconds waited{0};
        bool is_there = false;
        // Nobody can sign in meanwhile: what is asked too late is added to that.
        for (auto wait = std::chrono::milliseconds(500);; wait = std::min(wait * 2, std::chrono::milliseconds(3s))) {
            auto seen = look(*instance, id_of(step));
            if (!seen) return tl::unexpected(std::move(seen.error()));
            if (seen->outputs.contains(awaited)) {
                auto result = result_of(std::move(*seen));
                result.detail.clear();
                return result;
            }
            const auto patience =
                connectors::wait_for_identity(options_.identity_patience, seen->saved_at, clock_.now() - waited);
            is_there = seen->there;
            if (waited >= patience) break;
            progress(input, fmt::format("waiting for {} ({} s; can take 5 minutes)",
                                        seen->there ? "the identity" : "Power Apps to take it over",
                                        std::chrono::duration_cast<std::chrono::seconds>(waited).count()));
            if (!clock_.sleep_for(wait)) return tl::unexpected(interrupted(step));
            waited += wait;
        }
        if (!is_there)
            return tl::unexpected(error_of(
                ErrorKind::not_yet, "RG0722",
                fmt::format("{} was saved in Dataverse, and Power Apps has not taken it over", to_string(step.address)),
                "the next run looks again. Where it was saved long ago, save it once more in the maker portal, which "
                "says why"));
        return tl::unexpected(error_of(
            ErrorKind::not_yet, "RG0708",
            fmt::format("{} has no {} yet after {} s", to_string(step.address),
                        awaited == model::output::redirect_url ? "redirect URL" : "managed identity",
                        std::chrono::duration_cast<std::chrono::seconds>(waited).count()),
            "the service fills it in up to some minutes after saving; the next run goes on from here. Where it was "
            "saved long ago, save it once more in the maker portal, which says what is wrong"));
    }

    /// Deleting a connector deletes people's connections, so whose it is is looked up once more.
    Outcome remove(const plan::Step& step) {
        auto instance = client_.instance(environment_of(step));
        if (!instance) return tl::unexpected(std::move(instance.error()));
        const auto id = id_of(step);
        const auto there = client_.connector(*instance, id);
        if (!there && there.error().kind == ErrorKind::not_found) return StepResult{};
        if (!there) return tl::unexpected(there.error());
        const auto row = read_row(*there);
        if (!row)
            return tl::unexpected(error_of(ErrorKind::incomplete, "RG0711",
                                           fmt::format("connector {} could not be understood", id), row.error()));
        if (const auto why = why_not_removable(step, *row, instance->environment); !why.empty())
            return tl::unexpected(error_of(ErrorKind::conflict, "RG0706",
                                           fmt::format("{} was not deleted: {}", id, why),
                                           "plan again: the next plan knows"));
        auto removed = client_.remove(*instance, id);
        if (!removed) return tl::unexpected(std::move(removed.error()));
        return StepResult{};
    }

    std::string why_not_removable(const plan::Step& step, const ConnectorRow& row,
                                  const std::string& environment) const {
        if (row.managed) return "it came with a managed solution";
        if (step.observed && step.observed->ownership != model::Ownership::ours) return "it is not ours";
        // A person replaced the definition, perhaps by another connector's; the planner knew it by its key.
        if (!row.mark || connectors::is_copied(*row.mark, {environment, {}, row.id})) return {};
        if (row.mark->owner != options_.identity.owner + "." + options_.identity.environment)
            return fmt::format("it became {}'s since it was observed", row.mark->owner);
        if (!connectors::is_of(*row.mark, step))
            return fmt::format("it became Connector/{} since then", row.mark->name);
        if (!row.mark->prevent_delete || !step.observed) return {};
        const auto marks = step.observed->attributes.find(path::marks);
        const auto* list = marks == step.observed->attributes.end() ? nullptr : marks->second.as_list();
        const bool known =
            list != nullptr && std::find(list->begin(), list->end(), model::Value("preventDelete")) != list->end();
        return known ? "" : "it was protected against deletion since it was observed";
    }

    net::Clock& clock_;
    DataverseOptions options_;
    DataverseClient client_;
    powerapps::PowerAppsClient power_apps_;
};

}  // namespace

std::unique_ptr<Writer> make_dataverse_writer(net::Session& session, net::Clock& clock, DataverseOptions options) {
    return std::make_unique<DataverseWriter>(session, clock, std::move(options));
}

}  // namespace regent::provider::dataverse
