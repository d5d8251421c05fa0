#include "manifest/load_certificates.hpp"

#include "manifest/certificate_file.hpp"
#include "manifest/display_text.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_file.hpp"
#include "model/attributes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace regent::manifest {
namespace {

/// Entra cuts longer names.
constexpr std::size_t max_certificate_name = 90;

/// Where certificates are declared: `spec` or `spec.servicePrincipal`.
struct Holder {
    Values values;
    std::string_view field;  ///< "spec.certificates"
    std::string_view certificates, encryption_key;
};

bool is_certificate_name(const Node& name, Findings& findings) {
    if (name.text.find_first_not_of(" \t\r\n") == std::string::npos ||
        character_count(name.text) > max_certificate_name) {
        findings.bad_value("RG0482", name,
                           fmt::format("the name of a certificate has 1 to {} characters, not {}", max_certificate_name,
                                       character_count(name.text)));
        return false;
    }
    return true;
}

std::optional<model::Value> certificate_value(const LoadJob& job, const Values& certificate) {
    const auto* path = certificate.node("path");
    if (path == nullptr) return std::nullopt;
    const auto file = file_beside(job, *path, "the certificate");
    if (!file) return std::nullopt;
    const auto read = read_certificate(file->bytes);
    if (!read) {
        auto& d = job.findings.bad_value(read.error().holds_private_key ? "RG0483" : "RG0481", *path,
                                         fmt::format("the certificate `{}` {}", file->path, read.error().message));
        d.help = read.error().help;
        return std::nullopt;
    }
    return model::Map{
        {"usage", certificate.text("usage").value_or("Verify")},
        {"thumbprint", read->thumbprint},
        {"starts", read->starts},
        {"ends", read->ends},
        {"key",
         model::Map{{"bytes", read->key}, {"life", read->life}, {"vouchesForItself", read->vouches_for_itself}}}};
}

void complain_of_encryption_key(const LoadJob& job, const Holder& holder, const Node& name,
                                const model::Element* meant) {
    if (meant != nullptr) {
        job.findings
            .bad_value("RG0484", name,
                       fmt::format("tokens cannot be encrypted for {}, whose usage is `Verify`", in_quotes(name.text)))
            .help = "add `usage: Encrypt` to the certificate";
        return;
    }
    auto& d = job.findings.bad_value("RG0484", name, fmt::format("no certificate is named {}", in_quotes(name.text)));
    std::vector<std::string_view> names;
    const auto items = holder.values.items("certificates");
    for (const auto* item : items) {
        const auto* given = item->find("name");
        if (given != nullptr && given->is_scalar()) names.push_back(given->text);
    }
    d.label = fmt::format("not among `{}`", holder.field);
    d.help = near_name_help(name.text, names);
}

/// A certificate with this name that had to be left out because of another mistake.
bool is_declared_badly(const Holder& holder, const std::string& name) {
    const auto* certificates = holder.values.mapping_node()->find("certificates");
    if (certificates == nullptr || !certificates->is_sequence()) return false;
    return std::any_of(certificates->items.begin(), certificates->items.end(), [&](const auto& item) {
        const auto* given = item.find("name");
        return given != nullptr && given->is_scalar() && given->text == name;
    });
}

void load_encryption_key(const LoadJob& job, const Holder& holder, const std::vector<model::Element>& certificates,
                         model::Declaration& declaration) {
    const auto* entry = holder.values.entry("tokenEncryptionKey");
    if (entry == nullptr) return;
    const auto& name = entry->value;
    if (name.text.empty()) return declare(declaration, holder.encryption_key, entry, model::Map{});
    const auto it = std::find_if(certificates.begin(), certificates.end(),
                                 [&](const auto& element) { return element.name == name.text; });
    if (it == certificates.end()) {
        if (!is_declared_badly(holder, name.text)) complain_of_encryption_key(job, holder, name, nullptr);
        return;
    }
    if (it->value.find("usage")->text_or({}) != "Encrypt") return complain_of_encryption_key(job, holder, name, &*it);
    declare(declaration, holder.encryption_key, entry,
            model::Map{{"name", name.text}, {"thumbprint", *it->value.find("thumbprint")}});
}

void load(const LoadJob& job, const Holder& holder, model::Declaration& declaration) {
    std::vector<model::Element> elements;
    for (const auto* item : holder.values.items("certificates")) {
        const Values certificate(item, job.findings);
        const auto* name = certificate.node("name");
        if (name == nullptr || !is_certificate_name(*name, job.findings)) continue;
        if (auto value = certificate_value(job, certificate))
            elements.push_back({.name = name->text, .value = std::move(*value), .span = name->span, .contributor = {}});
    }
    load_encryption_key(job, holder, elements, declaration);
    const auto* entry = holder.values.entry("certificates");
    if (entry == nullptr) return;
    auto& certificates = declaration.attributes[std::string(holder.certificates)];
    certificates.span = entry->key_span;
    certificates.elements = std::move(elements);
}

}  // namespace

void load_certificates(const LoadJob& job, model::Declaration& declaration) {
    load(job, {job.spec, "spec.certificates", model::path::certificates, model::path::token_encryption_key},
         declaration);
}

void load_principal_certificates(const LoadJob& job, const Values& settings, model::Declaration& declaration) {
    load(job,
         {settings, "spec.servicePrincipal.certificates", model::path::principal_certificates,
          model::path::principal_encryption_key},
         declaration);
}

}  // namespace regent::manifest
