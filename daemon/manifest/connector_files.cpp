#include "manifest/json_places.hpp"
#include "manifest/load_connector.hpp"
#include "manifest/load_path.hpp"

#include <fmt/format.h>

#include <array>

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

bool is_there(const LoadJob& job, const std::string& path) {
    return job.context.read_file && job.context.read_file(path).has_value();
}

/// The names that a folder's settings.json gives its files; paconn's own where it says nothing.
class FolderNames {
public:
    FolderNames(const LoadJob& job, std::string folder) : folder_(std::move(folder)) {
        if (!job.context.read_file) return;
        const auto text = job.context.read_file(within("settings.json"));
        if (!text) return;
        auto read = read_tolerant_json(without_byte_order_mark(*text));
        if (read && read->is_object()) settings_ = std::move(*read);
    }

    [[nodiscard]] std::string path(const char* setting, const char* usual) const {
        const auto it = settings_.find(setting);
        const bool given = it != settings_.end() && it->is_string() && !it->get_ref<const std::string&>().empty();
        return within(given ? it->get<std::string>() : std::string(usual));
    }

private:
    [[nodiscard]] std::string within(const std::string& name) const {
        // Names that lead out of the repository lead to nothing: reading refuses them.
        return repository_path(folder_.empty() ? "settings.json" : folder_ + "/settings.json", name).value_or(name);
    }

    std::string folder_;
    nlohmann::json settings_ = nlohmann::json::object();
};

void take_folder(const LoadJob& job, const Entry& entry, ConnectorFiles& files) {
    const auto folder = repository_path(base_of(job, entry), entry.value.text);
    if (!folder) return tell_bad_path(job, entry, folder.error());
    files.from_folder = true;
    const FolderNames names(job, *folder);
    if (!files.openapi)
        files.openapi = ConnectorFile{names.path("apiDefinition", "apiDefinition.swagger.json"), &entry};
    if (!files.properties) files.properties = ConnectorFile{names.path("apiProperties", "apiProperties.json"), &entry};
    if (!files.icon) {
        if (auto path = names.path("icon", "icon.png"); is_there(job, path)) files.icon = ConnectorFile{path, &entry};
    }
    if (files.script) return;
    for (const auto* usual : {"script.csx", "Script.csx", "script.cs"}) {
        auto path = names.path("script", usual);
        if (!is_there(job, path)) continue;
        files.script = ConnectorFile{std::move(path), &entry};
        return;
    }
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
    return std::nullopt;
}

}  // namespace regent::manifest
