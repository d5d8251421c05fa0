#pragma once

#include "service/notice.hpp"

#include <string>
#include <string_view>

namespace regent::service {

/// The header that carries a body's signature.
inline constexpr std::string_view signature_header = "X-Regent-Signature-256";

/// `notice` as a CloudEvents 1.0 event in JSON, structured mode. Texts are as shown() makes them.
///
/// `type` is "regent.<event>.v1": the specification asks for a reverse-DNS prefix (with SHOULD), which says who defines
/// the type's meaning, and this project has no domain to put there. The version grows when a member of `data` changes
/// its meaning; members may be added without.
/// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
[[nodiscard]] NoticeBody cloud_event(const Notice& notice, const Sender& sender);

/// "sha256=<hex>": HMAC-SHA256 of `body` with `key`, in the form that GitHub's webhooks have, so that receivers exist.
/// A repeated delivery has the same `id` and `time`, which are part of what is signed.
/// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
[[nodiscard]] std::string signature_of(std::string_view body, std::string_view key);

}  // namespace regent::service
