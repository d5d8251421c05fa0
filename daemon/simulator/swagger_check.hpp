#pragma once

#include "simulator/swagger.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace regent::simulator {

/// Where a rule writes down what it finds.
class SwaggerFindings {
public:
    explicit SwaggerFindings(bool documented = true) : documented_(documented) {}

    /// A rule of the documentation that published connectors break.
    void add_documented(const std::string& pointer, const std::string& message) {
        if (documented_) add(pointer, message);
    }
    void add(const std::string& pointer, const std::string& message) { list_.push_back({pointer, message}); }
    /// "The '{name}' property is required."
    void missing(const std::string& pointer, std::string_view name);
    /// True when `value` is of `type` ("object", "array", "string", "boolean"); otherwise says so.
    bool is(const std::string& pointer, const nlohmann::json& value, std::string_view type);
    [[nodiscard]] std::vector<SwaggerFinding> take() { return std::move(list_); }

private:
    bool documented_;
    std::vector<SwaggerFinding> list_;
};

/// "paths" and "/a~b" make "paths/~1a~0b".
[[nodiscard]] std::string pointer_to(const std::string& parent, std::string_view member);

/// Complains about members that are neither among `known` nor extensions.
void check_members(const nlohmann::json& object, const std::string& pointer,
                   std::initializer_list<std::string_view> known, SwaggerFindings& findings);

/// Called for each operation: its path, its verb, the path item around it, the operation, its pointer.
using OperationVisitor =
    std::function<void(const std::string& path, const std::string& verb, const nlohmann::json& item,
                       const nlohmann::json& operation, const std::string& pointer)>;
void each_operation(const nlohmann::json& document, const OperationVisitor& visit);

/// The document's frame: version, info, host, base path, schemes, media types, security.
void check_swagger_frame(const nlohmann::json& document, const SwaggerRules& rules, SwaggerFindings& findings);
/// Paths, operations, parameters, responses.
void check_swagger_operations(const nlohmann::json& document, const SwaggerRules& rules, SwaggerFindings& findings);
/// Every `$ref` leads somewhere, and none leads back to itself.
void check_swagger_references(const nlohmann::json& document, SwaggerFindings& findings);

/// Media types that custom connectors are documented to handle.
[[nodiscard]] bool is_supported_mime_type(const std::string& type);

}  // namespace regent::simulator
