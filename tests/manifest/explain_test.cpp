#include "manifest/explain.hpp"

#include "manifest/error_catalogue.hpp"
#include "manifest/field_table.hpp"
#include "manifest/loading.hpp"
#include "manifest/well_known_apis.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <regex>
#include <set>

using namespace regent::manifest;

namespace {

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        lines.emplace_back(text.substr(0, text.find('\n')));
        text.remove_prefix(std::min(text.size(), lines.back().size() + 1));
    }
    return lines;
}

void check_fields(std::span<const Field> fields, const std::string& above) {
    for (const auto& field : fields) {
        const auto path = above + "." + std::string(field.name);
        INFO(path);
        CHECK_FALSE(field.help.empty());
        CHECK(field.help.back() != '.');
        CHECK_FALSE(field.example.empty());
        CHECK(explain(path).has_value());
        const bool nested = field.type == FieldType::list && (field.item == FieldType::mapping);
        CHECK((!nested || !field.members.empty()));
        CHECK((field.type != FieldType::enumeration || !field.values.empty()));
        check_fields(field.members, path);
    }
}

}  // namespace

TEST_CASE("every field of every kind can be explained, and says what it is by one line and an example",
          "[manifest][explain]") {
    for (const auto& table : kind_tables()) {
        CHECK(explain(table.kind).has_value());
        check_fields(table.fields, std::string(table.kind));
    }
}

TEST_CASE("a field is explained with type, absence and example", "[manifest][explain]") {
    CHECK(explain("Application.spec.clientSecrets.validFor") == R"(Application.spec.clientSecrets.validFor

  life of a new secret.

  type:     a duration such as `180d`
  absent:   180d
  since:    0.1

example:
  validFor: 180d
)");
    CHECK(explain("Application.spec.redirectUris.web") == R"(Application.spec.redirectUris.web

  for servers, and for custom connectors; URLs or `connectorRef: {name: x}`.

  type:     a list of: a URL or `connectorRef: {name: …}`, in any order
  absent:   not managed: what the tenant holds stays
  empty:    `[]` means that there must be none
  order:    can be set after creation, so it may refer to what comes later
  since:    0.1

example:
  web: ["https://portal.contoso.example/signin-oidc", {connectorRef: {name: arm}}]
)");
}

TEST_CASE("an error code is explained, in either case", "[manifest][explain]") {
    REQUIRE(explain("RG0204"));
    CHECK(explain("RG0204")->substr(0, 22) == "RG0204: unknown field\n");
    CHECK(explain("rg0204") == explain("RG0204"));
}

TEST_CASE("what nobody knows is answered with the nearest name", "[manifest][explain]") {
    CHECK_FALSE(explain("RG9999"));
    CHECK_FALSE(explain("Application.spec.redirectUri"));
    CHECK(explain_nothing_found("Application.spec.redirectUri") ==
          "nothing is called `Application.spec.redirectUri`; did you mean `Application.spec.redirectUris`?");
    CHECK(explain_nothing_found("signInAudience") ==
          "nothing is called `signInAudience`; did you mean `Application.spec.signInAudience`?");
    CHECK(explain_nothing_found("something else entirely").find("an error code (`RG0204`)") != std::string::npos);
}

TEST_CASE("the catalogue is complete: each code once, in order, and every code that is used stands in it",
          "[manifest][explain]") {
    std::set<std::string_view> known;
    std::string_view last;
    for (const auto& entry : manifest_error_codes()) {
        INFO(entry.code);
        CHECK(known.insert(entry.code).second);
        CHECK(last < entry.code);
        last = entry.code;
        CHECK_FALSE(entry.title.empty());
        for (const auto& line : lines_of(entry.explanation)) {
            INFO(line);
            CHECK((line.size() <= 80 || line.find("https://") != std::string::npos));
        }
    }
    for (const auto& entry : yaml_error_codes()) CHECK(known.insert(entry.code).second);
    const std::regex code("\"(RG[0-9]{4})\"");
    for (const auto& file : std::filesystem::recursive_directory_iterator(std::string(REGENT_SOURCE_DIR) + "/daemon")) {
        if (file.path().extension() != ".cpp") continue;
        const auto text = text_of_file(file.path());
        for (std::sregex_iterator it(text.begin(), text.end(), code), end; it != end; ++it) {
            INFO(file.path());
            CHECK(known.count(std::string_view(it->str(1))) == 1);
        }
    }
}

TEST_CASE("what neighbouring tools call a field is answered with ours", "[manifest][fields]") {
    const auto* spec = table_of("Application")->find("spec");
    const auto* auth = table_of("Connector")->find("spec.auth.credential");
    const auto* uri = table_of("RedirectUri")->find("spec");
    CHECK(known_wrong_name(spec->members, "replyUrls") == "redirectUris.web");
    CHECK(known_wrong_name(spec->members, "reply_urls") == "redirectUris.web");
    CHECK(known_wrong_name(spec->members, "redirectUrl") == "redirectUris");
    CHECK(known_wrong_name(spec->members, "FIC") == "federatedCredentials");
    CHECK(known_wrong_name(spec->members, "oauth2Permissions") == "permissions");
    CHECK(known_wrong_name(spec->members, "passwordCredentials") == "clientSecrets");
    CHECK(known_wrong_name(spec->members, "identifierUri") == "identifierUris");
    CHECK(known_wrong_name(auth->members, "clientSecret") == "clientSecretRef");
    CHECK(known_wrong_name(uri->members, "connectorId") == "connectorRef");
    CHECK(known_wrong_name(spec->members, "somethingElse").empty());
}

TEST_CASE("well-known APIs are found by name in any case, and their ids are GUIDs in lower case",
          "[manifest][fields]") {
    REQUIRE(find_well_known_api("Azure-Service-Management"));
    CHECK(find_well_known_api("azure-service-management")->app_id == "797f4846-ba00-4fd7-ba43-dac1f8f63013");
    CHECK_FALSE(find_well_known_api("graph"));
    CHECK(well_known_api_meant_by("Graph") == find_well_known_api("microsoft-graph"));
    const std::regex guid("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    for (const auto& api : well_known_apis()) CHECK(std::regex_match(std::string(api.app_id), guid));
}
