#pragma once

#include "model/attributes.hpp"
#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "provider/graph/strict_reading.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace regent::provider::graph {

/// Whose certificates: an application's or its service principal's. Both have `keyCredentials` and
/// `tokenEncryptionKeyId`; what a manifest says of them stands in these attributes.
struct CertificateHolder {
    std::string_view certificates, encryption_key;
    bool is_principal;
};
inline constexpr CertificateHolder of_application{model::path::certificates, model::path::token_encryption_key, false};
inline constexpr CertificateHolder of_principal{model::path::principal_certificates,
                                                model::path::principal_encryption_key, true};

/// What was read of one holder.
struct ReadCertificates {
    model::Map attributes;  ///< those that say something
    std::vector<model::ObservedCertificate> certificates;
    std::string keys;  ///< both properties as JSON, without bytes; empty: nothing is there
};

/// A certificate is called by its display name; where several have the same one, as in a rotation, the one that has
/// been valid for longest is, and the others by their key ids too: whatever order an answer has. The private key of a
/// SAML certificate and the public one beside it are one certificate.
/// https://learn.microsoft.com/graph/api/serviceprincipal-addtokensigningcertificate
[[nodiscard]] ReadCertificates read_certificates(StrictReading& reading, const nlohmann::json& object,
                                                 const CertificateHolder& holder);
void note_certificates(ReadCertificates read, const CertificateHolder& holder, model::ObservedResource& into);

/// The public certificates of `object` whose bytes it shows, base64 by thumbprint: keys that sign have a private half,
/// and are not among them.
[[nodiscard]] std::map<std::string, std::string> shown_certificates(const nlohmann::json& object);

/// Both properties as they were read; an empty object when nothing was there.
[[nodiscard]] nlohmann::json keys_there(const CertificateHolder& holder, const model::ObservedResource* observed);

/// Adds to `body` what `step` changes of them. The collection is written whole: what is there already is repeated
/// without its bytes and under its own display name, which keeps it, and so is everything that signs SAML tokens for a
/// service principal. Key ids of new ones are made from `application_key`, so that a request that is sent twice does no
/// harm. https://learn.microsoft.com/graph/api/application-update
void add_certificates(const plan::Step& step, const CertificateHolder& holder, const std::string& application_key,
                      const nlohmann::json& there, nlohmann::json& body);

/// The same body as requests in the order in which they hold by themselves: a key is there before tokens are encrypted
/// for it, and goes after they no longer are. One, mostly.
[[nodiscard]] std::vector<nlohmann::json> in_order(nlohmann::json body, const nlohmann::json& there);

}  // namespace regent::provider::graph
