#include "report/step_words.hpp"

#include "model/attributes.hpp"
#include "model/value.hpp"

#include <fmt/format.h>

namespace regent::report {
namespace {

struct Verbs {
    const char* doing;
    const char* done;
};

Verbs verbs_of(plan::Work work) {
    switch (work) {
        case plan::Work::create:
            return {"creating", "created"};
        case plan::Work::adopt:
            return {"adopting", "adopted"};
        case plan::Work::update:
            return {"updating", "updated"};
        case plan::Work::complete:
            return {"completing", "completed"};
        case plan::Work::add:
            return {"adding", "added"};
        case plan::Work::change:
            return {"changing", "changed"};
        case plan::Work::drop:
            return {"removing", "removed"};
        case plan::Work::await:
            return {"waiting", "there"};
        case plan::Work::remove:
            return {"deleting", "deleted"};
    }
    return {"working", "done"};
}

/// "federatedCredentials/arm-mi" → its collection and its element. An element that is to go was named by somebody else.
std::pair<std::string, std::string> split(const std::string& part) {
    const auto slash = part.find('/');
    return slash == std::string::npos
               ? std::pair{part, std::string{}}
               : std::pair{part.substr(0, slash), model::with_visible_controls(part.substr(slash + 1))};
}

}  // namespace

StepWords words_for(const plan::Step& step) {
    const auto verbs = verbs_of(step.work);
    const auto address = to_string(step.address);
    const auto [collection, element] = split(step.part);
    const auto object = [&](std::string_view what) {
        return StepWords{address, fmt::format("{} {}", verbs.doing, what), fmt::format("{} {}", what, verbs.done)};
    };
    if (step.part.empty()) {
        if (step.restore) return {address, "restoring from the recycle bin", "restored from the recycle bin"};
        const auto more = !step.summary.empty() && step.work != plan::Work::remove ? fmt::format(" ({})", step.summary)
                                                                                   : std::string{};
        return {address, verbs.doing + more, verbs.done + more};
    }
    if (collection == model::path::client_secrets) {
        const auto subject = fmt::format("secret \"{}\" of {}", element, address);
        if (step.work == plan::Work::add) return {subject, "issuing", "issued"};
        return {subject, fmt::format("removing key {}", step.key_id), "removed"};
    }
    if (collection == model::path::secret_deliveries) {
        const auto target = model::with_visible_controls(step.summary);
        return {fmt::format("secret \"{}\" of {}", element, address), "handing it to " + target, "handed to " + target};
    }
    if (step.part == model::path::service_principal && step.restore)
        return {address, "restoring service principal", "service principal restored"};
    if (step.part == model::path::service_principal) return object("service principal");
    if (step.part == model::path::principal_settings) return object("properties of the service principal");
    if (collection == model::path::consented_scopes || collection == model::path::consented_roles)
        return object(fmt::format("admin consent ({})", step.summary));
    if (collection == model::path::assigned_people)
        return object(fmt::format("users and groups with its roles ({})", step.summary));
    if (collection == model::path::assigned_applications)
        return object(fmt::format("applications with its roles ({})", step.summary));
    if (collection == model::path::federated_credentials)
        return object(fmt::format("federated credential \"{}\"", element));
    if (collection == model::path::owners) return object(fmt::format("owner {}", element));
    if (collection == model::path::principal_owners)
        return object(fmt::format("owner {} of the service principal", element));
    if (collection == model::path::extension_properties)
        return object(fmt::format("extension property \"{}\"", element));
    if (step.work == plan::Work::await)
        return {address, fmt::format("waiting for its {}", step.part), fmt::format("{} is there", step.part)};
    return object(step.part);
}

std::string elapsed_text(std::chrono::milliseconds duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
    if (seconds >= 60) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    return fmt::format("{:.1f}s", static_cast<double>(duration.count()) / 1000.0);
}

}  // namespace regent::report
