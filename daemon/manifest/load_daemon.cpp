#include "manifest/field_table.hpp"
#include "manifest/load_fields.hpp"
#include "manifest/load_findings.hpp"
#include "manifest/load_plain.hpp"
#include "manifest/load_values.hpp"
#include "manifest/loader.hpp"
#include "manifest/rules_name.hpp"
#include "manifest/rules_uri.hpp"
#include "manifest/secret_stretches.hpp"
#include "manifest/yaml_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace regent::manifest {
namespace {

using namespace std::chrono;

std::optional<unsigned> number_at(std::string_view text, std::size_t at, std::size_t count) {
    if (text.size() < at + count) return std::nullopt;
    unsigned value = 0;
    const auto* end = text.data() + at + count;
    const auto read = std::from_chars(text.data() + at, end, value);
    return read.ec == std::errc{} && read.ptr == end ? std::optional(value) : std::nullopt;
}

/// "2026-12-20T00:00:00Z"; an offset is refused, so that nobody has to wonder whose clock it is.
std::optional<sys_seconds> parse_moment(std::string_view text) {
    if (text.size() != 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':' || text[19] != 'Z')
        return std::nullopt;
    const auto y = number_at(text, 0, 4), mo = number_at(text, 5, 2), d = number_at(text, 8, 2),
               h = number_at(text, 11, 2), mi = number_at(text, 14, 2), s = number_at(text, 17, 2);
    if (!y || !mo || !d || !h || !mi || !s || *h > 23 || *mi > 59 || *s > 59) return std::nullopt;
    const year_month_day date{year(static_cast<int>(*y)), month(*mo), day(*d)};
    if (!date.ok()) return std::nullopt;
    return sys_days(date) + hours(*h) + minutes(*mi) + seconds(*s);
}

std::optional<minutes> parse_time_of_day(std::string_view text) {
    const auto h = number_at(text, 0, 2), m = number_at(text, 3, 2);
    if (text.size() != 5 || text[2] != ':' || !h || !m || *h > 23 || *m > 59) return std::nullopt;
    return hours(*h) + minutes(*m);
}

std::vector<std::string> texts(const Values& values, std::string_view key) {
    std::vector<std::string> found;
    for (const auto* node : values.items(key)) found.push_back(node->text);
    return found;
}

std::string absolute_path(const Values& values, std::string_view key, Findings& findings) {
    const auto* node = values.node(key);
    if (node == nullptr) return {};
    if (node->text.empty() || node->text.front() != '/') {
        findings.bad_value("RG0470", *node, fmt::format("{} is no absolute path", in_quotes(node->text))).help =
            "the service has no folder that it could be relative to";
    }
    return node->text;
}

void load_git(const Values& values, model::DaemonConfiguration::Git& git, Findings& findings) {
    git.url = values.text("url").value_or("");
    git.branch = values.text("branch").value_or("");
    git.tag = values.text("tag").value_or("");
    if (!git.branch.empty() && !git.tag.empty()) {
        findings.bad_value("RG0471", *values.node("tag"), "a branch and a tag at once").help =
            "follow one of them: remove the other";
    }
    if (git.branch.empty() && git.tag.empty()) git.branch = "main";
    if (const auto* node = values.node("url")) {
        const auto uri = split_uri(node->text);
        if (uri.authority.find('@') != std::string_view::npos && uri.authority.find(':') < uri.authority.find('@')) {
            findings.bad_value("RG0472", *node, "an address with a password in it").help =
                "put the password or token into the credential `git-token`, and the name into `user`";
        }
    }
    git.path = values.text("path").value_or("");
    git.user = values.text("user").value_or("");
    git.fetch_interval = values.duration("fetchInterval").value_or(git.fetch_interval);
    git.allow_rewind = values.text("allowRewind").value_or("");
    const auto verify = values.mapping("verify");
    git.verify_head = verify.text("mode").value_or("none") == "head";
    git.openpgp_keyring = absolute_path(verify, "openpgpKeyring", findings);
    git.ssh_allowed_signers = absolute_path(verify, "sshAllowedSigners", findings);
    if (git.verify_head && git.openpgp_keyring.empty() && git.ssh_allowed_signers.empty()) {
        findings.bad_value("RG0473", *verify.node("mode"), "signed commits are asked for, and no key is allowed").help =
            "name `openpgpKeyring`, `sshAllowedSigners`, or both";
    }
}

model::LocalDelivery load_delivery(const Values& values, Findings& findings) {
    model::LocalDelivery delivery;
    for (const auto* node : values.items("folders")) {
        if (node->text.size() < 2 || node->text.front() != '/' || node->text.find("/../") != std::string::npos)
            findings
                .bad_value("RG0470", *node, fmt::format("{} is no absolute path of a folder", in_quotes(node->text)))
                .help = "name the folder itself; all of `/` would be every file of the machine";
        delivery.folders.push_back(node->text);
    }
    for (const auto* node : values.items("commands")) {
        const Values entry(node, findings);
        model::DeliveryCommand command;
        command.name = entry.text("name").value_or("");
        command.run = texts(entry, "run");
        command.timeout = entry.duration("timeout").value_or(command.timeout);
        if (entry.entry("run") && (command.run.empty() || command.run.front().empty() || command.run.front()[0] != '/'))
            findings.error("RG0470", node->span, "a command begins with the absolute path of its program").help =
                "no shell looks it up: write `run: [/usr/local/libexec/put-secret]`";
        delivery.commands.push_back(std::move(command));
    }
    delivery.records = absolute_path(values, "records", findings);
    return delivery;
}

model::FreezeWindow load_window(const Node& node, Findings& findings) {
    const Values values(&node, findings);
    model::FreezeWindow window;
    window.name = values.text("name").value_or("");
    window.environments = texts(values, "environments");
    // Looked at first: a key whose value was complained about reads as absent.
    const bool once = values.entry("from") || values.entry("to");
    const bool weekly = values.entry("start") || values.entry("end") || values.entry("days");
    const bool whole = once ? values.entry("from") && values.entry("to") : values.entry("start") && values.entry("end");
    const auto moment = [&](std::string_view key) -> std::optional<sys_seconds> {
        const auto* text = values.node(key);
        if (text == nullptr) return std::nullopt;
        const auto parsed = parse_moment(text->text);
        if (!parsed) {
            findings.bad_value("RG0474", *text, fmt::format("{} is no moment in UTC", in_quotes(text->text))).help =
                "write it as `2026-12-20T00:00:00Z`";
        }
        return parsed;
    };
    const auto time_of_day = [&](std::string_view key) -> std::optional<minutes> {
        const auto* text = values.node(key);
        if (text == nullptr) return std::nullopt;
        const auto parsed = parse_time_of_day(text->text);
        if (!parsed) {
            findings.bad_value("RG0474", *text, fmt::format("{} is no time of day", in_quotes(text->text))).help =
                "write it as `\"16:00\"`, in UTC";
        }
        return parsed;
    };
    window.from = moment("from");
    window.to = moment("to");
    const auto start = time_of_day("start"), end = time_of_day("end");
    if (once == weekly || !whole) {
        findings.error("RG0475", node.span, "this window has no clear beginning and end").help =
            "give `from` and `to` for a window that comes once, or `start` and `end` (and `days`) for one that comes "
            "every week";
    }
    if (window.from && window.to && *window.from >= *window.to)
        findings.error("RG0475", node.span, "this window ends before it begins").help = "exchange `from` and `to`";
    window.start = start.value_or(minutes(0));
    window.end = end.value_or(minutes(0));
    static constexpr std::array<std::string_view, 7> names = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    for (const auto& day : texts(values, "days"))
        for (unsigned i = 0; i < names.size(); ++i)
            if (names[i] == day) window.days.push_back(i);
    if (weekly && window.days.empty()) window.days = {0, 1, 2, 3, 4, 5, 6};
    return window;
}

model::NotificationSink load_sink(const Node& node, Findings& findings) {
    const Values values(&node, findings);
    model::NotificationSink sink;
    sink.name = values.text("name").value_or("");
    const auto type = values.text("type").value_or("webhook");
    using Type = model::NotificationSink::Type;
    sink.type = type == "slack" ? Type::slack : type == "teams" ? Type::teams : Type::webhook;
    sink.minimum_severity = values.text("minimumSeverity").value_or(sink.minimum_severity);
    sink.environments = texts(values, "environments");
    sink.kinds = texts(values, "kinds");
    const auto credential = [&](std::string_view key) {
        const auto* name = values.node(key);
        if (name == nullptr) return std::string{};
        if (name->text.find_first_of("/:") != std::string::npos) {
            findings.bad_value("RG0476", *name, fmt::format("`{}` is the name of a credential, not an address", key))
                .help =
                "put the address into a file, name the file in `LoadCredential=` of the unit, and write that name here";
        }
        return name->text;
    };
    sink.url_credential = credential("urlCredential");
    sink.hmac_credential = credential("hmacCredential");
    return sink;
}

void load_connection(const Values& values, model::DaemonConfiguration& configuration) {
    configuration.request_timeout = values.duration("timeout").value_or(configuration.request_timeout);
    configuration.replication_grace = values.duration("replicationGrace").value_or(configuration.replication_grace);
    configuration.batch_writes = values.boolean("batchWrites").value_or(configuration.batch_writes);
    configuration.transport = values.text("transport").value_or(configuration.transport);
    configuration.proxy = values.text("proxy").value_or("");
    configuration.ca_file = values.text("caFile").value_or("");
}

void load_spec(const Values& spec, model::DaemonConfiguration& configuration, Findings& findings) {
    const auto source = spec.mapping("source");
    if (const auto git = source.mapping("git"); git.exists()) load_git(git, configuration.git.emplace(), findings);
    configuration.directory = absolute_path(source, "directory", findings);
    if (const auto settle = source.duration("settle")) configuration.settle = *settle;
    configuration.environments = texts(spec, "environments");
    configuration.mode = spec.text("mode").value_or("plan") == "apply" ? model::DaemonConfiguration::Mode::apply
                                                                       : model::DaemonConfiguration::Mode::plan;
    configuration.interval = spec.duration("interval").value_or(configuration.interval);
    configuration.full_read_interval = spec.duration("fullReadInterval").value_or(configuration.full_read_interval);
    configuration.parallel = static_cast<int>(spec.integer("parallel").value_or(configuration.parallel));
    configuration.warn_before_expiry = spec.duration("warnBeforeExpiry").value_or(configuration.warn_before_expiry);
    for (const auto* node : spec.items("freeze")) configuration.freeze.push_back(load_window(*node, findings));
    for (const auto* node : spec.items("notifications"))
        configuration.notifications.push_back(load_sink(*node, findings));
    configuration.delivery = load_delivery(spec.mapping("delivery"), findings);
    configuration.http_listen = spec.mapping("http").text("listen").value_or(configuration.http_listen);
    const auto socket = spec.mapping("socket");
    configuration.socket = absolute_path(socket, "path", findings);
    configuration.socket_group = socket.text("group").value_or(configuration.socket_group);
    load_connection(spec.mapping("connection"), configuration);
}

}  // namespace

DaemonResult load_daemon_configuration(const SourceText& text) {
    DaemonResult result;
    auto read = read_yaml(text);
    result.diagnostics = std::move(read.diagnostics);
    if (read.documents.size() != 1 || kind_of(read.documents.front()) != daemon_kind) {
        if (!model::has_errors(result.diagnostics)) {
            model::Diagnostic d;
            d.code = "RG0477";
            d.message = "the configuration of the service is one document of kind `Daemon`";
            d.span.file = text.file;
            d.span.line = 1;
            d.span.column = 1;
            if (read.documents.size() > 1) d.span = read.documents[1].root.span;
            d.help = "see `regent explain Daemon`";
            result.diagnostics.push_back(std::move(d));
        }
        return result;
    }
    const auto& document = read.documents.front();
    Findings findings(document);
    check_fields(*table_of(daemon_kind), document.root, findings);
    const Values root(&document.root, findings);
    model::DaemonConfiguration configuration;
    check_name(root.mapping("metadata").node("name"), "RG0211", "a document's name", findings);
    configuration.name = root.mapping("metadata").text("name").value_or(configuration.name);
    load_spec(root.mapping("spec"), configuration, findings);
    for (auto& diagnostic : findings.take()) result.diagnostics.push_back(std::move(diagnostic));
    model::sort(result.diagnostics);
    hide_secrets(result.diagnostics, {text});
    if (!model::has_errors(result.diagnostics)) result.configuration = std::move(configuration);
    return result;
}

}  // namespace regent::manifest
