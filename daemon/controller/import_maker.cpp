#include "controller/import_maker.hpp"

#include "controller/import_look.hpp"
#include "controller/import_remarks.hpp"
#include "manifest/manifest_writer.hpp"
#include "model/ascii.hpp"
#include "model/attributes.hpp"
#include "model/principal_secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

namespace regent::controller {
namespace {

using model::Value;

/// The directory shows an application's tags among those of its service principal, and copies its home page for as long
/// as there is no other: what is left is what the service principal has of its own, and a manifest can say.
model::Map without_copies(model::Map attributes) {
    attributes.erase(std::string(model::path::principal_secrets));
    const auto page = attributes.find(model::path::principal_home_page_url);
    const auto of_application = attributes.find(model::path::home_page_url);
    if (page != attributes.end() && of_application != attributes.end() && page->second == of_application->second)
        attributes.erase(page);
    const auto tags = attributes.find(model::path::principal_tags);
    if (tags == attributes.end() || tags->second.as_list() == nullptr) return attributes;
    auto own = *tags->second.as_list();
    if (const auto all = attributes.find(model::path::tags);
        all != attributes.end() && all->second.as_list() != nullptr)
        for (const auto& tag : *all->second.as_list()) std::erase(own, tag);
    tags->second = std::move(own);
    return attributes;
}

/// They are in no manifest, and stay beside those of a declared list.
model::Map without_flexible(model::Map attributes) {
    const auto all = attributes.find(model::path::federated_credentials);
    if (all == attributes.end() || all->second.as_map() == nullptr) return attributes;
    model::Map others;
    for (const auto& [name, credential] : *all->second.as_map())
        if (!is_flexible(credential)) others.emplace(name, credential);
    all->second = std::move(others);
    return attributes;
}

/// What an API has switched off since the application asked for it has a name, and a manifest that asks for it by that
/// is told so at each plan: by its id it is what it is.
model::Map with_ids_of_disabled(model::Map attributes, const std::map<std::string, model::ApiPermissions>& apis) {
    const auto all = attributes.find(model::path::permissions);
    auto* permissions = all == attributes.end() ? nullptr : std::get_if<model::List>(&all->second.held);
    if (permissions == nullptr) return attributes;
    for (auto& permission : *permissions) {
        const auto api = apis.find(member_text(permission, "api"));
        const auto type = member_text(permission, "type"), name = member_text(permission, "name");
        if (api == apis.end() || !api->second.disabled.contains(fmt::format("{} {}", type, name))) continue;
        const auto& published = type == "application" ? api->second.application : api->second.delegated;
        const auto id = published.find(name);
        if (id != published.end()) std::get<model::Map>(permission.held).insert_or_assign("name", id->second);
    }
    return attributes;
}

/// Base64 of DER in PEM form (RFC 7468).
std::string pem_of(const std::string& base64) {
    constexpr std::size_t line = 64;
    std::string pem = "-----BEGIN CERTIFICATE-----\n";
    for (std::size_t at = 0; at < base64.size(); at += line) pem += base64.substr(at, line) + "\n";
    return pem + "-----END CERTIFICATE-----\n";
}

/// See make_manifest().
class ManifestMaker {
public:
    ManifestMaker(const Workspace& workspace, const model::Survey& survey,
                  const model::SurveyedApplication& application, std::string name, model::ManagementPolicy policy,
                  std::chrono::system_clock::time_point now)
        : workspace_(workspace),
          survey_(survey),
          resource_(application.resource),
          attributes_(with_ids_of_disabled(without_flexible(without_copies(resource_.attributes)), survey.apis)),
          now_(now),
          draft_{{std::string(model::kind::application), std::move(name)},
                 app_id_of(resource_),
                 policy,
                 attributes_,
                 app_id_of(resource_),
                 {},
                 workspace.environment.cloud} {
        for (const auto& [app_id, api] : survey.apis) draft_.names.emplace(app_id, api.display_name);
        draft_.names.insert(survey.names.begin(), survey.names.end());
        take_certificates(application.certificates);
        for (auto& line : remarks_on(application, survey)) left_out_.push_back(std::move(line));
        leave_out_unsayable();
    }

    tl::expected<ImportedManifest, std::string> make() {
        if (const auto found = manifest::unsayable_character(display_name_of(resource_)))
            return tl::unexpected(fmt::format(
                "its display name holds U+{:04X}, which nobody sees and no manifest may hold: give it another "
                "one",
                static_cast<std::uint32_t>(*found)));
        for (;;) {
            write();
            auto outcome = look();
            if (outcome.valid) break;
            bool better = false;
            for (const auto& wrong : outcome.wrong) better = leave_out(wrong) || better;
            if (!better) return tl::unexpected(outcome.why);
        }
        ImportedManifest made;
        made.address = draft_.address;
        made.id = draft_.app_id;
        made.display_name = display_name_of(resource_);
        made.text = std::move(text_);
        if (!draft_.without.contains(model::path::certificates)) made.files = std::move(files_);
        made.left_out = all_left_out();
        made.ours = resource_.ownership == model::Ownership::ours;
        return made;
    }

private:
    /// An element that stays in the tenant while its list is declared.
    struct Staying {
        std::string element;
        Value value;
        std::string why;
    };
    /// More of them than this: the list is not one that today's rules describe.
    static constexpr std::size_t most_staying = 8;

    std::vector<std::string> all_left_out() const {
        auto lines = left_out_;
        for (const auto& [path, elements] : staying_) {
            for (const auto& staying : elements) {
                // A text is its own name.
                const auto value = staying.value.as_map() == nullptr ? std::string{} : " " + shown(staying.value);
                lines.push_back(fmt::format("{}: \"{}\"{} ({}; it stays, see `ignore`)", path, staying.element, value,
                                            staying.why));
            }
        }
        return lines;
    }

    void write() {
        draft_.notes.clear();
        const auto lines = all_left_out();
        if (!lines.empty()) {
            draft_.notes.emplace_back("Set on the application, and not in this manifest:");
            for (const auto& line : lines) draft_.notes.push_back("- " + line);
        }
        draft_.ignore.clear();
        for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
            const auto elements = staying_.find(form.path);
            if (elements == staying_.end()) continue;
            for (const auto& staying : elements->second)
                draft_.ignore.push_back(fmt::format("spec.{}[{}]", form.field, staying.element));
        }
        text_ = manifest::write_manifest(draft_);
    }

    ImportLook look() {
        const auto read_file = [this](const std::string& path) -> tl::expected<std::string, std::string> {
            for (const auto& file : files_)
                if (path == file.name) return file.bytes;
            return tl::unexpected(std::string("no such file"));
        };
        const auto trial = try_import(workspace_, draft_.address, text_, read_file, resource_, survey_.apis, now_);
        return look_at(trial, draft_.address.kind, draft_.without);
    }

    /// A text with a character that no manifest may hold would make the whole file unreadable, and nobody could see
    /// which one it is. Without its display name there is no manifest.
    void leave_out_unsayable() {
        for (const auto& [path, value] : resource_.attributes) {
            if (path == model::path::display_name || !attributes_.contains(path)) continue;
            const auto* elements = has_nameable_elements(path) ? value.as_map() : nullptr;
            for (const auto& [name, element] : elements == nullptr ? model::Map{} : *elements)
                if (const auto found = unsayable_in(element)) leave_out({path, name, no_manifest_holds(*found)});
            if (const auto found = unsayable_in(attributes_.find(path)->second))
                leave_out({path, {}, no_manifest_holds(*found)});
        }
    }

    static std::optional<char32_t> unsayable_in(const Value& value) {
        if (const auto* text = value.as_string()) return manifest::unsayable_character(*text);
        std::optional<char32_t> found;
        if (const auto* list = value.as_list()) {
            for (const auto& element : *list)
                if ((found = unsayable_in(element))) return found;
        }
        if (const auto* map = value.as_map()) {
            for (const auto& [name, member] : *map)
                if ((found = manifest::unsayable_character(name)) || (found = unsayable_in(member))) return found;
        }
        return found;
    }

    static std::string no_manifest_holds(char32_t character) {
        return fmt::format("it holds U+{:04X}, which nobody sees and no manifest may hold",
                           static_cast<std::uint32_t>(character));
    }

    /// For a comment, which may not hold them either.
    static std::string shown(const Value& value) { return unsayable_in(value) ? std::string("set") : to_text(value); }

    bool leave_out(const Misread& wrong) {
        if (wrong.path == model::path::client_secrets || draft_.without.contains(wrong.path)) return false;
        if (!wrong.element.empty() && leave_out_element(wrong)) return true;
        const auto staying = staying_.extract(wrong.path);
        draft_.without.insert(wrong.path);
        const auto it = resource_.attributes.find(wrong.path);
        // What is not there was not written either, and is not missing.
        const auto* row = model::attributes_of(draft_.address.kind)->find(wrong.path);
        if (it == resource_.attributes.end() || (row != nullptr && says_nothing(*row, it->second))) return true;
        left_out_.push_back(fmt::format("{}: {} ({})", wrong.path, shown(it->second),
                                        staying.empty() ? wrong.why : staying.mapped().front().why));
        return true;
    }

    /// The rest of its list is declared, and the element stays beside it; not when nothing would be left to declare.
    bool leave_out_element(const Misread& wrong) {
        const auto attribute = attributes_.find(wrong.path);
        if (attribute == attributes_.end() || !has_nameable_elements(wrong.path)) return false;
        auto& staying = staying_[wrong.path];
        if (staying.size() < most_staying && take_out(attribute->second, wrong, staying)) return true;
        if (staying.empty()) staying_.erase(wrong.path);
        return false;
    }

    bool has_nameable_elements(std::string_view path) const {
        using manifest::Form;
        const auto* row = model::attributes_of(draft_.address.kind)->find(path);
        if (row == nullptr || !row->sent_member.empty()) return false;
        for (const auto& form : manifest::attribute_forms(draft_.address.kind)) {
            if (form.path != path) continue;
            return form.form == Form::list || form.form == Form::identifier_uris || form.form == Form::named ||
                   form.form == Form::exposed;
        }
        return false;
    }

    static bool take_out(Value& from, const Misread& wrong, std::vector<Staying>& staying) {
        if (auto* map = std::get_if<model::Map>(&from.held)) {
            const auto it = map->find(wrong.element);
            if (it == map->end() || map->size() < 2) return false;
            staying.push_back({wrong.element, it->second, why_of_element(it->second, wrong)});
            map->erase(it);
            return true;
        }
        auto* list = std::get_if<model::List>(&from.held);
        const Value text(wrong.element);
        if (list == nullptr || list->size() < 2 || std::erase(*list, text) == 0) return false;
        staying.push_back({wrong.element, text, wrong.why});
        return true;
    }

    /// Of two claims of one name the second is read under another one, and says its own.
    static std::string why_of_element(const Value& element, const Misread& wrong) {
        const auto claim = wrong.path.starts_with("optionalClaims.") ? member_text(element, "claim") : std::string{};
        return claim.empty() ? wrong.why : fmt::format("a second claim `{}`, and a manifest names a claim once", claim);
    }

    /// A manifest names the files of its certificates: they are declared when the bytes of each of them are known, or
    /// not at all, since the list would be exact.
    void take_certificates(const std::map<std::string, std::string>& shown) {
        const auto all = attributes_.find(model::path::certificates);
        auto* certificates = all == attributes_.end() ? nullptr : std::get_if<model::Map>(&all->second.held);
        if (certificates == nullptr) return;
        for (auto& [name, certificate] : *certificates) {
            const auto bytes = shown.find(member_text(certificate, "thumbprint"));
            // A key that signs has a private half, and may go by the same thumbprint.
            if (bytes == shown.end() || member_text(certificate, "usage") == "Sign") return describe_certificates();
            put_in_file(certificate, bytes->second);
        }
    }

    void put_in_file(Value& certificate, const std::string& bytes) {
        constexpr std::size_t first_digits = 8;
        const auto thumbprint = model::lower_case(member_text(certificate, "thumbprint")).substr(0, first_digits);
        auto path = fmt::format("certificates/{}-{}.pem", draft_.address.name, thumbprint);
        const bool is_new = std::none_of(files_.begin(), files_.end(), [&](const auto& f) { return f.name == path; });
        if (is_new) files_.push_back({path, pem_of(bytes)});
        auto& members = std::get<model::Map>(certificate.held);
        members.insert_or_assign("path", std::move(path));
    }

    void describe_certificates() {
        files_.clear();
        for (const auto& [name, certificate] : *resource_.attributes.find(model::path::certificates)->second.as_map())
            left_out_.push_back(fmt::format(
                "certificates: \"{}\" (thumbprint {}), for {}, ends {} (with its PEM file beside the manifest "
                "it can be declared)",
                name, member_text(certificate, "thumbprint"), member_text(certificate, "usage"),
                member_text(certificate, "ends")));
        attributes_.erase(attributes_.find(model::path::certificates));
        const auto key = attributes_.find(model::path::token_encryption_key);
        if (key == attributes_.end()) return;
        left_out_.push_back(
            fmt::format("tokenEncryptionKey: \"{}\" (it goes with its certificate)", member_text(key->second, "name")));
        attributes_.erase(key);
    }

    const Workspace& workspace_;
    const model::Survey& survey_;
    const model::ObservedResource& resource_;
    model::Map attributes_;  ///< what a manifest can say
    const std::chrono::system_clock::time_point now_;
    manifest::ManifestDraft draft_;
    std::string text_;
    std::vector<manifest::WrittenFile> files_;  ///< of certificates, by path from the manifest
    std::vector<std::string> left_out_;
    std::map<std::string, std::vector<Staying>, std::less<>> staying_;  ///< by attribute
};

}  // namespace

std::string app_id_of(const model::ObservedResource& application) {
    return application.outputs.at(std::string(model::output::app_id));
}

std::string display_name_of(const model::ObservedResource& application) {
    const auto it = application.attributes.find(model::path::display_name);
    return it == application.attributes.end() ? std::string{} : it->second.text_or({});
}

tl::expected<ImportedManifest, std::string> make_manifest(const Workspace& workspace, const model::Survey& survey,
                                                          const model::SurveyedApplication& application,
                                                          std::string name, model::ManagementPolicy policy,
                                                          std::chrono::system_clock::time_point now) {
    return ManifestMaker(workspace, survey, application, std::move(name), policy, now).make();
}

}  // namespace regent::controller
