#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> secret_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0496", "times of a client secret",
                  R"(A secret lives `validFor`; when it has less than `rotateBefore` left, a new
one is issued and handed on; the old one stays for `keepOld` beside it. It
must be gone by the time the new one is due itself: `keepOld` is shorter
than `validFor` less `rotateBefore`.)"},
        ErrorCode{"RG0497", "file of a client secret",
                  R"(`deliverTo: [{file: {path: …}}]` is a file on the machine where regent runs.
Its path is absolute and plain. In which folders such files may lie says the
machine's own configuration (`spec.delivery.folders` of kind Daemon), not a
manifest.)"},
        ErrorCode{"RG0498", "names in a Key Vault",
                  R"(A vault is named, not addressed: where the vaults of a cloud are is known. Names
of vaults have 3 to 24 letters, digits and single `-`, names of secrets 1 to 127
letters, digits and `-`.
https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates)"},
        ErrorCode{"RG0499", "command that is given a client secret",
                  R"(A manifest names a command; what it runs is defined on the machine
(`spec.delivery.commands` of kind Daemon). Otherwise everybody who may write
manifests could run programs as the service.)"},
    };
    return codes;
}

}  // namespace regent::manifest
