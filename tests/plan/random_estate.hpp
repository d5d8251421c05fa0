#pragma once

#include "plan/pretend_tenant.hpp"

#include <vector>

/// Documents and tenants as the dice fall: everything that a seed says, again the same.
namespace regent::plan::testing {

/// What one seed is about: a tenant with a past, and what the documents ask of it now.
struct Estate {
    model::Environment environment;
    std::vector<model::Declaration> documents;
    PretendTenant tenant;
};

/// A few applications, connectors and contributions from small pools of names, URIs and trusts, so that they meet.
/// May hold mistakes that build_desired_graph() refuses.
[[nodiscard]] std::vector<model::Declaration> random_documents(Dice& dice);

/// Documents of the past are applied to an empty tenant, people change this and that in it, others put theirs beside
/// it, and the documents change too. Nothing when the seed's documents hold mistakes.
[[nodiscard]] std::optional<Estate> random_estate(unsigned seed);

}  // namespace regent::plan::testing
