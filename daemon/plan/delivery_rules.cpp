#include "plan/delivery_rules.hpp"

#include "model/attributes.hpp"
#include "model/secret_delivery.hpp"

#include <fmt/format.h>

#include <utility>

namespace regent::plan {
namespace {

using model::Diagnostic;

/// Calls `visit` with each secret, in words, what it is handed to, and where that is written.
template <typename Visit>
void each_delivery(const DesiredGraph& graph, const Visit& visit) {
    for (const auto& [address, resource] : graph.resources) {
        const auto secrets = resource.attributes.find(model::path::client_secrets);
        if (secrets == resource.attributes.end()) continue;
        for (const auto& element : secrets->second.elements) {
            const auto* targets = element.value.find("deliverTo");
            if (targets == nullptr || targets->as_list() == nullptr) continue;
            const auto whose = fmt::format("the secret `{}` of {}", element.name, to_string(address));
            for (const auto& target : *targets->as_list()) visit(whose, target, element.span);
        }
    }
}

std::string type_of(const model::Value& target) {
    const auto* type = target.find("type");
    return type == nullptr ? std::string{} : type->text_or({});
}

Diagnostic two_secrets(const std::string& message, const model::Span& second, const model::Span& first) {
    Diagnostic diagnostic;
    diagnostic.code = "RG0328";
    diagnostic.message = message;
    diagnostic.span = second;
    diagnostic.label = "this one";
    if (first != second) diagnostic.secondary = {{first, "and this one"}};
    return diagnostic;
}

}  // namespace

/// What is handed to one place twice would be overwritten in every run, and one of the two could never be signed in
/// with.
void check_delivered_twice(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    std::map<std::string, std::pair<std::string, model::Span>> first;
    each_delivery(graph, [&](const std::string& whose, const model::Value& target, const model::Span& span) {
        const auto [it, added] = first.emplace(model::delivery_id(target), std::pair{whose, span});
        if (added) return;
        auto diagnostic = two_secrets(
            fmt::format("{} goes to {}, and so does {}", whose, model::delivery_words(target), it->second.first), span,
            it->second.second);
        diagnostic.help = "give one of them another place";
        diagnostics.push_back(std::move(diagnostic));
    });
}

void DeliveriesOfEnvironments::add(const DesiredGraph& graph, model::Diagnostics& diagnostics) {
    const auto& environment = graph.environment;
    each_delivery(graph, [&](const std::string& whose, const model::Value& target, const model::Span& span) {
        const auto type = type_of(target);
        if (type == model::delivery::command) return;
        const bool in_vault = type == model::delivery::key_vault;
        const auto place =
            fmt::format("{} {}", in_vault ? environment.endpoints.key_vault : "", model::delivery_id(target));
        const auto [it, added] = first_.emplace(place, Delivered{environment.name, whose, span});
        const auto& first = it->second;
        if (added || first.environment == environment.name) return;
        auto diagnostic = two_secrets(fmt::format("{} in {} goes to {}, and so does {} in {}", whose, environment.name,
                                                  model::delivery_words(target), first.whose, first.environment),
                                      span, first.span);
        diagnostic.severity = in_vault ? model::Severity::error : model::Severity::warning;
        if (!in_vault)
            diagnostic.notes = {"where one machine works on both, each overwrites what the other has written"};
        diagnostic.help = "give each environment another place: a variable of `Environment.spec.vars` may be in it";
        diagnostics.push_back(std::move(diagnostic));
    });
}

}  // namespace regent::plan
