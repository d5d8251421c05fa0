#include "model/attributes.hpp"
#include "provider/graph/extension_steps.hpp"
#include "provider/graph/grant_steps.hpp"
#include "provider/graph/graph_provider.hpp"
#include "provider/graph/logo_step.hpp"
#include "provider/graph/object_steps.hpp"
#include "provider/graph/owner_steps.hpp"
#include "provider/graph/part_steps.hpp"
#include "provider/graph/secret_steps.hpp"
#include "provider/graph/unchanged_lists.hpp"

#include <fmt/format.h>

namespace regent::provider::graph {
namespace {

using plan::Work;

StepOutcome carry_out_on_object(const StepContext& context) {
    switch (context.step.work) {
        case Work::create:
            return create_application(context);
        case Work::adopt:
            return adopt_application(context);
        case Work::update:
        case Work::complete:
            return update_application(context);
        case Work::remove:
            return remove_application(context);
        default:
            break;
    }
    return tl::unexpected(context.bug(fmt::format("an application has no step \"{}\"", to_string(context.step.work))));
}

StepOutcome carry_out_on_part(const StepContext& context) {
    const auto& step = context.step;
    const std::string_view collection = std::string_view(step.part).substr(0, step.part.find('/'));
    const bool writes = step.work == Work::add || step.work == Work::change;
    if (step.part == model::path::principal_settings && writes) return write_principal_settings(context);
    if (collection == model::path::consented_scopes) return write_consented_scopes(context);
    if (collection == model::path::consented_roles) return write_consented_roles(context);
    if (collection == model::path::assigned_people || collection == model::path::assigned_applications)
        return write_assignments(context);
    if (step.part == model::path::service_principal && step.work == Work::add) return add_service_principal(context);
    if (collection == model::path::federated_credentials && writes) return write_credential(context);
    if (collection == model::path::federated_credentials && step.work == Work::drop) return drop_credential(context);
    const bool is_owner = collection == model::path::owners || collection == model::path::principal_owners;
    if (is_owner && step.work == Work::add) return add_owner(context);
    if (is_owner && step.work == Work::drop) return drop_owner(context);
    if (collection == model::path::logo && writes) return write_logo(context);
    if (collection == model::path::extension_properties && step.work == Work::add)
        return add_extension_property(context);
    if (collection == model::path::extension_properties && step.work == Work::drop)
        return drop_extension_property(context);
    if (collection == model::path::client_secrets && step.work == Work::add) return issue_secret(context);
    if (collection == model::path::client_secrets && step.work == Work::drop) return drop_secret(context);
    return tl::unexpected(
        context.bug(fmt::format("an application has no step \"{} {}\"", to_string(step.work), step.part)));
}

class GraphWriter final : public Writer {
public:
    GraphWriter(net::Session& session, net::Clock& clock, GraphOptions options)
        : options_(std::move(options)), client_(session, clock, options_.origin, options_.scope), catalogue_(client_) {}

    bool handles(std::string_view kind) const noexcept override { return kind == model::kind::application; }

    StepOutcome apply(const plan::Step& step, const StepInput& input) override {
        const StepContext context{step, input, options_, client_, catalogue_, written_};
        return step.part.empty() ? carry_out_on_object(context) : carry_out_on_part(context);
    }

private:
    const GraphOptions options_;
    GraphClient client_;
    PermissionsCatalogue catalogue_;
    WrittenLists written_;
};

}  // namespace

std::unique_ptr<Writer> make_graph_writer(net::Session& session, net::Clock& clock, GraphOptions options) {
    return std::make_unique<GraphWriter>(session, clock, std::move(options));
}

}  // namespace regent::provider::graph
