#include "manifest/suggestion.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

using regent::manifest::did_you_mean;
using regent::manifest::did_you_mean_phrase;

namespace {

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
    return did_you_mean(word, candidates).value_or("");
}

}  // namespace

TEST_CASE("a misspelt name is answered with the nearest one, the further the longer it is", "[manifest][suggestion]") {
    CHECK(suggestion("redirectUrl", {"displayName", "redirectUris"}) == "redirectUris");
    CHECK(suggestion("envi", {"env", "portal_host"}) == "env");
    CHECK(suggestion("nme", {"name"}) == "name");
    CHECK(suggestion("nmes", {"name"}).empty());    // two letters of four
    CHECK(suggestion("kidn", {"kind"}) == "kind");  // two letters that changed places are one mistake
    CHECK(suggestion("plna", {"apply", "plan"}) == "plan");
    CHECK(suggestion("ikdn", {"kind"}).empty());
    CHECK(suggestion("metdata", {"metadata"}) == "metadata");
    CHECK(suggestion("mtadat", {"metadata"}) == "metadata");
    CHECK(suggestion("completely", {"different"}).empty());
}

TEST_CASE("a name in another case is always meant", "[manifest][suggestion]") {
    CHECK(suggestion("DISPLAYNAME", {"displayNames", "displayName"}) == "displayName");
    CHECK(suggestion("connector", {"Connector"}) == "Connector");
}

TEST_CASE("the first of equally near names wins", "[manifest][suggestion]") {
    CHECK(suggestion("nane", {"name", "nine"}) == "name");
    CHECK(suggestion("nane", {"nine", "name"}) == "nine");
}

TEST_CASE("nothing is suggested for nothing, for a name that is right, or for a single letter",
          "[manifest][suggestion]") {
    CHECK(suggestion("", {"a"}).empty());
    CHECK(suggestion("name", {"name", "names"}).empty());
    CHECK(suggestion("a", {"b"}).empty());
    CHECK(suggestion("name", {}).empty());
    CHECK(suggestion(std::string(100'000, 'a'), {"a"}).empty());
}

TEST_CASE("letters are counted, not bytes", "[manifest][suggestion]") {
    CHECK(suggestion("prüfung", {"pruefung"}) == "pruefung");
    CHECK(suggestion("größe", {"grosse"}) == "");
}

TEST_CASE("the phrase is a question", "[manifest][suggestion]") {
    const std::array<std::string_view, 1> candidates{"redirectUris"};
    CHECK(did_you_mean_phrase("redirectUrl", candidates) == "did you mean `redirectUris`?");
    CHECK(did_you_mean_phrase("x", candidates).empty());
}
