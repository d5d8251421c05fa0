#include "provider/connectors/powerapps/file_upload.hpp"

#include "model/attributes.hpp"
#include "model/file_content.hpp"
#include "provider/connectors/powerapps/written_step.hpp"

#include <string_view>
#include <utility>

namespace regent::provider::powerapps {
namespace {

tl::expected<std::string, ProviderError> uploaded(PowerAppsClient& client, const StepInput& input,
                                                  const std::string& environment, const std::string& content,
                                                  const std::string& ending, const std::string& type) {
    if (content.empty()) return std::string{};
    const auto digest = model::digest_of_content(content);
    const auto name = std::string(digest.substr(digest.find(':') + 1, 32)) + ending;
    const std::string what = ending == ".png" ? "the icon" : "the script";
    tell_progress(input, "uploading " + what);
    return client.upload(environment, {what, name, type, model::bytes_of_content(content)});
}

}  // namespace

tl::expected<void, ProviderError> upload_files(PowerAppsClient& client, const plan::Step& step, const StepInput& input,
                                               const std::string& environment, WriteOptions& options) {
    const auto goes = [&](std::string_view path) {
        return step.values.contains(path) && (options.creating || step.changed.contains(path));
    };
    if (goes(model::path::icon)) {
        auto url = uploaded(client, input, environment, text_of(step.values, model::path::icon), ".png", "image/png");
        if (!url) return tl::unexpected(std::move(url.error()));
        // A connector without a picture of its own gets the service's by itself.
        if (!url->empty() || !options.creating) options.icon_url = std::move(*url);
    }
    if (goes(model::path::script) ||
        (goes(model::path::script_operations) && step.values.contains(model::path::script))) {
        auto url =
            uploaded(client, input, environment, text_of(step.values, model::path::script), ".csx", "text/plain");
        if (!url) return tl::unexpected(std::move(url.error()));
        if (!url->empty() || !options.creating) options.script_url = std::move(*url);
    }
    return {};
}

}  // namespace regent::provider::powerapps
