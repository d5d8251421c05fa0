#include "simulator/blob_store.hpp"

#include "simulator/service.hpp"

#include <fmt/format.h>

namespace regent::simulator {
namespace {

constexpr std::string_view blob_path = "/blob/";
constexpr std::size_t nonce_bytes = 8;
/// About as long as the resource provider's own addresses live.
constexpr auto signature_life = std::chrono::hours(1);

Response refusal(int status, const std::string& code, const std::string& message) {
    Response response;
    response.status = status;
    response.set_header("Content-Type", "application/xml");
    response.set_header("x-ms-error-code", code);
    response.body = fmt::format(
        "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{}</Message></Error>",
        code, message);
    return response;
}

struct BlobPlace {
    std::string container, name;
};

std::optional<BlobPlace> blob_place(std::string_view path) {
    if (!starts_with(path, blob_path)) return std::nullopt;
    path.remove_prefix(blob_path.size());
    const auto slash = path.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash + 1 == path.size()) return std::nullopt;
    return BlobPlace{std::string(path.substr(0, slash)), std::string(path.substr(slash + 1))};
}

/// Path and query of an absolute address.
Request request_for(const std::string& url) {
    Request request;
    request.method = "GET";
    const auto scheme = url.find("://");
    const auto slash = scheme == std::string::npos ? std::string::npos : url.find('/', scheme + 3);
    request.target = slash == std::string::npos ? std::string{} : url.substr(slash);
    const auto question = request.target.find('?');
    request.path = percent_decoded(request.target.substr(0, question), false);
    if (question != std::string::npos)
        request.query = parse_query(std::string_view(request.target).substr(question + 1));
    return request;
}

}  // namespace

std::string BlobStore::signature(const std::string& resource, const std::string& permissions, const std::string& expiry,
                                 const std::string& nonce) const {
    const auto digest = sha256_bytes(fmt::format("{}\n{}\n{}\n{}\n{}", key_, resource, permissions, expiry, nonce));
    return base64(nonce + digest.substr(nonce_bytes));
}

std::string BlobStore::signed_query(const std::string& resource, const char* kind, const char* permissions) {
    const auto expiry = format_time(clock_.now() + signature_life);
    // Two addresses of one second differ too, as do the service's.
    const auto nonce = sha256_bytes(fmt::format("{} {}", key_, ++addresses_)).substr(0, nonce_bytes);
    return fmt::format("sv=2018-03-28&sr={}&sig={}&se={}&sp={}", kind,
                       percent_encoded(signature(resource, permissions, expiry, nonce)), percent_encoded(expiry),
                       permissions);
}

std::string BlobStore::address_of(const std::string& base_url, const std::string& container, const std::string& name) {
    return fmt::format("{}{}{}/{}?{}", base_url, blob_path, container, percent_encoded(name),
                       signed_query(container + "/" + name, "b", "r"));
}

std::string BlobStore::writable_container(const std::string& base_url, const std::string& container) {
    return fmt::format("{}{}{}?{}", base_url, blob_path, container, signed_query(container, "c", "rwl"));
}

bool BlobStore::is_own_address(const std::string& url) {
    return blob_place(request_for(url).path).has_value();
}

std::string BlobStore::why_refused(const Request& request, const std::string& container, const std::string& name,
                                   char permission) const {
    const auto value = [&](const char* member) { return request.query_value(member).value_or(""); };
    const auto raw = base64_decoded(value("sig"));
    const auto resource = value("sr") == "c" ? container : container + "/" + name;
    if (!raw || raw->size() < nonce_bytes ||
        signature(resource, value("sp"), value("se"), raw->substr(0, nonce_bytes)) != value("sig")) {
        return "Signature did not match.";
    }
    if (parse_time(value("se")).value_or(Time{}) <= clock_.now())
        return "Signature not valid in the specified time frame.";
    if (value("sp").find(permission) == std::string::npos) return "The signature does not permit this operation.";
    return {};
}

std::optional<Blob> BlobStore::find(const std::string& container, const std::string& name, const Source& source) const {
    if (auto made = source(container, name)) return made;
    const auto upload = uploads_.find(container + "/" + name);
    return upload == uploads_.end() ? std::nullopt : std::optional(upload->second);
}

std::optional<Blob> BlobStore::at_address(const std::string& url, const Source& source) const {
    const auto request = request_for(url);
    const auto place = blob_place(request.path);
    if (!place || !why_refused(request, place->container, place->name, 'r').empty()) return std::nullopt;
    return find(place->container, place->name, source);
}

/// Clients of Azure Storage take both for granted.
/// https://learn.microsoft.com/rest/api/storageservices/put-blob#response-headers
void BlobStore::set_version_headers(Response& response) const {
    response.set_header("Last-Modified", http_date(clock_.now()));
    response.set_header("ETag", fmt::format("\"0x8D{:X}\"", clock_.now().time_since_epoch().count()));
}

Response BlobStore::handle(const Request& request, const Source& source) {
    if (request.header("Authorization")) {
        return refusal(403, "AuthenticationFailed",
                       "Server failed to authenticate the request. Make sure the value of Authorization header is "
                       "formed correctly "
                       "including the signature.");
    }
    const auto place = blob_place(request.path);
    if (!place) return refusal(400, "InvalidUri", "The requested URI does not represent any resource on the server.");
    if (request.method != "GET" && request.method != "HEAD" && request.method != "PUT") {
        return refusal(405, "UnsupportedHttpVerb", "The resource doesn't support specified Http Verb.");
    }
    const bool writes = request.method == "PUT";
    if (const auto why = why_refused(request, place->container, place->name, writes ? 'w' : 'r'); !why.empty()) {
        return refusal(403, "AuthenticationFailed", "Server failed to authenticate the request. " + why);
    }
    if (writes) {
        const auto type = request.header("x-ms-blob-type");
        if (!type)
            return refusal(400, "MissingRequiredHeader",
                           "An HTTP header that's mandatory for this request is not specified.");
        if (*type != "BlockBlob")
            return refusal(400, "InvalidHeaderValue",
                           "The value for one of the HTTP headers is not in the correct format.");
        uploads_[place->container + "/" + place->name] = {
            request.body, request.header("Content-Type").value_or("application/octet-stream")};
        Response created;
        created.status = 201;
        set_version_headers(created);
        return created;
    }
    const auto blob = find(place->container, place->name, source);
    if (!blob) return refusal(404, "BlobNotFound", "The specified blob does not exist.");
    Response response;
    response.set_header("Content-Type", blob->content_type);
    response.set_header("x-ms-blob-type", "BlockBlob");
    set_version_headers(response);
    if (request.method == "GET") response.body = blob->content;
    return response;
}

}  // namespace regent::simulator
