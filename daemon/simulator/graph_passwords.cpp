#include "simulator/application_rules.hpp"
#include "simulator/graph_applications.hpp"
#include "simulator/members.hpp"
#include "simulator/passwords.hpp"

namespace regent::simulator {

using nlohmann::json;

Response GraphApplications::add_password(const GraphRequest& request, const json& application) {
    auto changed = application;
    json credential;
    if (const auto wrong = simulator::add_password(directory_, switches_, request.body, changed, credential))
        return graph_error(*wrong);
    if (const auto wrong = check_application(directory_, switches_, changed, &application)) return graph_error(*wrong);
    directory_.put_application(std::move(changed));
    return password_added(request, credential);
}

Response GraphApplications::remove_password(const GraphRequest& request, const json& application) {
    auto changed = application;
    if (const auto wrong = simulator::remove_password(switches_, request.body, changed)) return graph_error(*wrong);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

}  // namespace regent::simulator
