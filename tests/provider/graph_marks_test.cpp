#include "model/attributes.hpp"
#include "provider/graph/application_marks.hpp"
#include "provider/graph/digest.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace regent;
using namespace regent::provider;
using namespace regent::provider::graph;
using nlohmann::json;
namespace path = regent::model::path;

namespace {

const Identity identity{"regent", "dev", "11111111-1111-1111-1111-111111111111"};

model::Map attributes() {
    return {{std::string(path::redirect_uris_web), model::List{"https://a.example/", "https://b.example/"}},
            {std::string(path::redirect_uris_spa), model::List{"https://a.example/"}},
            {std::string(path::federated_credentials), model::Map{{"github", model::Map{}}}}};
}

}  // namespace

TEST_CASE("what is to happen when the manifest is gone is remembered as a tag", "[provider][graph]") {
    const auto tags = tags_for({}, nullptr, identity, {});
    const model::Value marks = model::List{"onRemoval:delete"};
    const auto with_it = tags_for(tags, &marks, identity, {});
    CHECK(std::find(with_it.begin(), with_it.end(), "regent:onRemoval:delete") != with_it.end());
    CHECK(marks_of(read_tags({{"tags", with_it}}), {}) == model::List{"onRemoval:delete"});
    // Whoever takes the mark away has it put back, as its manifest wants it.
    CHECK(marks_of(read_tags({{"tags", tags}}), {}).empty());
}

TEST_CASE("a secret that was there when its application was taken over is remembered as a tag", "[provider][graph]") {
    const model::Value marks = model::List{"secretOfOthers:428e1c50-0000-4444-8888-abcdefabcdef"};
    const auto tags = tags_for({}, &marks, identity, {});
    CHECK(std::find(tags.begin(), tags.end(), "regent:secretOfOthers:428e1c50-0000-4444-8888-abcdefabcdef") !=
          tags.end());
    CHECK(marks_of(read_tags({{"tags", tags}}), {}) == *marks.as_list());
}

TEST_CASE("marks written as tags are read back as the same marks") {
    const model::Value marks =
        model::List{"contributes:federatedCredentials:github", "contributes:redirectUris.spa:https://a.example/",
                    "contributes:redirectUris.web:https://b.example/", "preventDelete"};
    const json application{{"tags", tags_for({"HideApp"}, &marks, identity, {})}};
    const auto facts = read_tags(application);
    CHECK(facts.others == std::vector<std::string>{"HideApp"});
    CHECK(facts.owner == "regent.dev");
    CHECK(facts.name.empty());
    auto read = marks_of(facts, attributes());
    std::sort(read.begin(), read.end());
    CHECK(model::Value(read) == marks);
}

TEST_CASE("a mark whose element is gone is read as one that no manifest wants") {
    const model::Value marks = model::List{"contributes:redirectUris.web:https://gone.example/"};
    const json application{{"tags", tags_for({}, &marks, identity, {})}};
    const auto read = marks_of(read_tags(application), attributes());
    REQUIRE(read.size() == 1);
    CHECK(read[0] == model::Value("contributes:?:" + short_digest("redirectUris.web:https://gone.example/")));
}

TEST_CASE("every tag is one that Entra takes: without blanks, at most 256 characters, none twice") {
    const std::string long_uri = "https://a.example/" + std::string(230, 'x') + "?a b";
    const model::Value marks = model::List{"contributes:redirectUris.web:" + long_uri,
                                           "contributes:redirectUris.web:" + long_uri, "preventDelete"};
    const auto tags = tags_for({"HideApp", "HideApp"}, &marks, identity, "portal");
    CHECK(tags.size() == 5);
    for (const auto& tag : tags) {
        CHECK(tag.size() <= 256);
        CHECK(tag.find_first_of(" \t\n") == std::string::npos);
        CHECK(std::count(tags.begin(), tags.end(), tag) == 1);
    }
}

TEST_CASE("a manifest cannot forge regent's own tags") {
    const auto tags = tags_for({"regent:owner:team-b.dev", "regent:preventDelete"}, nullptr, identity, {});
    CHECK(tags == std::vector<std::string>{"regent:owner:regent.dev"});
}

TEST_CASE("tags of others that begin alike are theirs") {
    const auto facts = read_tags(json{{"tags", {"regents-park", "regent", "REGENT:owner:x.y"}}});
    CHECK(facts.others.size() == 3);
    CHECK(facts.owner.empty());
    CHECK_FALSE(facts.any_of_regent);
}

TEST_CASE("a digest is the beginning of SHA-256") {
    // printf %s redirectUris.web:https://a.example/ | sha256sum
    CHECK(short_digest("") == "e3b0c44298fc1c14");
    CHECK(short_digest("abc") == "ba7816bf8f01cfea");
}
