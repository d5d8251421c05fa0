#include "provider/connectors/backend.hpp"

#include "model/attributes.hpp"

namespace regent::provider::connectors {
namespace {

std::string backend_in(const model::Map& attributes) {
    const auto it = attributes.find(model::path::backend);
    return it == attributes.end() ? std::string{} : it->second.text_or({});
}

}  // namespace

std::string backend_of(const plan::Step& step) {
    auto backend = step.observed && step.work != plan::Work::create ? backend_in(step.observed->attributes)
                                                                    : backend_in(step.values);
    return backend.empty() ? std::string(model::backend::environment) : backend;
}

bool is_kept_by(std::string_view backend, const plan::Step& step) {
    return step.address.kind == model::kind::connector && backend_of(step) == backend;
}

}  // namespace regent::provider::connectors
