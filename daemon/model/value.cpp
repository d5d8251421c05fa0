#include "model/value.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace regent::model {
namespace {

template <typename... Ts>
struct Overloaded : Ts... {
    using Ts::operator()...;
};
/// Until clang 17, which deduces the arguments of an aggregate by itself.
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

void collect(const Value& value, std::vector<Reference>& into) {
    if (const auto* reference = value.as_reference()) into.push_back(*reference);
    if (const auto* list = value.as_list()) {
        for (const auto& item : *list) collect(item, into);
    }
    if (const auto* map = value.as_map()) {
        for (const auto& [name, member] : *map) collect(member, into);
    }
}

std::string reference_text(const Reference& reference) {
    const auto part = part_of(reference);
    const auto whose = part.empty() || part == "identity" ? to_string(reference.address)
                                                          : fmt::format("{} {}", to_string(reference.address), part);
    return fmt::format("(known after {})", whose);
}

}  // namespace

std::string part_of(const Reference& reference) {
    const auto slash = reference.output.rfind('/');
    return slash == std::string::npos ? std::string{} : reference.output.substr(0, slash);
}

const Value* Value::find(std::string_view name) const noexcept {
    const auto* map = as_map();
    if (map == nullptr) return nullptr;
    const auto it = map->find(name);
    return it == map->end() ? nullptr : &it->second;
}

std::string Value::text_or(std::string otherwise) const {
    if (const auto* text = as_string()) return *text;
    return otherwise;
}

std::string text_of(const Value& map, std::string_view name) {
    const auto* member = map.find(name);
    return member == nullptr ? std::string{} : member->text_or({});
}

std::string text_of(const Map& map, std::string_view name) {
    const auto it = map.find(name);
    return it == map.end() ? std::string{} : it->second.text_or({});
}

bool operator==(const Value& a, const Value& b) {
    return a.held == b.held;
}
bool operator<(const Value& a, const Value& b) {
    return a.held < b.held;
}

bool is_known(const Value& value) {
    return references_in(value).empty();
}

std::vector<Reference> references_in(const Value& value) {
    std::vector<Reference> found;
    collect(value, found);
    return found;
}

std::string to_text(const Value& value) {
    return std::visit(Overloaded{
                          [](std::monostate) { return std::string("null"); },
                          [](bool v) { return std::string(v ? "true" : "false"); },
                          [](std::int64_t v) { return fmt::format("{}", v); },
                          [](const std::string& v) { return fmt::format("\"{}\"", with_visible_controls(v)); },
                          [](const HeldReference& v) { return reference_text(v.get()); },
                          [](const List& v) {
                              std::string text;
                              for (const auto& item : v) text += (text.empty() ? "" : ", ") + to_text(item);
                              return "[" + text + "]";
                          },
                          [](const Map& v) {
                              std::string text;
                              for (const auto& [name, member] : v) {
                                  text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", with_visible_controls(name),
                                                      to_text(member));
                              }
                              return "{" + text + "}";
                          },
                      },
                      value.held);
}

nlohmann::json to_json(const Value& value) {
    return std::visit(Overloaded{
                          [](std::monostate) { return nlohmann::json(nullptr); },
                          [](bool v) { return nlohmann::json(v); },
                          [](std::int64_t v) { return nlohmann::json(v); },
                          [](const std::string& v) { return nlohmann::json(v); },
                          [](const HeldReference&) { return nlohmann::json(nullptr); },
                          [](const List& v) {
                              auto json = nlohmann::json::array();
                              for (const auto& item : v) json.push_back(to_json(item));
                              return json;
                          },
                          [](const Map& v) {
                              auto json = nlohmann::json::object();
                              for (const auto& [name, member] : v) json[name] = to_json(member);
                              return json;
                          },
                      },
                      value.held);
}

Value from_json(const nlohmann::json& json) {
    if (json.is_boolean()) return json.get<bool>();
    if (json.is_number_integer()) return json.get<std::int64_t>();
    if (json.is_number()) return json.dump();  // no attribute is a fraction; kept as its text inside documents
    if (json.is_string()) return json.get<std::string>();
    if (json.is_array()) {
        List list;
        for (const auto& item : json) list.push_back(from_json(item));
        return list;
    }
    if (json.is_object()) {
        Map map;
        for (const auto& [name, member] : json.items()) map.emplace(name, from_json(member));
        return map;
    }
    return {};
}

namespace {

/// Bytes of a character at the start of `text` that makes a screen show its surroundings in another order, ends a line
/// for some readers, or is none: U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FFFE, U+FFFF. 0 when
/// there is none of these.
std::size_t misleading_length(std::string_view text) {
    if (text.starts_with("\xD8\x9C")) return 2;
    if (text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF")) return 3;
    if (text.size() < 3 || text[0] != '\xE2') return 0;
    const auto second = static_cast<unsigned char>(text[1]), third = static_cast<unsigned char>(text[2]);
    const bool marks = second == 0x80 && (third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE));
    const bool isolates = second == 0x81 && third >= 0xA6 && third <= 0xA9;
    return marks || isolates ? 3 : 0;
}

}  // namespace

std::string with_visible_controls(std::string_view text) {
    std::string shown;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (byte < 0x20) {
            shown += {'\xE2', '\x90', static_cast<char>(0x80 + byte)};  // U+2400 + the control's number
        } else if (byte == 0x7F) {
            shown += "\xE2\x90\xA1";  // U+2421
        } else if (byte == 0xC2 && next >= 0x80 && next < 0xA0) {
            shown += "\xEF\xBF\xBD";  // C1 has no pictures
            ++i;
        } else if (const auto length = misleading_length(text.substr(i)); length > 0) {
            shown += "\xEF\xBF\xBD";
            i += length - 1;
        } else {
            shown += text[i];
        }
    }
    return shown;
}

}  // namespace regent::model
