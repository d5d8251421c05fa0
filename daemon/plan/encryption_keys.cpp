#include "plan/encryption_keys.hpp"

#include "model/attributes.hpp"
#include "plan/diff.hpp"
#include "plan/staying.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace regent::plan {
namespace {

struct KeyHolder {
    std::string_view certificates, encryption_key, field;
};
constexpr std::array key_holders = {
    KeyHolder{model::path::certificates, model::path::token_encryption_key, "tokenEncryptionKey"},
    KeyHolder{model::path::principal_certificates, model::path::principal_encryption_key,
              "servicePrincipal.tokenEncryptionKey"},
};

/// What is there and encrypts has to be there afterwards, under whatever name.
bool stays(const AttributeDiff& diff, const std::string& thumbprint) {
    const auto* left = diff.whole.as_map();
    return left != nullptr && std::any_of(left->begin(), left->end(), [&](const auto& entry) {
               return text_of(entry.second, "thumbprint") == thumbprint;
           });
}

}  // namespace

void withhold_encryption_keys_that_go(Items& items, Plan& plan) {
    for (auto& [address, item] : items) {
        if (item.observed == nullptr || !item.is_written() || item.is_made_anew()) continue;
        for (const auto& holder : key_holders) {
            const auto certificates = attribute_in(item, holder.certificates);
            const auto chosen = item.observed->attributes.find(holder.encryption_key);
            if (certificates == item.attributes.end() || chosen == item.observed->attributes.end() ||
                attribute_in(item, holder.encryption_key) != item.attributes.end())
                continue;
            const auto thumbprint = text_of(chosen->second, "thumbprint");
            const auto differences = diff(*certificates, nullptr, observed_marks(item.observed));
            if (thumbprint.empty() || differences.changes.empty() || stays(differences, thumbprint)) continue;
            const auto name = text_of(chosen->second, "name");
            Withheld withheld;
            withheld.why = Withheld::Why::no_place;
            withheld.address = address;
            withheld.place =
                certificates->desired->span.known() ? certificates->desired->span.begin() : item.desired->place;
            withheld.message = fmt::format(
                "the certificate \"{}\" of `{}` stays as it is: tokens are encrypted for it, and no manifest says for "
                "which one they are to be then",
                name, holder.certificates);
            withheld.help = fmt::format("write `{}: \"\"` for none, or name another certificate", holder.field);
            plan.withheld.push_back(std::move(withheld));
            if (const auto* there = certificates->observed.find(name)) {
                keep_as_it_is(item, *certificates, name, *there);
            } else {
                item.attributes.erase(certificates);
            }
        }
    }
}

}  // namespace regent::plan
