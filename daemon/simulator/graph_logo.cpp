#include "simulator/graph_applications.hpp"
#include "simulator/members.hpp"
#include "simulator/values.hpp"

#include <fmt/format.h>

#include <array>

namespace regent::simulator {
namespace {

using namespace std::string_view_literals;

struct Picture {
    std::string_view content_type;
    std::string_view beginning;
};
constexpr std::array pictures = {Picture{"image/png", "\x89PNG\r\n\x1a\n"sv}, Picture{"image/jpeg", "\xff\xd8\xff"sv},
                                 Picture{"image/gif", "GIF8"sv}};

bool is_picture(const std::string& content_type, const std::string& bytes) {
    for (const auto& [type, beginning] : pictures) {
        if (lower(content_type) == type) return starts_with(bytes, beginning);
    }
    return false;
}

}  // namespace

/// https://learn.microsoft.com/graph/api/resources/application: the picture can be put, and is shown as an address that
/// is another one each time.
Response GraphApplications::put_logo(const GraphRequest& request, const Json& application) {
    if (!is_picture(request.http.header("Content-Type").value_or(""), request.http.body))
        return graph_error(invalid_value("logo"));
    auto changed = application;
    changed["info"]["logoUrl"] =
        fmt::format("https://aadcdn.example/{}/appbranding/{}/logo?ts={}", directory_.tenant_id(),
                    text(application, "id"), directory_.ids().number());
    changed["_logoSha256"] = sha256_hex(request.http.body);
    directory_.put_application(std::move(changed));
    return graph_no_content();
}

}  // namespace regent::simulator
