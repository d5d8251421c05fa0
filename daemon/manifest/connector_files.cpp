#include "manifest/json_places.hpp"
#include "manifest/load_connector.hpp"
#include "manifest/load_path.hpp"
#include "manifest/yaml_bytes.hpp"
#include "model/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace regent::manifest {
namespace {

const std::string& base_of(const LoadJob& job, const Entry& entry) {
    // A path is relative to the file it is written in: for an override that is the environment's file.
    return entry.value.span.file.empty() ? job.document.file : entry.value.span.file;
}

void tell_bad_path(const LoadJob& job, const Entry& entry, std::string_view why) {
    auto& d =
        job.findings.bad_value("RG0218", entry.value, fmt::format("the path {} {}", in_quotes(entry.value.text), why));
    d.notes.push_back("paths are relative to the file they are written in, use `/`, and stay inside the repository");
}

std::optional<ConnectorFile> named_file(const LoadJob& job, std::string_view key, bool may_be_none) {
    const auto* entry = job.spec.entry(key);
    if (!entry) return std::nullopt;
    if (may_be_none && entry->value.text.empty()) return ConnectorFile{{}, entry};
    const auto path = repository_path(base_of(job, *entry), entry->value.text);
    if (path && !path->empty()) return ConnectorFile{*path, entry};
    tell_bad_path(job, *entry, path ? "is a folder" : std::string_view(path.error()));
    return std::nullopt;
}

bool has_extension(std::string_view name, std::string_view end) {
    return model::lower_case(name).ends_with(end);
}

/// A folder as a manifest names it: what lies there, and the names that its settings.json gives; paconn's own where it
/// says nothing. Those are taken in any case, as on the machines that paconn runs on.
class Folder {
public:
    Folder(const LoadJob& job, std::string path, std::string written)
        : job_(job), path_(std::move(path)), written_(std::move(written)) {
        if (job.context.list_folder) {
            if (auto names = job.context.list_folder(path_)) names_ = std::move(*names);
        }
        if (!job.context.read_file) return;
        if (const auto text = job.context.read_file(within("settings.json"))) read_settings(*text);
    }

    /// Where this file has to be.
    [[nodiscard]] std::string path(const char* setting, const char* usual) const {
        if (const auto named = named_by(setting)) return within(*named);
        return within(called(usual).value_or(usual));
    }

    /// Where this file is; the first of the `usual` names that is there.
    [[nodiscard]] std::optional<std::string> find(const char* setting, std::initializer_list<const char*> usual) const {
        if (const auto named = named_by(setting))
            return is_there(*named) ? std::optional(within(*named)) : std::nullopt;
        for (const auto* name : usual)
            if (const auto found = called(name)) return within(*found);
        return std::nullopt;
    }

    /// Files with one of these ends but the one at `path`, as a manifest in the same file would name them.
    [[nodiscard]] std::vector<std::string> others(std::initializer_list<const char*> ends,
                                                  std::string_view path = {}) const {
        std::vector<std::string> found;
        for (const auto& name : names_) {
            const auto fits = [&](const char* end) { return has_extension(name, end); };
            if (within(name) != path && std::any_of(ends.begin(), ends.end(), fits)) found.push_back(as_written(name));
        }
        return found;
    }

private:
    /// It may say that the files are called otherwise: one that cannot be read is not passed over.
    void read_settings(std::string_view bytes) {
        const auto file = within("settings.json");
        if (auto wrong = utf16_in(file, bytes)) return job_.findings.adopt(std::move(*wrong));
        const auto text = without_byte_order_mark(bytes);
        const JsonPlaces places(file, text);
        auto read = read_tolerant_json(text);
        if (!read || !read->is_object()) {
            const auto at = read ? 0 : read.error().byte;
            auto& d =
                job_.findings.error("RG0621", places.span_at(at, at + 1),
                                    read ? "this settings.json is no JSON object" : "this settings.json is no JSON");
            if (read) return;
            auto advice = advice_on(text, read.error());
            d.label = std::move(advice.label);
            d.help = std::move(advice.help);
            return;
        }
        settings_ = std::move(*read);
        for (const auto& [name, value] : settings_.items()) {
            if (model::lower_case(name) != "clientsecret" || !value.is_string() ||
                value.get_ref<const std::string&>().empty())
                continue;
            auto& d = job_.findings.warning("RG0624", places.span_of("/" + pointer_token(name)),
                                            "a client secret stands here, and is not sent");
            d.notes.push_back("secrets never come from a repository; if it is a real one, it has been given away");
            d.help = "remove it, and write `clientSecretFrom` in the Connector's `spec`";
        }
    }

    [[nodiscard]] std::string within(const std::string& name) const {
        // Names that lead out of the repository lead to nothing: reading refuses them.
        return repository_path(path_.empty() ? "settings.json" : path_ + "/settings.json", name).value_or(name);
    }
    [[nodiscard]] std::string as_written(const std::string& name) const {
        return written_.empty() || written_.ends_with('/') ? written_ + name : written_ + "/" + name;
    }
    [[nodiscard]] std::optional<std::string> named_by(const char* setting) const {
        const auto it = settings_.find(setting);
        if (it == settings_.end() || !it->is_string() || it->get_ref<const std::string&>().empty()) return std::nullopt;
        // Written on Windows, where both signs part folders.
        auto name = it->get<std::string>();
        std::replace(name.begin(), name.end(), '\\', '/');
        return name;
    }
    [[nodiscard]] bool is_there(const std::string& name) const {
        return job_.context.read_file && job_.context.read_file(within(name)).has_value();
    }
    /// The file of this name, or the only one that differs from it in case alone.
    [[nodiscard]] std::optional<std::string> called(const std::string& usual) const {
        if (is_there(usual)) return usual;
        std::optional<std::string> found;
        for (const auto& name : names_) {
            if (model::lower_case(name) != model::lower_case(usual)) continue;
            if (found) return std::nullopt;
            found = name;
        }
        return found;
    }

    const LoadJob& job_;
    std::string path_, written_;
    std::vector<std::string> names_;
    nlohmann::json settings_ = nlohmann::json::object();
};

/// "there is `orders/Orders.json`; write `openapi: orders/Orders.json`": as many as there are.
std::string advice(std::string_view field, const std::vector<std::string>& there) {
    if (there.empty()) return {};
    if (there.size() == 1) return fmt::format("there is `{0}`: if it is meant, write `{1}: {0}`", there[0], field);
    return fmt::format("there are `{}`: name the one that is meant with `{}`", fmt::join(there, "`, `"), field);
}

void take_folder(const LoadJob& job, const Entry& entry, ConnectorFiles& files) {
    const auto path = repository_path(base_of(job, entry), entry.value.text);
    if (!path) return tell_bad_path(job, entry, path.error());
    files.from_folder = true;
    const Folder folder(job, *path, entry.value.text);
    if (!files.openapi) {
        auto file = folder.path("apiDefinition", "apiDefinition.swagger.json");
        auto instead = advice("openapi", folder.others({"swagger.json", "swagger.yaml", "swagger.yml"}, file));
        files.openapi = ConnectorFile{std::move(file), &entry, std::move(instead)};
    }
    if (!files.properties) {
        auto file = folder.path("apiProperties", "apiProperties.json");
        auto instead = advice("properties", folder.others({"properties.json"}, file));
        files.properties = ConnectorFile{std::move(file), &entry, std::move(instead)};
    }
    if (!files.icon) {
        if (auto icon = folder.find("icon", {"icon.png"})) files.icon = ConnectorFile{std::move(*icon), &entry};
    }
    if (files.script) return;
    if (auto script = folder.find("script", {"script.csx", "script.cs"}))
        files.script = ConnectorFile{std::move(*script), &entry};
    else
        files.unnamed_scripts = folder.others({".csx", ".cs"});
}

}  // namespace

ConnectorFiles connector_files(const LoadJob& job) {
    ConnectorFiles files;
    files.openapi = named_file(job, "openapi", false);
    files.properties = named_file(job, "properties", false);
    files.icon = named_file(job, "icon", true);
    files.script = named_file(job, "script", true);
    if (const auto* entry = job.spec.entry("files")) take_folder(job, *entry, files);
    return files;
}

std::optional<std::string> connector_bytes(const LoadJob& job, const ConnectorFile& file, std::string_view code,
                                           std::string_view what) {
    auto text =
        job.context.read_file ? job.context.read_file(file.path) : tl::make_unexpected(std::string("no files at hand"));
    if (text) return std::move(*text);
    auto& d = job.findings.bad_value(code, file.entry->value, fmt::format("{} `{}` cannot be read", what, file.path));
    d.label = text.error();
    d.notes.push_back(fmt::format("the path is relative to `{}`", base_of(job, *file.entry)));
    d.help = file.instead;
    return std::nullopt;
}

}  // namespace regent::manifest
