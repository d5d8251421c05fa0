#include "model/attributes.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/powerapps/connector_content.hpp"
#include "provider/connectors/powerapps/connector_reading.hpp"
#include "provider/connectors/powerapps/powerapps_client.hpp"
#include "provider/connectors/powerapps/powerapps_provider.hpp"
#include "provider/connectors/surveyed.hpp"
#include "provider/parallel_reads.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace regent::provider::powerapps {
namespace {

using connectors::same_word;
using nlohmann::json;

std::string text_at(const json& connector, const char* pointer) {
    const json::json_pointer place(pointer);
    return connector.contains(place) && connector.at(place).is_string() ? connector.at(place).get<std::string>()
                                                                        : std::string{};
}

/// What is read of its own beside the definition, since a manifest can hold it.
const std::set<std::string, std::less<>>& extras() {
    static const std::set<std::string, std::less<>> paths{
        std::string(model::path::icon), std::string(model::path::script), std::string(model::path::shares)};
    return paths;
}

class PowerAppsSurveyor final : public Surveyor {
public:
    PowerAppsSurveyor(net::Session& session, net::Clock& clock, PowerAppsOptions options)
        : options_(std::move(options)), client_(session, clock, options_) {}

    tl::expected<model::Survey, ProviderError> survey(const model::Selection& selection,
                                                      ReadProgress& progress) override {
        model::Survey survey;
        std::vector<FoundConnector> found;
        {
            ReadPart part(progress, {"Power Platform", "connectors", 0, 0, false});
            for (const auto& environment : selection.connectors.environments) {
                auto listed = client_.list_custom(environment, &part);
                if (!listed) return tl::unexpected(std::move(listed.error()));
                for (auto& connector : *listed) found.push_back(found_in(environment, std::move(connector)));
            }
        }
        connectors::keep_chosen(selection.connectors, found, is_called, survey.missing_connectors);
        ReadPart part(progress, {"Power Platform", "definitions of connectors", 0, found.size(), false});
        std::vector<model::SurveyedConnector> surveyed(found.size());
        auto read = for_each_index(found.size(), options_.parallel_reads,
                                   [&](std::size_t i) { return look_at(found[i], surveyed[i], part); });
        if (!read) return tl::unexpected(std::move(read.error()));
        survey.connectors = std::move(surveyed);
        return survey;
    }

private:
    static bool is_called(const FoundConnector& found, const std::string& name) {
        return same_word(found.facts.name, name) || same_word(found.facts.display_name, name);
    }

    tl::expected<void, ProviderError> look_at(FoundConnector& found, model::SurveyedConnector& into, ReadPart& part) {
        if (auto read = read_definition(client_, found, part); !read) return read;
        if (found.mark && connectors::is_copied(*found.mark, {found.facts.environment, found.facts.display_name, {}}))
            found.mark.reset();
        const auto ownership = connectors::ownership_by(found.mark, options_.identity);
        const auto name = ownership == model::Ownership::ours ? found.mark->name : std::string{};
        into.resource = describe(found, {std::string(model::kind::connector), name}, ownership);
        if (ownership == model::Ownership::foreign) into.resource.owner = found.mark->owner;
        into.row_id = found.facts.row_id;
        into.created_at = text_at(*found.connector, "/properties/createdTime");
        into.maker = text_at(*found.connector, "/properties/createdBy/displayName");
        return read_extras(client_, extras(), into.resource);
    }

    PowerAppsOptions options_;
    PowerAppsClient client_;
};

}  // namespace

std::unique_ptr<Surveyor> make_powerapps_surveyor(net::Session& session, net::Clock& clock, PowerAppsOptions options) {
    return std::make_unique<PowerAppsSurveyor>(session, clock, std::move(options));
}

}  // namespace regent::provider::powerapps
