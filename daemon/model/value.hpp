#pragma once

#include "model/address.hpp"

#include <boost/container/flat_map.hpp>
#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace regent::model {

/// A value that another resource brings forth: an application's id, a connector's redirect URL. Until it is known, a
/// plan shows *known after Connector/arm*.
///
/// `output` names it; its part before the last '/' is the step that yields it: "appId" comes with the object itself,
/// "identity/subject" with its part "identity", "clientSecrets/arm/secretText" with its part "clientSecrets/arm".
/// The whole value is prefix + output + suffix, so that "api://{appId}" is a Reference too.
struct Reference {
    Address address;
    std::string output;
    std::string prefix;
    std::string suffix;

    friend bool operator==(const Reference&, const Reference&) = default;
    friend auto operator<=>(const Reference&, const Reference&) = default;
};

/// The part of `reference.address` whose step yields the value; empty for the object itself.
[[nodiscard]] std::string part_of(const Reference& reference);

/// A Reference inside a Value: it is large and rare, and values are many.
class HeldReference {
public:
    HeldReference(Reference reference) : reference_(std::make_shared<const Reference>(std::move(reference))) {}
    [[nodiscard]] const Reference& get() const noexcept { return *reference_; }
    friend bool operator==(const HeldReference& a, const HeldReference& b) { return a.get() == b.get(); }
    friend auto operator<=>(const HeldReference& a, const HeldReference& b) { return a.get() <=> b.get(); }

private:
    std::shared_ptr<const Reference> reference_;
};

struct Value;
using List = std::vector<Value>;
/// In one piece of memory: an estate has hundreds of thousands of them with three members each. An insertion moves what
/// comes behind it, and with it iterators, pointers and references to all of that.
using Map = boost::container::flat_map<std::string, Value, std::less<>>;

/// A value of one attribute, desired or observed: JSON's shapes and Reference. Ordered, so that sets compare by
/// sorting.
struct Value {
    std::variant<std::monostate, bool, std::int64_t, std::string, HeldReference, List, Map> held;

    Value() = default;
    Value(bool v) : held(v) {}
    Value(int v) : held(static_cast<std::int64_t>(v)) {}
    Value(std::int64_t v) : held(v) {}
    Value(const char* v) : held(std::string(v)) {}
    Value(std::string v) : held(std::move(v)) {}
    Value(Reference v) : held(HeldReference(std::move(v))) {}
    Value(List v) : held(std::move(v)) {}
    Value(Map v) : held(std::move(v)) {}

    [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(held); }
    [[nodiscard]] const bool* as_bool() const noexcept { return std::get_if<bool>(&held); }
    [[nodiscard]] const std::int64_t* as_integer() const noexcept { return std::get_if<std::int64_t>(&held); }
    [[nodiscard]] const std::string* as_string() const noexcept { return std::get_if<std::string>(&held); }
    [[nodiscard]] const Reference* as_reference() const noexcept {
        const auto* reference = std::get_if<HeldReference>(&held);
        return reference == nullptr ? nullptr : &reference->get();
    }
    [[nodiscard]] const List* as_list() const noexcept { return std::get_if<List>(&held); }
    [[nodiscard]] const Map* as_map() const noexcept { return std::get_if<Map>(&held); }
    /// The member `name` of a map; null pointer when this is no map or has none.
    [[nodiscard]] const Value* find(std::string_view name) const noexcept;
    /// The text of a string, or `otherwise`.
    [[nodiscard]] std::string text_or(std::string otherwise) const;

    friend bool operator==(const Value& a, const Value& b);
    friend bool operator<(const Value& a, const Value& b);
};

/// The text of the member `name`; empty when there is none, or no string.
[[nodiscard]] std::string text_of(const Value& map, std::string_view name);
[[nodiscard]] std::string text_of(const Map& map, std::string_view name);

/// True when no Reference is left anywhere inside.
[[nodiscard]] bool is_known(const Value& value);
/// Every Reference inside, in order of appearance.
[[nodiscard]] std::vector<Reference> references_in(const Value& value);

/// For people: a string in double quotes, lists in brackets, a Reference as `(known after Connector/arm)`. Control
/// characters are shown as pictures (U+2400 …), since values from a tenant reach terminals.
[[nodiscard]] std::string to_text(const Value& value);
/// For machines: References become null. `unknown` of a plan's JSON tells them apart.
[[nodiscard]] nlohmann::json to_json(const Value& value);
[[nodiscard]] Value from_json(const nlohmann::json& json);

/// `text` with every control character (also DEL and C1) as its visible picture or U+FFFD, which stands for what turns
/// text around (U+202E and its kin), too. One-line: newline and tab as well.
[[nodiscard]] std::string with_visible_controls(std::string_view text);

}  // namespace regent::model
