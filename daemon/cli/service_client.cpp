#include "cli/service_client.hpp"

#include "cli/messages.hpp"
#include "manifest/suggestion.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace regent::cli {
namespace {

using nlohmann::json;

constexpr std::size_t longest_answer = std::size_t{256} * 1024 * 1024;
constexpr std::array<std::string_view, 4> kinds = {model::kind::application, model::kind::connector,
                                                   model::kind::redirect_uri, model::kind::federated_credential};

std::size_t collect(char* data, std::size_t, std::size_t size, void* into) {
    auto& text = *static_cast<std::string*>(into);
    if (text.size() + size > longest_answer) return 0;
    text.append(data, size);
    return size;
}

/// The group that may use the socket, as far as one may know.
std::string group_of(const std::filesystem::path& socket) {
    struct stat info {};
    if (::stat(socket.c_str(), &info) != 0 || info.st_gid == 0) return "regent-admin";
    const auto* group = ::getgrgid(info.st_gid);
    return group == nullptr ? std::to_string(info.st_gid) : group->gr_name;
}

/// errno of connecting; 0 when it works.
int connecting(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    path.copy(address.sun_path, path.size());
    const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return errno;
    const int error =
        ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
    ::close(descriptor);
    return error;
}

ClientError unreachable(const std::filesystem::path& socket, const std::string& otherwise) {
    const int error = connecting(socket.string());
    const auto path = socket.string();
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return {fmt::format("no service listens at {}", path),
                    "`systemctl status regent` shows whether it runs; `--socket PATH` names another one",
                    ExitCode::unreachable};
        case ECONNREFUSED:
            return {fmt::format("the service is not running: nobody answers at {}", path),
                    "`systemctl status regent` shows why; `systemctl start regent` starts it", ExitCode::unreachable};
        case EACCES:
        case EPERM: {
            const auto group = group_of(socket);
            return {
                fmt::format("you may not use {}", path),
                fmt::format("it is for root and the group `{}`: `sudo usermod -aG {} \"$USER\"`, then sign in again",
                            group, group),
                ExitCode::unreachable};
        }
        case ENAMETOOLONG:
            return {fmt::format("the path of the socket is too long: {}", path), "107 bytes at most", ExitCode::usage};
        default:
            return {fmt::format("the service at {} does not answer: {}", path,
                                error == 0 ? otherwise : std::strerror(error)),
                    "`systemctl status regent` and `journalctl -u regent` show what it does", ExitCode::unreachable};
    }
}

ExitCode code_of(long status) noexcept {
    switch (status) {
        case 400:
            return ExitCode::usage;
        case 403:
            return ExitCode::sign_in;
        case 409:
            return ExitCode::refused;
        case 503:
        case 504:
            return ExitCode::try_again;
        default:
            return ExitCode::failed;
    }
}

ClientError refusal(long status, const std::string& text) {
    const auto answer = json::parse(text, nullptr, false);
    if (answer.is_object() && answer.contains("error") && answer["error"].is_object())
        return {answer["error"].value("message", std::string("refused")), answer["error"].value("help", std::string()),
                code_of(status)};
    const auto line = text.substr(0, text.find('\n'));
    return {fmt::format("the service answered {}: {}", status, line), "", code_of(status)};
}

}  // namespace

struct ServiceClient::Handle {
    CURL* curl = ::curl_easy_init();
    ~Handle() { ::curl_easy_cleanup(curl); }
};

std::filesystem::path default_socket() {
    if (const auto folder = environment_variable("RUNTIME_DIRECTORY"); folder && !folder->empty())
        return std::filesystem::path(folder->substr(0, folder->find(':'))) / "regent.sock";
    return "/run/regent/regent.sock";
}

ServiceClient::ServiceClient(std::filesystem::path socket)
    : socket_(socket.empty() ? default_socket() : std::move(socket)), handle_(std::make_unique<Handle>()) {}
ServiceClient::~ServiceClient() = default;

ClientResult<json> ServiceClient::get(const std::string& target, std::chrono::milliseconds patience) {
    return ask(target, nullptr, patience);
}

ClientResult<json> ServiceClient::post(const std::string& target, const json& body) {
    const auto text = body.dump(-1, ' ', false, json::error_handler_t::replace);
    return ask(target, &text, std::chrono::seconds(30));
}

ClientResult<json> ServiceClient::ask(const std::string& target, const std::string* body,
                                      std::chrono::milliseconds patience) {
    auto* curl = handle_->curl;
    std::string answer;
    std::array<char, CURL_ERROR_SIZE> words{};
    ::curl_easy_reset(curl);  // keeps the connection
    ::curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
    ::curl_easy_setopt(curl, CURLOPT_URL, ("http://localhost" + target).c_str());
    ::curl_easy_setopt(curl, CURLOPT_PROXY, "");
    ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
    ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
    ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words.data());
    ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
        ::curl_slist_append(nullptr, "Content-Type: application/json"), ::curl_slist_free_all);
    if (body != nullptr) {
        ::curl_easy_setopt(curl, CURLOPT_POST, 1L);
        ::curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body->size()));
        ::curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body->c_str());
        ::curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    }
    const auto result = ::curl_easy_perform(curl);
    ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, nullptr);
    if (result == CURLE_OPERATION_TIMEDOUT)
        return tl::unexpected(ClientError{fmt::format("the service at {} did not answer in time", socket_.string()),
                                          "`systemctl status regent` shows whether it is ill", ExitCode::unreachable});
    if (result != CURLE_OK)
        return tl::unexpected(
            unreachable(socket_, words[0] == '\0' ? ::curl_easy_strerror(result) : std::string(words.data())));
    long status = 0;
    ::curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status < 200 || status > 299) return tl::unexpected(refusal(status, answer));
    auto content = json::parse(answer, nullptr, false);
    if (!content.is_object())
        return tl::unexpected(ClientError{fmt::format("what answers at {} is no regent", socket_.string()),
                                          "`--socket PATH` names another socket", ExitCode::unreachable});
    return content;
}

ClientResult<std::vector<std::string>> ServiceClient::environments(const std::string& chosen) {
    const auto answer = get("/api/v1/environments");
    if (!answer) return tl::unexpected(answer.error());
    std::vector<std::string> names;
    for (const auto& item : answer->value("items", json::array())) names.push_back(item.value("name", std::string()));
    if (chosen.empty()) return names;
    if (names.empty()) return tl::unexpected(nothing_loaded());
    if (std::find(names.begin(), names.end(), chosen) != names.end()) return std::vector<std::string>{chosen};
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = manifest::did_you_mean_phrase(chosen, known);
    return tl::unexpected(ClientError{fmt::format("the service has no environment `{}`", chosen),
                                      near.empty() ? fmt::format("it has: {}", fmt::join(names, ", ")) : near,
                                      ExitCode::usage});
}

ClientResult<std::string> ServiceClient::the_environment(const std::string& chosen) {
    const auto names = environments(chosen);
    if (!names) return tl::unexpected(names.error());
    if (names->size() == 1) return names->front();
    if (names->empty()) return tl::unexpected(nothing_loaded());
    return tl::unexpected(ClientError{fmt::format("there are {} environments; which one is meant?", names->size()),
                                      fmt::format("say -e {}", fmt::join(*names, " or -e ")), ExitCode::usage});
}

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string out;
    for (const char c : text) {
        if (plain.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

ClientResult<std::string> parse_kind(const std::string& text) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    for (const auto kind : kinds)
        if (std::equal(text.begin(), text.end(), kind.begin(), kind.end(), same)) return std::string(kind);
    const auto near = manifest::did_you_mean_phrase(text, kinds);
    return tl::unexpected(ClientError{fmt::format("there is no kind `{}`", text),
                                      near.empty() ? fmt::format("kinds are {}", fmt::join(kinds, ", ")) : near,
                                      ExitCode::usage});
}

ClientResult<model::Address> parse_object(const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos || slash == 0 || slash + 1 == text.size() ||
        text.find('/', slash + 1) != std::string::npos)
        return tl::unexpected(ClientError{fmt::format("`{}` names no object", text),
                                          "write KIND/NAME: Application/portal", ExitCode::usage});
    auto kind = parse_kind(text.substr(0, slash));
    if (!kind) return tl::unexpected(std::move(kind.error()));
    return model::Address{std::move(*kind), text.substr(slash + 1)};
}

ClientError nothing_loaded() {
    return {"the service has loaded no environment yet", "`regent status` shows what it waits for",
            ExitCode::try_again};
}

ExitCode fail(Terminal& terminal, const ClientError& error) {
    print_error(terminal, error.message, error.help);
    return error.code;
}

}  // namespace regent::cli
