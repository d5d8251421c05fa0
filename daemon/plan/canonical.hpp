#pragma once

#include "model/attributes.hpp"
#include "model/value.hpp"

namespace regent::plan {

/// The form in which two values of `attribute` are compared: absence as what it means to the service, sets sorted and
/// without duplicates, texts that services trim trimmed. Redirect URIs, issuers and subjects stay as they are, byte for
/// byte: Entra compares them so (https://learn.microsoft.com/entra/identity-platform/reply-url).
[[nodiscard]] model::Value canonical(const model::Attribute& attribute, model::Value value);

/// Whether two canonical values are one to the service, which gives some back in another spelling.
[[nodiscard]] bool same_value(const model::Attribute& attribute, const model::Value& a, const model::Value& b);

/// The elements of a set as a sorted list without duplicates.
[[nodiscard]] model::List canonical_set(model::List elements);

}  // namespace regent::plan
