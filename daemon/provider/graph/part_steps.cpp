#include "provider/graph/part_steps.hpp"

#include "model/attributes.hpp"
#include "model/principal_in_bin.hpp"
#include "provider/graph/application_body.hpp"
#include "provider/graph/graph_errors.hpp"
#include "provider/graph/json_access.hpp"
#include "provider/graph/principal_json.hpp"
#include "provider/graph/unchanged_principal.hpp"
#include "provider/graph/write_refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace regent::provider::graph {
namespace {

using net::Method;
using nlohmann::json;

constexpr std::array trust_members = {"issuer", "subject", "audiences"};

StepOutcome identified_principal(const StepContext& context, const json& principal, const std::string& what) {
    const auto id = lower_case(member_text(principal, "id"));
    if (id.empty() || lower_case(member_text(principal, "appId")) != context.app_id())
        return tl::unexpected(context.client.incomplete(what, "an answer about another service principal"));
    StepResult result;
    result.outputs.emplace(model::output::service_principal_id, id);
    return result;
}

/// It is there; its id is read for as long as a replica may not know it.
StepOutcome read_own_principal(const StepContext& context, const std::string& what) {
    const Patience patience{what, true, context.options.replication_grace, context.input.progress};
    auto read = until_accepted(context.client, patience, [&] {
        return context.client.send(Method::get, principal_path(context.app_id()) + "?$select=id,appId", what);
    });
    if (!read) return tl::unexpected(std::move(read.error()));
    if (!read->ok()) return tl::unexpected(context.client.refused(what, *read));
    return identified_principal(context, *read->body, what);
}

/// The keys that a change of them has to repeat, as they are now. Those of a service principal that came with this run
/// were never observed: restored from the recycle bin, it has what it had. Without `$select`, as in
/// unchanged_principal().
tl::expected<json, ProviderError> keys_of_principal(const StepContext& context, const std::string& what) {
    json principal;
    if (!context.is_principal_fresh()) {
        auto unchanged = unchanged_principal(context, what);
        if (!unchanged) return tl::unexpected(std::move(unchanged.error()));
        principal = std::move(*unchanged);
    }
    const auto& changed = context.step.changed;
    if (!changed.contains(of_principal.certificates) && !changed.contains(of_principal.encryption_key))
        return json::object();
    if (context.is_principal_fresh()) {
        const Patience patience{what, true, context.options.replication_grace, context.input.progress};
        auto answer = until_accepted(context.client, patience, [&] {
            return context.client.send(Method::get, principal_path(context.app_id()), what);
        });
        if (!answer) return tl::unexpected(std::move(answer.error()));
        if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
        principal = std::move(*answer->body);
    }
    if (principal.is_null()) return keys_there(of_principal, context.step.observed.get());
    StrictReading reading;
    const auto read = read_certificates(reading, principal, of_principal);
    if (!reading.problem().empty()) return tl::unexpected(context.client.incomplete(what, reading.problem()));
    return read.keys.empty() ? json::object() : json::parse(read.keys, nullptr, false);
}

/// The id of the service principal of this application in the recycle bin; empty when there is none. That regent may
/// not look there is no answer: it had one.
tl::expected<std::string, ProviderError> find_in_bin(const StepContext& context, const std::string& what) {
    auto deleted = context.client.list(
        fmt::format("/directory/deletedItems/microsoft.graph.servicePrincipal?$filter={}&$select={}",
                    percent_encoded("appId eq '" + context.app_id() + "'"), "id,appId,deletedDateTime"),
        what);
    if (!deleted && deleted.error().kind == ErrorKind::forbidden) {
        deleted.error().help = fmt::format(
            "regent looks for it in the recycle bin, which needs `Application.Read.All`: grant that, or have the "
            "service principal restored there, or made anew (`az ad sp create --id {}`), then run again",
            context.app_id());
    }
    if (!deleted) return tl::unexpected(std::move(deleted.error()));
    const json* last = nullptr;
    for (const auto& principal : *deleted) {
        if (lower_case(member_text(principal, "appId")) != context.app_id()) continue;
        if (last == nullptr || member_text(principal, "deletedDateTime") > member_text(*last, "deletedDateTime"))
            last = &principal;
    }
    return last == nullptr ? std::string{} : member_text(*last, "id");
}

/// Whether the application has a service principal, as far as the directory shows.
tl::expected<bool, ProviderError> has_principal(const StepContext& context, const std::string& what) {
    auto read = context.client.send(Method::get, principal_path(context.app_id()) + "?$select=id,appId", what);
    if (!read) return tl::unexpected(std::move(read.error()));
    if (!read->ok() && read->status != 404) return tl::unexpected(context.client.refused(what, *read));
    return read->ok();
}

/// Restores it, for as long as the application that came back a moment ago is not known everywhere yet, and others
/// write to the tenant. What is not found was restored by a request whose answer was lost, or is looked up by a replica
/// that does not know it as deleted.
tl::expected<GraphAnswer, ProviderError> send_restoration(const StepContext& context, const std::string& id,
                                                          const std::string& what) {
    const auto grace = context.options.replication_grace;
    Patience patience{what, true, grace, context.input.progress};
    patience.worth = [&](const GraphAnswer&) {
        const auto there = has_principal(context, what);
        return there && *there ? std::chrono::milliseconds(0) : std::chrono::milliseconds(grace);
    };
    const auto path = "/directory/deletedItems/" + percent_encoded(id) + "/restore";
    return until_accepted(context.client, patience, [&] { return context.client.send(Method::post, path, what); });
}

/// Deleting an application deletes its service principal; restoring it does not bring that back. Restored rather than
/// made anew it keeps its object id, and what was assigned to it. True as well when there is another one by now, false
/// when there is nothing to be restored: it is gone for good. One that may not be restored is not made anew: what
/// people have by it would be gone for good.
tl::expected<bool, ProviderError> restore_principal(const StepContext& context, const std::string& what) {
    auto id = find_in_bin(context, what);
    // Whoever may not look there may restore what it owns, where its id is remembered.
    const auto remembered = context.step.observed ? model::principal_in_bin_of(*context.step.observed) : std::string{};
    const bool is_remembered = !id && id.error().kind == ErrorKind::forbidden && !remembered.empty();
    if (is_remembered) id = remembered;
    if (!id) return tl::unexpected(std::move(id.error()));
    if (id->empty()) return false;
    auto answer = send_restoration(context, *id, what);
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok()) return true;
    if (answer->status == 404 || answer->status == 409) {
        auto there = has_principal(context, what);
        if (!there || *there) return there;
    }
    if (answer->status == 404 && is_remembered) return false;
    if (answer->status == 404) {
        auto left = find_in_bin(context, what);
        if (!left) return tl::unexpected(std::move(left.error()));
        if (left->empty()) return false;
    }
    auto error = context.client.refused(what, *answer);
    error.help = fmt::format(
        "its service principal {} lies in the recycle bin, with what people were assigned and consented to: have it "
        "restored there (Entra admin center, Enterprise applications), or deleted for good, then run again",
        *id);
    return tl::unexpected(std::move(error));
}

/// True when the upsert itself is not understood, as opposed to refused.
bool is_unsupported(const GraphAnswer& answer) {
    return answer.status == 405 || answer.status == 501 || answer.error_code() == "BadRequest";
}

/// A flexible credential is matched by an expression that Graph v1.0 neither shows nor takes.
bool is_flexible(const model::ObservedResource* observed, const std::string& name) {
    if (observed == nullptr) return false;
    const auto all = observed->attributes.find(model::path::federated_credentials);
    const auto* there = all == observed->attributes.end() ? nullptr : all->second.find(name);
    const auto* subject = there == nullptr ? nullptr : there->find("subject");
    return subject != nullptr && subject->text_or({}).empty();
}

std::string credential_path(const StepContext& context, const std::string& key) {
    return fmt::format("/applications/{}/federatedIdentityCredentials{}", context.object_id(), key);
}

/// What the recycle bin gives back cannot be read before. Among that may be the credential that is to be written, under
/// another name, and two with one issuer and subject are refused. The look at what was restored, in the same run, takes
/// it away and adds it under its name; until then who signs in by it can. Empty: there is none.
std::string name_it_came_back_under(const StepContext& context, const json& body, const std::string& what) {
    const auto& observed = context.step.observed;
    if (context.step.work != plan::Work::add || !observed || !observed->deleted) return {};
    const auto all = context.client.list(credential_path(context, ""), what);
    if (!all) return {};
    for (const auto& there : *all) {
        const bool is_same = std::all_of(trust_members.begin(), trust_members.end(), [&](const auto* name) {
            const auto* found = member(there, name);
            return found != nullptr && *found == body[name];
        });
        if (is_same && member_text(there, "name") != context.element()) return member_text(there, "name");
    }
    return {};
}

/// A name that is taken is what an earlier try took, whose answer was lost: then all of it is there as it is wanted.
bool is_written_already(const StepContext& context, const GraphAnswer& answer, const json& body,
                        const std::string& what) {
    if (answer.error_code() != "Request_MultipleObjectsWithSameKeyValue") return false;
    const auto all = context.client.list(credential_path(context, ""), what);
    return all && std::any_of(all->begin(), all->end(), [&](const auto& there) {
               return member_text(there, "name") == context.element() &&
                      std::all_of(body.items().begin(), body.items().end(), [&](const auto& wanted) {
                          const auto* found = member(there, wanted.key().c_str());
                          return found == nullptr ? wanted.value().is_null() : *found == wanted.value();
                      });
           });
}

}  // namespace

StepOutcome add_service_principal(const StepContext& context) {
    const auto what = "create the service principal of " + context.address();
    const auto app_id = context.app_id();
    if (app_id.empty()) return tl::unexpected(context.bug("its application id is not known"));
    const auto& observed = context.step.observed;
    const bool lay_there = context.step.restore || (observed && observed->deleted);
    // Of an application that was gone for good its service principal is, too.
    const bool is_made_anew = observed && observed->id != context.object_id();
    if (lay_there && !is_made_anew) {
        const auto restored = restore_principal(context, what);
        if (!restored) return tl::unexpected(restored.error());
        if (*restored) return read_own_principal(context, what);
    }

    const auto nothing = json::object();
    auto answer = context.send(Method::patch, principal_path(app_id), what, &nothing, {.create_if_missing = true});
    if (answer && !answer->ok() && is_unsupported(*answer)) {
        const json body{{"appId", app_id}};
        // Keyed too: a second one for the application is refused with 409.
        answer = context.send(Method::post, "/servicePrincipals", what, &body);
    }
    if (!answer) return tl::unexpected(std::move(answer.error()));
    const bool there_already = answer->status == 409 && !is_concurrent_write(*answer);
    if (!answer->ok() && !there_already) return tl::unexpected(context.client.refused(what, *answer));
    if (answer->ok() && answer->body->is_object()) return identified_principal(context, *answer->body, what);
    return read_own_principal(context, what);
}

StepOutcome write_principal_settings(const StepContext& context) {
    const auto what = "write the properties of the service principal of " + context.address();
    auto keys = keys_of_principal(context, what);
    if (!keys) return tl::unexpected(std::move(keys.error()));
    auto body = principal_body(context.step.changed, context.step.values);
    add_certificates(context.step, of_principal, context.key(), *keys, body);
    const auto written_keys = body.value("keyCredentials", json());
    for (const auto& part : in_order(std::move(body), *keys)) {
        auto answer = context.must(Method::patch, principal_path(context.app_id()), what, &part);
        if (!answer) return tl::unexpected(explained_refusal(context.step, std::move(answer.error())));
    }
    remember_principal(context, written_keys);
    return StepResult{};
}

StepOutcome write_credential(const StepContext& context) {
    const auto name = context.element();
    const auto what = fmt::format("write the federated credential \"{}\" of {}", name, context.address());
    const auto all = context.step.values.find(model::path::federated_credentials);
    const auto* value = all == context.step.values.end() ? nullptr : all->second.find(name);
    if (value == nullptr || context.object_id().empty())
        return tl::unexpected(context.bug(fmt::format("nothing is known of its federated credential \"{}\"", name)));
    if (is_flexible(context.step.observed.get(), name)) {
        auto error = context.changed_since(what, "it matches by an expression, which Graph v1.0 cannot change");
        error.kind = ErrorKind::rejected;
        error.code = "RG0705";
        error.help = "delete it in the portal, or give yours another name";
        return tl::unexpected(std::move(error));
    }
    auto body = credential_body(*value);
    if (context.step.work == plan::Work::add) leave_out_nulls(body);
    auto answer = context.send(Method::patch, credential_path(context, "(name=" + key_literal(name) + ")"), what, &body,
                               {.create_if_missing = true});
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (answer->ok() || is_written_already(context, *answer, body, what)) return StepResult{};
    StepResult result;
    if (const auto other = name_it_came_back_under(context, body, what); !other.empty()) {
        result.detail = fmt::format("came back as \"{}\", and gets its name next", other);
        return result;
    }
    return tl::unexpected(context.client.refused(what, *answer));
}

StepOutcome drop_credential(const StepContext& context) {
    const auto name = context.element();
    const auto what = fmt::format("remove the federated credential \"{}\" of {}", name, context.address());
    const Patience patience{what, false, context.options.replication_grace, context.input.progress};
    auto answer = until_accepted(context.client, patience, [&] {
        auto deleted = context.client.send(Method::del, credential_path(context, "/" + percent_encoded(name)), what);
        if (deleted && deleted->status == 404) deleted->status = 204;  // gone is what was wanted
        return deleted;
    });
    if (!answer) return tl::unexpected(std::move(answer.error()));
    if (!answer->ok()) return tl::unexpected(context.client.refused(what, *answer));
    return StepResult{};
}

}  // namespace regent::provider::graph
