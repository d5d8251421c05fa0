#include "provider/graph/object_steps.hpp"

#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph/application_body.hpp"
#include "provider/graph/application_json.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/application_properties.hpp"
#include "provider/graph/certificates_json.hpp"
#include "provider/graph/exposed_api.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/restoration_refusals.hpp"
#include "provider/graph/unchanged_lists.hpp"
#include "provider/graph/write_refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;
using plan::Work;

constexpr const char* default_audience = "AzureADMyOrg";
constexpr SendOptions upsert{.create_if_missing = true};

std::string object_path(const std::string& object_id) {
    return "/applications/" + object_id;
}

/// The tags that the manifest declares, or else those of others that are there.
std::vector<std::string> other_tags(const plan::Step& step) {
    std::vector<std::string> tags;
    const auto take = [&](const model::Map& from) {
        const auto it = from.find(model::path::tags);
        const auto* list = it == from.end() ? nullptr : it->second.as_list();
        if (list == nullptr) return false;
        for (const auto& tag : *list) tags.push_back(tag.text_or({}));
        return true;
    };
    if (!take(step.values) && step.observed) take(step.observed->attributes);
    return tags;
}

/// Another tool's uniqueName stays; then a tag says which manifest it is.
std::string name_beside_foreign_key(const StepContext& context) {
    const auto there = lower_case(context.observed_key());
    return there.empty() || there == context.key() ? std::string{} : context.step.address.name;
}

json tags_of(const StepContext& context) {
    const auto& values = context.step.values;
    const auto marks = values.find(model::path::marks);
    return tags_for(other_tags(context.step), marks == values.end() ? nullptr : &marks->second,
                    context.options.identity, name_beside_foreign_key(context));
}

bool writes_tags(const plan::Step& step) {
    return step.work == Work::create || step.work == Work::adopt || step.changed.contains(model::path::tags) ||
           step.changed.contains(model::path::marks);
}

tl::expected<json, ProviderError> body_of(const StepContext& context, const std::string& what) {
    const auto& step = context.step;
    auto body = property_body(step.changed, step.values, step.observed.get());
    if (step.changed.contains(model::path::permissions)) {
        const auto it = step.values.find(model::path::permissions);
        const auto* list = it == step.values.end() ? nullptr : it->second.as_list();
        const auto ours = step.values.find(model::path::permission_ids);
        auto access = context.catalogue.required_resource_access(
            list == nullptr ? model::List{} : *list, ours == step.values.end() ? nullptr : ours->second.as_list(),
            what);
        if (!access) return tl::unexpected(std::move(access.error()));
        body["requiredResourceAccess"] = std::move(*access);
    }
    if (auto put = put_exposed(step, body); !put) return tl::unexpected(context.bug(put.error()));
    add_certificates(step, of_application, context.key(), keys_there(of_application, step.observed.get()), body);
    if (writes_tags(step)) body["tags"] = tags_of(context);
    return body;
}

tl::expected<GraphAnswer, ProviderError> patch(const StepContext& context, const std::string& path,
                                               const std::string& what, const json& body, SendOptions options = {}) {
    auto answer = context.must(Method::patch, path, what, &body, options);
    if (!answer)
        return tl::unexpected(explained_old_value(body, explained_refusal(context.step, std::move(answer.error()))));
    return answer;
}

/// In one request, or in several where one part of the body needs another one to be there.
tl::expected<void, ProviderError> patch_in_order(const StepContext& context, const std::string& path,
                                                 const std::string& what, json body) {
    const auto there = keys_there(of_application, context.step.observed.get());
    for (const auto& part : in_order(std::move(body), there)) {
        auto answer = patch(context, path, what, part);
        if (!answer) return tl::unexpected(std::move(answer.error()));
    }
    return {};
}

StepOutcome identified(const StepContext& context, const json& application, const std::string& what) {
    const auto id = lower_case(member_text(application, "id"));
    const auto app_id = lower_case(member_text(application, "appId"));
    if (id.empty() || app_id.empty())
        return tl::unexpected(context.client.incomplete(what, "an application without ids"));
    StepResult result;
    result.outputs.emplace(model::output::object_id, id);
    result.outputs.emplace(model::output::app_id, app_id);
    result.detail = "appId " + app_id;
    return result;
}

/// The answer of an upsert, or what is read when it had no body: 204 means that it was there already, most likely by an
/// earlier try whose answer was lost.
StepOutcome identified_by_key(const StepContext& context, const std::string& path, const GraphAnswer& answer,
                              const std::string& what) {
    if (answer.body->is_object()) {
        if (lower_case(member_text(*answer.body, "uniqueName")) != context.key())
            return tl::unexpected(context.client.incomplete(what, "an answer about another application"));
        return identified(context, *answer.body, what);
    }
    const Patience patience{what, true, context.options.replication_grace, context.input.progress};
    auto read = until_accepted(context.client, patience, [&] {
        return context.client.send(Method::get, path + "?$select=id,appId,uniqueName", what);
    });
    if (!read) return tl::unexpected(std::move(read.error()));
    if (!read->ok()) return tl::unexpected(context.client.refused(what, *read));
    if (lower_case(member_text(*read->body, "uniqueName")) != context.key())
        return tl::unexpected(context.client.incomplete(what, "an answer about another application"));
    return identified(context, *read->body, what);
}

/// What is there right now, before something that cannot be taken back; null JSON when it is gone.
tl::expected<json, ProviderError> look_again(const StepContext& context, const std::string& what) {
    const auto id = context.object_id();
    auto answer = context.client.send(Method::get, object_path(id) + "?$select=id,appId,uniqueName,tags", what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->status == 404) return json();
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    if (lower_case(member_text(*answer->body, "id")) != id)
        return tl::unexpected(context.client.incomplete(what, "an answer about another application"));
    return std::move(*answer->body);
}

bool belongs_to_others(const StepContext& context, const json& application) {
    const auto owner = read_tags(application).owner;
    const auto& identity = context.options.identity;
    return !owner.empty() && lower_case(owner) != lower_case(identity.owner + "." + identity.environment);
}

bool holds_our_key(const StepContext& context, const std::string& what) {
    auto there = look_again(context, what);
    return there && lower_case(member_text(*there, "uniqueName")) == context.key();
}

/// Whether it is there again. 404 on a restoration: an earlier try did it and its answer was lost. Or it is gone for
/// good, which is news only where nobody could look beforehand.
tl::expected<bool, ProviderError> restore(const StepContext& context) {
    const auto what = "restore " + context.address();
    const auto id = context.object_id();
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&]() -> tl::expected<GraphAnswer, ProviderError> {
        auto restored = context.client.send(Method::post, "/directory/deletedItems/" + id + "/restore", what);
        if (!restored || restored->status != 404) return restored;
        auto there = look_again(context, what);
        if (!there) return tl::unexpected(std::move(there.error()));
        if (there->is_object()) restored->status = 200;
        return restored;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return true;
    if (answer->status == 404 && model::is_remembered_only(*context.step.observed)) return false;
    return tl::unexpected(explained_restoration(context, context.client.refused(what, *answer)));
}

/// What an earlier step has disabled is read until it shows so, within the grace: before that, a change of it would be
/// refused. When the time is up the change is tried all the same.
tl::expected<void, ProviderError> until_disabled(const StepContext& context, const std::string& what) {
    using namespace std::chrono_literals;
    using std::chrono::milliseconds;
    const auto ids = disabled_before(context.step);
    const milliseconds grace = context.options.replication_grace;
    for (milliseconds pause = 1s, waited = 0s; !ids.empty(); pause = std::min<milliseconds>(pause * 2, 15s)) {
        auto read = context.client.get(object_path(context.object_id()) + "?$select=id,api,appRoles", what);
        if (!read && read.error().kind != ErrorKind::not_found) return tl::unexpected(std::move(read.error()));
        if (read && shows_disabled(*read, ids)) return {};
        if (waited >= grace) return {};
        context.progress("waiting until it can be seen that it is disabled");
        const auto wait = std::min(pause, grace - waited);
        if (!context.client.wait(wait)) return tl::unexpected(context.client.stopped(what));
        waited += wait;
    }
    return {};
}

/// What cannot be part of a creation and takes a request of its own: the choice of a key that has to be there, and
/// `acceptMappedClaims`, which cannot be part of a creation by a caller that may only write what it owns: it takes a
/// request of its own. https://github.com/hashicorp/terraform-provider-azuread/issues/914
json taken_out_of_creation(json& body) {
    auto rest = json::object();
    if (const auto* key = member(body, "tokenEncryptionKeyId")) {
        rest["tokenEncryptionKeyId"] = *key;
        body.erase("tokenEncryptionKeyId");
    }
    const auto* api = member(body, "api");
    if (api == nullptr || !api->contains("acceptMappedClaims")) return rest;
    if (api->at("acceptMappedClaims") == true) rest["api"]["acceptMappedClaims"] = true;
    body["api"].erase("acceptMappedClaims");
    leave_out_nulls(body);
    return rest;
}

/// Of one that was restored by its id alone, what it is. What it has is compared with its manifest by the look at what
/// was restored, in the same run: a list that nobody has read is not written.
StepOutcome look_at_restored(const StepContext& context, const std::string& what) {
    const Patience patience{what, true, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        return context.client.send(Method::get, object_path(context.object_id()) + "?$select=id,appId,uniqueName,tags",
                                   what);
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    const auto& there = *answer->body;
    if (lower_case(member_text(there, "id")) != context.object_id())
        return tl::unexpected(context.client.incomplete(what, "an answer about another application"));
    const auto name = lower_case(name_of(there, context.options.identity));
    const auto& known = context.step.observed->provider_data;
    const auto previous = known.find(provider_data::previous_names);
    const bool was_renamed =
        !name.empty() && previous != known.end() && previous->second.find("," + name + ",") != std::string::npos;
    const bool is_named = was_renamed || lower_case(member_text(there, "uniqueName")) == context.key() ||
                          name == context.step.address.name;
    if (belongs_to_others(context, there) || !is_named)
        return tl::unexpected(context.changed_since(what, "what lay in the recycle bin is somebody else's by now"));
    return identified(context, there, what);
}

StepOutcome restore_application(const StepContext& context, const json& body, const std::string& what) {
    auto answer = patch_in_order(context, object_path(context.object_id()), what, body);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    return identified(context, {{"id", context.object_id()}, {"appId", context.app_id()}}, what);
}

/// What an application needs that regent does not own: the command, with the ids that nobody has to look up.
ProviderError with_owner_command(const StepContext& context, ProviderError error) {
    if (error.kind != ErrorKind::forbidden) return error;
    const auto caller = context.client.caller_object_id();
    error.help = fmt::format(
        "with `Application.ReadWrite.OwnedBy` regent adopts what it owns: whoever owns the application now adds "
        "regent's "
        "service principal with `az ad app owner add --id {} --owner-object-id {}`, then run again",
        context.step.adopt_id, caller && !caller->empty() ? *caller : "OBJECT_ID_OF_REGENTS_SERVICE_PRINCIPAL");
    return error;
}

/// The service principal goes with its application, and who may not look into the recycle bin restores it by this. What
/// cannot be read now is a hint less, and no reason to stop.
std::string principal_that_goes(const StepContext& context, const std::string& what) {
    const auto app_id = context.app_id();
    if (app_id.empty()) return {};
    const auto path = fmt::format("/servicePrincipals(appId={})?$select=id,appId", key_literal(app_id));
    const auto answer = context.client.send(Method::get, path, what);
    const bool is_its = answer && answer->ok() && lower_case(member_text(*answer->body, "appId")) == app_id;
    return is_its ? lower_case(member_text(*answer->body, "id")) : std::string{};
}

}  // namespace

StepOutcome create_application(const StepContext& context) {
    const auto what = "create " + context.address();
    auto body = body_of(context, what);
    if (!body) return tl::unexpected(std::move(body.error()));
    // The service's own default has changed over the years.
    if (member_text(*body, "signInAudience").empty()) (*body)["signInAudience"] = default_audience;
    if (context.step.restore) {
        auto restored = restore(context);
        if (!restored) return tl::unexpected(std::move(restored.error()));
        if (*restored && model::is_remembered_only(*context.step.observed)) return look_at_restored(context, what);
        if (*restored) return restore_application(context, *body, what);
    }
    leave_out_nulls(*body);
    const auto rest = taken_out_of_creation(*body);
    const auto path = "/applications(uniqueName=" + key_literal(context.key()) + ")";
    auto answer = patch(context, path, what, *body, upsert);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    auto made = identified_by_key(context, path, *answer, what);
    if (made && context.step.restore) made->detail = "it was gone for good, and is made anew: " + made->detail;
    if (!made || rest.empty()) return made;
    auto second = patch(context, object_path(made->outputs.at(std::string(model::output::object_id))), what, rest);
    if (!second) return tl::unexpected(std::move(second.error()));
    return made;
}

StepOutcome adopt_application(const StepContext& context) {
    const auto what = "adopt " + context.address();
    auto there = look_again(context, what);
    if (!there) return tl::unexpected(std::move(there.error()));
    if (!there->is_object()) return tl::unexpected(context.changed_since(what, "the application is gone"));
    if (lower_case(member_text(*there, "appId")) != lower_case(context.step.adopt_id))
        return tl::unexpected(context.client.incomplete(what, "an answer about another application"));
    if (belongs_to_others(context, *there))
        return tl::unexpected(context.changed_since(what, "it was taken by " + read_tags(*there).owner));
    const auto key = lower_case(member_text(*there, "uniqueName"));
    if (key != context.key() && key != lower_case(context.observed_key()))
        return tl::unexpected(context.changed_since(what, "its uniqueName was set meanwhile"));
    auto body = body_of(context, what);
    if (!body) return tl::unexpected(std::move(body.error()));
    if (key.empty()) (*body)["uniqueName"] = context.key();
    if (auto same = lists_are_unchanged(context, what); !same) return tl::unexpected(std::move(same.error()));
    auto answer = patch_in_order(context, object_path(context.object_id()), what, *body);
    if (!answer && key.empty() && holds_our_key(context, what)) {
        // An earlier try set the key and its answer was lost; a key that is set may not be written again.
        body->erase("uniqueName");
        answer = patch_in_order(context, object_path(context.object_id()), what, *body);
    }
    if (!answer) return tl::unexpected(with_owner_command(context, std::move(answer.error())));
    context.written.remember(context, *body);
    return identified(context, *there, what);
}

StepOutcome update_application(const StepContext& context) {
    const auto what = "update " + context.address();
    if (context.object_id().empty()) return tl::unexpected(context.bug("its object id is not known"));
    auto body = body_of(context, what);
    if (!body) return tl::unexpected(std::move(body.error()));
    // Ours by its tag, and without a name: the key can be written once.
    const bool unnamed_one = context.step.work == Work::update && context.step.observed && writes_tags(context.step) &&
                             context.observed_key().empty();
    if (unnamed_one) (*body)["uniqueName"] = context.key();
    if (body->empty()) return StepResult{};
    if (auto seen = until_disabled(context, what); !seen) return tl::unexpected(std::move(seen.error()));
    if (auto same = lists_are_unchanged(context, what); !same) return tl::unexpected(std::move(same.error()));
    auto answer = patch_in_order(context, object_path(context.object_id()), what, *body);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    context.written.remember(context, *body);
    return StepResult{};
}

StepOutcome remove_application(const StepContext& context) {
    const auto what = "delete " + context.address();
    StepResult result;
    auto there = look_again(context, what);
    if (!there) return tl::unexpected(std::move(there.error()));
    if (!there->is_object()) return StepResult{};
    if (belongs_to_others(context, *there))
        return tl::unexpected(context.changed_since(what, "it was taken by " + read_tags(*there).owner));
    if (const auto name = name_of(*there, context.options.identity);
        !name.empty() && lower_case(name) != lower_case(context.step.address.name))
        return tl::unexpected(context.changed_since(what, "it became Application/" + name));
    if (read_tags(*there).prevent_delete)
        return tl::unexpected(context.changed_since(what, "it was protected by `preventDelete` meanwhile"));
    if (auto principal = principal_that_goes(context, what); !principal.empty())
        result.outputs.emplace(model::output::service_principal_id, std::move(principal));
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto deleted = context.client.send(Method::del, object_path(context.object_id()), what);
        if (deleted && deleted->status == 404) deleted->status = 204;  // gone is what was wanted
        return deleted;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    result.detail = "in the recycle bin for 30 days";
    return result;
}

}  // namespace regent::provider::graph
