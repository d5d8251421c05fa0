#include "provider/graph/certificates_json.hpp"
#include "provider/graph/json_access.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace regent::provider::graph {
namespace {

using model::Map;
using model::Value;
using nlohmann::json;

/// `letter` is what its id and its thumbprint are made of.
json key(char letter, const json& display_name, const std::string& start) {
    return json{{"keyId", std::string(8, letter) + "-0000-4000-8000-000000000000"},
                {"type", "AsymmetricX509Cert"},
                {"usage", "Verify"},
                {"displayName", display_name},
                {"key", nullptr},
                {"customKeyIdentifier", std::string(40, letter)},
                {"startDateTime", start},
                {"endDateTime", "2028-01-01T00:00:00Z"}};
}

Map named(const std::vector<json>& keys) {
    StrictReading reading;
    const auto read =
        read_certificates(reading, {{"keyCredentials", keys}, {"tokenEncryptionKeyId", nullptr}}, of_application);
    CHECK(reading.problem().empty());
    const auto it = read.attributes.find(model::path::certificates);
    return it == read.attributes.end() ? Map{} : *it->second.as_map();
}

std::map<std::string, char> letters(const Map& certificates) {
    std::map<std::string, char> found;
    for (const auto& [name, certificate] : certificates)
        found.emplace(name, static_cast<char>(std::tolower(text_of(certificate, "thumbprint").front())));
    return found;
}

std::vector<json> written(const Map& wanted, const std::vector<json>& there) {
    plan::Step step;
    step.changed.insert(std::string(model::path::certificates));
    step.values.emplace(model::path::certificates, wanted);
    json body = json::object();
    add_certificates(step, of_application, "contoso.test.app", {{"keyCredentials", there}}, body);
    return body.at("keyCredentials").get<std::vector<json>>();
}

/// As Graph has the list after it was written: a new key has its thumbprint and its dates then.
std::vector<json> stored(std::vector<json> keys, char letter_of_new) {
    for (auto& one : keys) {
        if (member_text(one, "customKeyIdentifier").empty()) {
            one["customKeyIdentifier"] = std::string(40, letter_of_new);
            one["startDateTime"] = "2026-11-01T00:00:00Z";
            one["endDateTime"] = "2028-01-01T00:00:00Z";
        }
        one["key"] = nullptr;
    }
    return keys;
}

Value fresh(char letter) {
    return Map{{"usage", "Verify"},
               {"thumbprint", std::string(40, static_cast<char>(std::toupper(letter)))},
               {"key", Map{{"bytes", "MIIB"}}}};
}

std::map<std::string, std::string> display_names(const std::vector<json>& keys) {
    std::map<std::string, std::string> found;
    for (const auto& one : keys) found.emplace(member_text(one, "keyId").substr(0, 1), member_text(one, "displayName"));
    return found;
}

const std::vector<json> rotating = {
    key('c', "CN=dup", "2026-03-01T00:00:00Z"), key('a', "CN=dup", "2026-02-01T00:00:00Z"),
    key('b', "CN=dup", "2026-01-01T00:00:00Z"), key('d', "CN=own", "2026-01-01T00:00:00Z")};
const std::string a_name = "CN=dup (aaaaaaaa-0000-4000-8000-000000000000)";
const std::string c_name = "CN=dup (cccccccc-0000-4000-8000-000000000000)";

}  // namespace

TEST_CASE("certificates of one display name are called the same in any order of the answer") {
    auto keys = rotating;
    std::sort(keys.begin(), keys.end());
    do {
        CHECK(letters(named(keys)) ==
              std::map<std::string, char>{{"CN=dup", 'b'}, {a_name, 'a'}, {c_name, 'c'}, {"CN=own", 'd'}});
    } while (std::next_permutation(keys.begin(), keys.end()));
}

TEST_CASE("a certificate whose display name is what another one is called by keeps its name") {
    auto keys = rotating;
    keys.push_back(key('e', a_name, "2026-04-01T00:00:00Z"));
    const auto found = letters(named(keys));
    CHECK(found.size() == 5);
    CHECK(found.at(a_name) == 'e');
}

TEST_CASE("a new certificate leaves those that are there their display names, also where they share one") {
    auto wanted = named(rotating);
    wanted.emplace("new", fresh('e'));
    const auto keys = written(wanted, rotating);
    REQUIRE(keys.size() == 5);
    for (const auto& [id, name] :
         std::map<std::string, std::string>{{"a", "CN=dup"}, {"b", "CN=dup"}, {"c", "CN=dup"}, {"d", "CN=own"}})
        CHECK(display_names(keys).at(id) == name);
    CHECK(letters(named(stored(keys, 'e'))) == letters(wanted));
}

TEST_CASE("what is written of certificates of one display name is read again as it was wanted") {
    auto wanted = named(rotating);
    SECTION("when the one goes that has the plain name") {
        wanted.erase("CN=dup");
    }
    SECTION("when another one goes") {
        wanted.erase(a_name);
    }
    SECTION("when one is called otherwise") {
        const auto moved = wanted.at(c_name);
        wanted.erase(c_name);
        wanted.emplace("third", moved);
    }
    SECTION("when a new one takes the plain name") {
        wanted.insert_or_assign("CN=dup", fresh('e'));
    }
    SECTION("when the names of two change places") {
        std::swap(wanted.at("CN=dup"), wanted.at("CN=own"));
    }
    SECTION("when all go but one") {
        wanted = Map{{c_name, wanted.at(c_name)}};
    }
    CHECK(letters(named(stored(written(wanted, rotating), 'e'))) == letters(wanted));
}

}  // namespace regent::provider::graph
