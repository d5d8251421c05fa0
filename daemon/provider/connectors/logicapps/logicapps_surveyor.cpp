#include "model/attributes.hpp"
#include "provider/connectors/json_member.hpp"
#include "provider/connectors/logicapps/arm_client.hpp"
#include "provider/connectors/logicapps/custom_api_json.hpp"
#include "provider/connectors/logicapps/logicapps_provider.hpp"
#include "provider/connectors/surveyed.hpp"
#include "provider/parallel_reads.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::provider::logicapps {
namespace {

using connectors::member;
using connectors::same_word;
using connectors::text;

class LogicAppsSurveyor final : public Surveyor {
public:
    LogicAppsSurveyor(net::Session& session, net::Clock& clock, LogicAppsOptions options)
        : options_(std::move(options)), tokens_(session.tokens()), client_(session, clock, options_) {}

    tl::expected<model::Survey, ProviderError> survey(const model::Selection& selection,
                                                      ReadProgress& progress) override {
        model::Survey survey;
        std::vector<FoundApi> found;
        {
            ReadPart part(progress, {"Azure", "connectors", 0, 0, false});
            for (const auto& group : selection.connectors.resource_groups) {
                auto listed = client_.list(group);
                if (!listed) return tl::unexpected(std::move(listed.error()));
                part.came(listed->size());
                for (auto& connector : *listed) found.push_back(with_maker(found_in(group, std::move(connector))));
            }
        }
        connectors::keep_chosen(selection.connectors, found, is_called, survey.missing_connectors);
        ReadPart part(progress, {"Azure", "definitions of connectors", 0, found.size(), false});
        std::vector<model::SurveyedConnector> surveyed(found.size());
        auto read = for_each_index(found.size(), options_.parallel_reads,
                                   [&](std::size_t i) { return look_at(found[i], surveyed[i], part); });
        if (!read) return tl::unexpected(std::move(read.error()));
        survey.connectors = std::move(surveyed);
        return survey;
    }

private:
    FoundApi with_maker(FoundApi found) {
        if (const auto regent = tokens_.token(options_.scope))
            found.maker = maker_of(*found.connector, *regent, options_);
        // Tags that somebody else put on what is somebody else's make it nobody's of ours.
        if (found.maker == Maker::others) found.mark.reset();
        return found;
    }

    static bool is_called(const FoundApi& found, const std::string& name) {
        return same_word(found.name, name) || same_word(found.display_name, name);
    }

    tl::expected<void, ProviderError> look_at(FoundApi& found, model::SurveyedConnector& into, ReadPart& part) {
        auto definition = client_.definition(*found.connector);
        if (!definition) return tl::unexpected(std::move(definition.error()));
        found.definition = std::make_shared<nlohmann::json>(std::move(*definition));
        part.came(1);
        const auto ownership = connectors::ownership_by(found.mark, options_.identity);
        const auto name = ownership == model::Ownership::ours ? found.mark->name : std::string{};
        into.resource = describe(found, {std::string(model::kind::connector), name}, ownership, options_);
        if (ownership == model::Ownership::foreign) into.resource.owner = found.mark->owner;
        into.created_at = text(member(member(found.connector.get(), "systemData"), "createdAt"));
        into.fixed_because = why_fixed(found);
        return {};
    }

    /// A save would make a REST connector of it.
    static std::string why_fixed(const FoundApi& found) {
        if (same_word(text(member(member(found.connector.get(), "properties"), "apiType")), "Soap"))
            return "it speaks SOAP, which no manifest describes";
        if (found.definition->is_null()) return "Azure shows no definition of it";
        return {};
    }

    const LogicAppsOptions options_;
    net::TokenSource& tokens_;
    ArmClient client_;
};

}  // namespace

std::unique_ptr<Surveyor> make_logicapps_surveyor(net::Session& session, net::Clock& clock, LogicAppsOptions options) {
    return std::make_unique<LogicAppsSurveyor>(session, clock, std::move(options));
}

}  // namespace regent::provider::logicapps
