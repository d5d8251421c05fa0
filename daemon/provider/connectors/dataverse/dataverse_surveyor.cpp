#include "model/attributes.hpp"
#include "provider/connectors/dataverse/dataverse_client.hpp"
#include "provider/connectors/dataverse/dataverse_errors.hpp"
#include "provider/connectors/dataverse/dataverse_provider.hpp"
#include "provider/connectors/dataverse/row_match.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/surveyed.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::dataverse {
namespace {

using connectors::same_word;

class DataverseSurveyor final : public Surveyor {
public:
    DataverseSurveyor(net::Session& session, net::Clock& clock, DataverseOptions options)
        : options_(std::move(options)), client_(session, clock, options_) {}

    tl::expected<model::Survey, ProviderError> survey(const model::Selection& selection,
                                                      ReadProgress& progress) override {
        model::Survey survey;
        survey.missing_connectors = selection.connectors.names;
        ReadPart part(progress, {"Dataverse", "connectors of solutions", 0, 0, false});
        for (const auto& dataverse : options_.dataverses) {
            const auto& wanted = selection.connectors.environments;
            if (std::find(wanted.begin(), wanted.end(), dataverse.environment) == wanted.end()) continue;
            if (auto read = look_at(dataverse, selection.connectors, survey, part); !read)
                return tl::unexpected(std::move(read.error()));
        }
        return survey;
    }

private:
    tl::expected<void, ProviderError> look_at(const model::Dataverse& dataverse,
                                              const model::ConnectorSelection& selection, model::Survey& survey,
                                              ReadPart& part) {
        auto instance = client_.instance(dataverse.environment);
        if (!instance) return tl::unexpected(std::move(instance.error()));
        auto rows = client_.connectors(*instance, &part);
        if (!rows) return tl::unexpected(std::move(rows.error()));
        auto there = client_.solutions_and_members(*instance);
        if (!there) return tl::unexpected(std::move(there.error()));
        const std::map<std::string, Solutions> solutions{{dataverse.environment, std::move(*there)}};
        for (const auto& json : *rows) {
            auto row = read_row(json);
            if (!row)
                return tl::unexpected(unreadable_row(
                    json, row.error(), "look at the connector in the maker portal, or name others with --connector"));
            if (row->mark && connectors::is_copied(*row->mark, {dataverse.environment, {}, row->id})) row->mark.reset();
            const FoundRow found{dataverse.environment, std::move(*row)};
            if (is_chosen(found.row, selection, survey.missing_connectors))
                survey.connectors.push_back(surveyed(found, json, dataverse, solutions));
        }
        return {};
    }

    static bool is_called(const ConnectorRow& row, const std::string& name) {
        return same_word(row.title, name) || same_word(row.internal_id, name) || same_word(row.id, name);
    }

    static bool is_chosen(const ConnectorRow& row, const model::ConnectorSelection& selection,
                          std::vector<std::string>& missing) {
        std::erase_if(missing, [&](const auto& name) { return is_called(row, name); });
        return selection.all || std::any_of(selection.names.begin(), selection.names.end(),
                                            [&](const auto& name) { return is_called(row, name); });
    }

    model::SurveyedConnector surveyed(const FoundRow& found, const nlohmann::json& json,
                                      const model::Dataverse& dataverse,
                                      const std::map<std::string, Solutions>& solutions) const {
        const auto& mark = found.row.mark;
        const auto ownership = connectors::ownership_by(mark, options_.identity);
        const auto name = ownership == model::Ownership::ours ? mark->name : std::string{};
        model::SurveyedConnector connector;
        connector.resource =
            described(found, {std::string(model::kind::connector), name}, ownership, dataverse.solution, solutions);
        if (ownership == model::Ownership::foreign) connector.resource.owner = mark->owner;
        connector.row_id = found.row.id;
        if (const auto it = json.find("createdon"); it != json.end() && it->is_string())
            connector.created_at = it->get<std::string>();
        if (found.row.managed)
            connector.fixed_because = "it came with a managed solution: it is changed where that is made";
        return connector;
    }

    DataverseOptions options_;
    DataverseClient client_;
};

}  // namespace

std::unique_ptr<Surveyor> make_dataverse_surveyor(net::Session& session, net::Clock& clock, DataverseOptions options) {
    return std::make_unique<DataverseSurveyor>(session, clock, std::move(options));
}

}  // namespace regent::provider::dataverse
