#pragma once

#include "plan/resolution.hpp"

namespace regent::plan {

/// A role that an application holds at an API can be declared on either side: by the client (`adminConsent`) or by the
/// API (`servicePrincipal.assignments.applications`), and the tenant shows it on both. Takes what the other side's
/// manifest declares, and this one's does not, out of what was observed here: it is neither foreign nor this one's to
/// take away.
void overlook_what_others_declare(ResolvedAttribute& resolved, const Item& item, const Items& items);

}  // namespace regent::plan
