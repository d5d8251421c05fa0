#include "manifest/error_catalogue_parts.hpp"

#include <array>

namespace regent::manifest {

std::span<const ErrorCode> exposes_error_codes() {
    static constexpr std::array codes = {
        ErrorCode{"RG0490", "name of a scope or role",
                  R"(The name of a scope or role is its value in tokens (`scp`, `roles`): 1 to 120
ASCII letters, digits and signs, no white space, no `.` in front; scopes have
at most 40 characters where personal accounts may sign in. What people read
stands in `consent.title` and `displayName`.

A role may do without a name: then it is in no token and can only be assigned,
and its `id` tells it from the others.
https://learn.microsoft.com/graph/api/resources/approle)"},
        ErrorCode{"RG0491", "what an application for personal accounts can expose",
                  R"(Where personal Microsoft accounts may sign in, an application exposes at most
100 scopes, and pre-authorizes at most 100 clients for 30 scopes each and 500
altogether. For roles see RG0522.
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation)"},
        ErrorCode{"RG0492", "role that nobody can have",
                  R"(A role is for applications, for users and groups, or for both:

    allowed: [application]
    allowed: [user]
    allowed: [application, user])"},
        ErrorCode{"RG0493", "scope and role that are neither one nor two",
                  R"(Names and ids are unique among all scopes and roles of an application, with
one exception: a scope and a role may be one permission in two shapes. They
then have the same name, the same id and the same texts (title and
displayName, both descriptions), and are enabled together. Without `id` they
get the same one.
https://learn.microsoft.com/graph/api/resources/approle)"},
        ErrorCode{"RG0494", "scope of a pre-authorized client",
                  R"(`preAuthorizedApplications` gives clients scopes of the application itself. They
are named as in `spec.exposes.scopes`; roles cannot be given this way.

    exposes:
      scopes:
        - name: Orders.Read
      preAuthorizedApplications:
        - applicationRef: {name: orders-portal}
          scopes: [Orders.Read])"},
    };
    return codes;
}

}  // namespace regent::manifest
