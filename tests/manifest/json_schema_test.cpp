#include "manifest/json_schema.hpp"

#include "manifest/field_table.hpp"
#include "manifest/loading.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <set>

// valijson's headers do not compile under our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Woverloaded-virtual"
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#pragma GCC diagnostic pop

using namespace regent;
using namespace regent::manifest;
using Json = nlohmann::json;

namespace {

/// A plain scalar as an editor's YAML 1.2 reads it.
Json plain_value(const std::string& text) {
    if (text == "true" || text == "false") return text == "true";
    const auto parsed = Json::parse(text, nullptr, false);
    if (parsed.is_number()) return parsed;
    // "0123" is the number 123 in YAML 1.2 and no JSON.
    if (!text.empty() && text.find_first_not_of("0123456789") == std::string::npos) return std::stoll(text);
    return text;
}

Json as_json(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return nullptr;
        case Node::Kind::scalar:
            return node.style == Style::plain ? plain_value(node.text) : Json(node.text);
        case Node::Kind::sequence: {
            auto list = Json::array();
            for (const auto& item : node.items) list.push_back(as_json(item));
            return list;
        }
        case Node::Kind::mapping: {
            auto object = Json::object();
            for (const auto& entry : node.entries) object[entry.key] = as_json(entry.value);
            return object;
        }
    }
    return nullptr;
}

bool schema_accepts(const std::string& schema_text, const Json& document) {
    valijson::Schema schema;
    valijson::SchemaParser parser;
    const auto schema_json = Json::parse(schema_text);
    const valijson::adapters::NlohmannJsonAdapter schema_adapter(schema_json);
    parser.populateSchema(schema_adapter, schema);
    valijson::Validator validator;
    const valijson::adapters::NlohmannJsonAdapter adapter(document);
    return validator.validate(schema, adapter, nullptr);
}

/// Codes that are about structure, which a schema describes too; the rest are rules of the services. RG0501 is a
/// warning here and a wrong type to an editor.
bool is_structural(const model::Diagnostic& diagnostic) {
    static const std::set<std::string> codes = {"RG0201", "RG0202", "RG0203", "RG0204", "RG0205", "RG0206",
                                                "RG0207", "RG0208", "RG0209", "RG0210", "RG0212", "RG0213",
                                                "RG0214", "RG0216", "RG0226", "RG0501"};
    return codes.count(diagnostic.code) != 0;
}

/// What the loader has against the structure of one document.
bool loader_accepts(const Document& document, const model::Diagnostics& diagnostics) {
    const auto first = document.root.span.line;
    const auto last = document.root.span.end_line;
    for (const auto& d : diagnostics)
        if (is_structural(d) && d.span.file == document.file && d.span.line >= first && d.span.line <= last)
            return false;
    return true;
}

}  // namespace

TEST_CASE("the schemas in the repository are those that the field tables give", "[manifest][schema]") {
    const auto folder = std::filesystem::path(REGENT_SOURCE_DIR) / "schema/v1";
    const bool update = std::getenv("REGENT_UPDATE_GOLDEN") != nullptr;
    for (const auto& [name, text] : all_json_schemas()) {
        if (update) {
            std::filesystem::create_directories(folder);
            std::ofstream(folder / name, std::ios::binary) << text;
        }
        INFO(name << " differs: run `regent schema --all schema/v1`");
        CHECK(text_of_file(folder / name) == text);
    }
    std::set<std::string> wanted;
    for (const auto& [name, text] : all_json_schemas()) wanted.insert(name);
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        CHECK(wanted.count(entry.path().filename().string()) == 1);
    if (update) FAIL("the schemas were rewritten: read the difference, then run again without REGENT_UPDATE_GOLDEN");
}

TEST_CASE("the example of every kind is good to its schema and to the combined one", "[manifest][schema]") {
    for (const auto& table : kind_tables()) {
        INFO(table.kind);
        const auto loaded = load_repository({std::string(table.example), "", {}});
        REQUIRE(loaded.documents.size() == 1);
        const auto json = as_json(loaded.documents.front().root);
        CHECK(schema_accepts(json_schema(table.kind), json));
        CHECK(schema_accepts(json_schema(""), json));
        auto misspelt = json;
        misspelt["spec"]["nonsense"] = 1;
        CHECK_FALSE(schema_accepts(json_schema(table.kind), misspelt));
        CHECK_FALSE(schema_accepts(json_schema(""), misspelt));
    }
}

TEST_CASE("loader and schema agree about the structure of every sample, good and bad", "[manifest][schema]") {
    std::vector<std::filesystem::path> folders = bad_field_folders();
    std::size_t bad = 0, good = 0;
    const auto check = [&](const std::string& name, const Repository& repository) {
        // Judged as written: an editor sees neither variables nor overrides.
        const auto loaded = load_repository({repository.manifest, "", repository.files});
        for (const auto& document : loaded.documents) {
            const auto json = as_json(document.root);
            const bool loads = loader_accepts(document, loaded.diagnostics);
            INFO(name << ", document " << document.number << "\n" << json.dump(2) << "\n" << loaded.text);
            CHECK(schema_accepts(json_schema(""), json) == loads);
            (loads ? good : bad) += 1;
        }
    };
    for (const auto& folder : folders) {
        check(folder.filename().string(), repository_in(folder));
    }
    for (const auto name : {"arm-connector", "orders-api", "portal", "legacy"}) {
        Repository repository;
        repository.manifest =
            text_of_file(std::string(REGENT_SOURCE_DIR) + "/tests/manifest/examples/" + name + ".regent.yaml");
        check(name, repository);
    }
    CHECK(bad >= 15);
    CHECK(good >= 25);
}

TEST_CASE("an environment's schema agrees with its loader", "[manifest][schema]") {
    for (const auto& folder : bad_field_folders()) {
        const auto repository = repository_in(folder);
        if (repository.environment.empty()) continue;
        // As a manifest it is skipped by the loader, so it is read as an environment here and judged by the same file's
        // lines.
        const auto loaded = load_repository({"", repository.environment, {}});
        const auto as_document = load_repository({repository.environment, "", {}});
        REQUIRE(as_document.documents.size() == 1);
        bool loads = true;
        for (const auto& d : loaded.diagnostics) loads = loads && !is_structural(d);
        INFO(folder.filename().string() << "\n" << loaded.text);
        CHECK(schema_accepts(json_schema("Environment"), as_json(as_document.documents.front().root)) == loads);
    }
}

TEST_CASE("there is no schema of an unknown kind", "[manifest][schema]") {
    CHECK(json_schema("Deployment").empty());
}
