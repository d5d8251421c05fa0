#pragma once

#include "simulator/http.hpp"
#include "simulator/values.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace regent::simulator {

class Clock;

struct Blob {
    std::string content;
    std::string content_type = "application/octet-stream";
};

/// Blob storage below `/blob/<container>/<name>`, opened by signed addresses only (SAS): definitions are read from it,
/// icons and scripts are put into it. As Azure Storage does, it refuses a request that also carries an Authorization
/// header, answers 403 once a signature is older than its hour, and explains itself in XML.
/// https://learn.microsoft.com/rest/api/storageservices/create-service-sas
class BlobStore {
public:
    /// Blobs that are made when they are read, not stored: asked first.
    using Source = std::function<std::optional<Blob>(const std::string& container, const std::string& name)>;

    /// `clock` outlives the store. `key` signs: two stores with one key accept each other's addresses.
    BlobStore(const Clock& clock, std::string key) : clock_(clock), key_(std::move(key)) {}

    /// An address to read one blob with; another signature each time.
    [[nodiscard]] std::string address_of(const std::string& base_url, const std::string& container,
                                         const std::string& name);
    /// An address to write and read in a whole container with: `<container>?<signature>`.
    [[nodiscard]] std::string writable_container(const std::string& base_url, const std::string& container);
    /// The uploaded or made blob that a signed address names; nothing for a foreign address, a bad signature or no
    /// blob.
    [[nodiscard]] std::optional<Blob> at_address(const std::string& url, const Source& source) const;
    /// True for addresses of this store, whatever host they were reached by.
    [[nodiscard]] static bool is_own_address(const std::string& url);

    [[nodiscard]] Response handle(const Request& request, const Source& source);

private:
    [[nodiscard]] std::string signature(const std::string& resource, const std::string& permissions,
                                        const std::string& expiry, const std::string& nonce) const;
    [[nodiscard]] std::string signed_query(const std::string& resource, const char* kind, const char* permissions);
    [[nodiscard]] std::string why_refused(const Request& request, const std::string& container, const std::string& name,
                                          char permission) const;
    void set_version_headers(Response& response) const;
    [[nodiscard]] std::optional<Blob> find(const std::string& container, const std::string& name,
                                           const Source& source) const;

    const Clock& clock_;
    const std::string key_;
    std::uint64_t addresses_ = 0;
    std::map<std::string, Blob> uploads_;  ///< by "container/name"
};

}  // namespace regent::simulator
