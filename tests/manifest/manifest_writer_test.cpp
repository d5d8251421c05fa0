#include "manifest/manifest_writer.hpp"

#include "manifest/field_table.hpp"
#include "manifest/loader.hpp"
#include "manifest/substitution.hpp"
#include "manifest/yaml_reader.hpp"
#include "model/attributes.hpp"
#include "model/environment.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace regent::manifest {
namespace {

using model::List;
using model::Map;
using model::Value;

constexpr const char* app_id = "7e7e7e7e-0000-4444-8888-abcdefabcdef";

ManifestDraft draft_of(const Map& attributes) {
    return {{"Application", "portal"}, app_id, model::ManagementPolicy::observe, attributes, app_id};
}

model::Declaration loaded(const std::string& text) {
    auto read = read_yaml({"portal.regent.yaml", text});
    INFO(text);
    REQUIRE_FALSE(model::has_errors(read.diagnostics));
    REQUIRE(read.documents.size() == 1);
    REQUIRE_FALSE(model::has_errors(substitute(read.documents.front(), {})));
    auto result = load(read.documents, {model::Environment{}, {}});
    for (const auto& diagnostic : result.diagnostics) UNSCOPED_INFO(diagnostic.message);
    REQUIRE_FALSE(model::has_errors(result.diagnostics));
    REQUIRE(result.declarations.size() == 1);
    return std::move(result.declarations.front());
}

}  // namespace

TEST_CASE("every attribute has a way into a manifest, or a reason why not", "[import]") {
    const std::string kind = GENERATE("Application", "Connector");
    for (const auto& attribute : model::attributes_of(kind)->attributes) {
        if (attribute.part_of_ownership) continue;
        INFO(kind << " " << attribute.path);
        const auto forms = attribute_forms(kind);
        const auto it =
            std::find_if(forms.begin(), forms.end(), [&](const auto& form) { return form.path == attribute.path; });
        REQUIRE(it != forms.end());
        CHECK(table_of(kind)->find("spec." + std::string(it->field)) != nullptr);
        CHECK((it->form == Form::not_importable) != it->why_not.empty());
    }
}

TEST_CASE("a name that YAML takes for something else is written as text", "[import]") {
    const Map attributes{{"displayName", "Portal"}};
    for (const auto* name : {"true", "null"}) {
        auto draft = draft_of(attributes);
        draft.address.name = name;
        const auto text = write_manifest(draft);
        INFO(text);
        CHECK(text.find("name: \"" + std::string(name) + "\"\n") != std::string::npos);
        CHECK(loaded(text).address.name == name);
    }
}

TEST_CASE("a text that readers of YAML 1.1 take for something else is in quotes", "[import]") {
    for (const auto* text : {"=", "<<", "2024-01-01", "2024-1-1T10:00:00Z", "yes", "y", "0o7", "1_000", "-1_000.5",
                             ".inf", "~", "1:30", "-190:20:30.15", "0b101", "0x1F"}) {
        const Map attributes{{"displayName", text}};
        INFO(text);
        CHECK(write_manifest(draft_of(attributes)).find(std::string("displayName: \"") + text + "\"\n") !=
              std::string::npos);
    }
    for (const auto* text : {"2024-01-01-x", "portal_1", "1:a", "v1:30", "a=b", "7e7e7e7e-0000", "10.0.0.1:80 web"}) {
        const Map attributes{{"displayName", text}};
        INFO(text);
        CHECK(write_manifest(draft_of(attributes)).find(std::string("displayName: ") + text + "\n") !=
              std::string::npos);
    }
}

TEST_CASE("every form is of an attribute that there is", "[import]") {
    const std::string kind = GENERATE("Application", "Connector");
    for (const auto& form : attribute_forms(kind)) {
        INFO(kind << " " << form.path);
        CHECK(model::attributes_of(kind)->find(form.path) != nullptr);
    }
}

TEST_CASE("texts that YAML or a variable would take for something else come back as they were", "[import]") {
    for (const std::string text :
         {"yes",      "no",         "null",    "~",          "0123", "1e3", "*star", "&a",     "- dash",
          "# hash",   "a # b",      "a: b",    "{b}",        "[b]",  "'",   "\"",    "${env}", "$${env}",
          "${",       "%",          "@",       "`",          "!",    "|",   ">",     "a\\b",   "日本語 🚀",
          "one\ntwo", "one\ntwo\n", "\n\none", "${a}\n${b}", "---",  "..."}) {
        const Map attributes{{"displayName", "Portal"}, {"signInAudience", "AzureADMyOrg"}, {"notes", text}};
        const auto manifest = write_manifest(draft_of(attributes));
        CHECK(loaded(manifest).attributes.at("notes").value == Value(text));
    }
}

TEST_CASE("what is as a service has it anyhow is not written", "[import]") {
    const Map attributes{{"displayName", "Portal"},
                         {"description", ""},
                         {"notes", Value{}},
                         {"signInAudience", "AzureADMyOrg"},
                         {"tags", List{}},
                         {"redirectUris.web", List{}},
                         {"implicitGrantSettings.enableIdTokenIssuance", false},
                         {"requestedAccessTokenVersion", 1},
                         {"permissions", List{}},
                         {"federatedCredentials", Map{}},
                         {"servicePrincipal", true}};
    CHECK(write_manifest(draft_of(attributes)) ==
          "apiVersion: regent/v1\n"
          "kind: Application\n"
          "metadata:\n"
          "  name: portal\n"
          "management:\n"
          "  adopt:\n"
          "    appId: 7e7e7e7e-0000-4444-8888-abcdefabcdef\n"
          "  policy: observe\n"
          "spec:\n"
          "  displayName: Portal\n"
          "  signInAudience: single-tenant\n");
}

TEST_CASE("names stand for ids, and ids without a name stand apart", "[import]") {
    const auto permission = [](const char* api, const char* type, const char* name) {
        return Map{{"api", api}, {"type", type}, {"name", name}};
    };
    const Map attributes{
        {"displayName", "Portal"},
        {"signInAudience", "AzureADMultipleOrgs"},
        {"identifierUris", List{std::string("api://") + app_id, "https://contoso.com/x"}},
        {"permissions",
         List{permission("00000003-0000-0000-c000-000000000000", "delegated", "User.Read"),
              permission("00000003-0000-0000-c000-000000000000", "application", "11111111-2222-3333-4444-555555555555"),
              permission("0f0f0f0f-0000-4000-8000-000000000000", "delegated", "Orders.Read"),
              permission("0e0e0e0e-0000-4000-8000-000000000000", "delegated", "11111111-2222-3333-4444-555555555555")}},
        {"federatedCredentials", Map{{"deploy", Map{{"issuer", "https://token.actions.githubusercontent.com"},
                                                    {"subject", "repo:contoso/x:ref:refs/heads/main"},
                                                    {"audience", "api://AzureADTokenExchange"},
                                                    {"description", ""}}}}},
        {"servicePrincipal", false}};
    auto draft = draft_of(attributes);
    draft.policy = model::ManagementPolicy::full;
    draft.names = {{"0f0f0f0f-0000-4000-8000-000000000000", "Orders API"}};
    draft.notes = {"A fact.", "- another\nline"};
    const auto text = write_manifest(draft);
    CHECK(text ==
          "# A fact.\n"
          "# - another␊line\n"
          "apiVersion: regent/v1\n"
          "kind: Application\n"
          "metadata:\n"
          "  name: portal\n"
          "management:\n"
          "  adopt:\n"
          "    appId: 7e7e7e7e-0000-4444-8888-abcdefabcdef\n"
          "spec:\n"
          "  displayName: Portal\n"
          "  signInAudience: multi-tenant\n"
          "  identifierUris:\n"
          "    - api://{appId}\n"
          "    - https://contoso.com/x\n"
          "  permissions:\n"
          "    - api: microsoft-graph\n"
          "      delegated:\n"
          "        - User.Read\n"
          "      applicationIds:\n"
          "        - 11111111-2222-3333-4444-555555555555\n"
          "    - api: 0e0e0e0e-0000-4000-8000-000000000000  # has no service principal in the tenant\n"
          "      delegatedIds:\n"
          "        - 11111111-2222-3333-4444-555555555555\n"
          "    - api: 0f0f0f0f-0000-4000-8000-000000000000  # Orders API\n"
          "      delegated:\n"
          "        - Orders.Read\n"
          "  servicePrincipal:\n"
          "    create: false\n"
          "  federatedCredentials:\n"
          "    - name: deploy\n"
          "      issuer: https://token.actions.githubusercontent.com\n"
          "      subject: repo:contoso/x:ref:refs/heads/main\n");
    const auto declaration = loaded(text);
    CHECK(declaration.attributes.at("permissions").elements.size() == 4);
    CHECK_FALSE(declaration.attributes.contains("servicePrincipal"));
    CHECK(declaration.attributes.at("federatedCredentials").elements.at(0).value ==
          attributes.at("federatedCredentials").as_map()->at("deploy"));
}

TEST_CASE("a name is made of what people call the application", "[import]") {
    CHECK(name_from("Customer Portal (prod)") == "customer-portal-prod");
    CHECK(name_from("Müller & Söhne GmbH") == "muller-sohne-gmbh");
    CHECK(name_from("Łódź") == "lodz");
    CHECK(name_from("2nd portal") == "app-2nd-portal");
    CHECK(name_from("*star") == "star");
    CHECK(name_from("日本語").empty());
    CHECK(name_from("").empty());
    CHECK(name_from(std::string(100, 'a')).size() == 63);
}

}  // namespace regent::manifest
