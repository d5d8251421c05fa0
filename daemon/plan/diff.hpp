#pragma once

#include "model/snapshot.hpp"
#include "plan/plan.hpp"
#include "plan/resolution.hpp"

#include <string>
#include <utility>
#include <vector>

namespace regent::plan {

/// What differs in one attribute, and what would have to be sent for it.
struct AttributeDiff {
    std::vector<Change> changes;          ///< empty: equal
    model::Value known;                   ///< the whole value to send, without what is not known yet
    model::Value whole;                   ///< the same with References in place of what is not known yet
    bool waits = false;                   ///< `whole` holds References
    std::vector<std::string> kept;        ///< present, and kept while an object is withheld: sentences
    std::vector<std::string> undeclared;  ///< present, by nobody's manifest, and left alone: texts of the elements
    std::vector<std::string> ignored;     ///< the same, of those that management.ignore names: "tags[old]"
};

/// Compares one attribute. `applied` is the value the last run left behind (null pointer: nothing is remembered); it
/// tells drift from intent. `marks` are the observed marks: an element that a former contribution put there is taken
/// away again.
[[nodiscard]] AttributeDiff diff(const ResolvedAttribute& attribute, const model::Value* applied,
                                 const std::vector<std::string>& marks);

/// Whether two elements of an attribute are one, by the members that are compared.
[[nodiscard]] bool is_same_element(const model::Attribute& attribute, const model::Value& a, const model::Value& b);
/// Whether an element that is there stays whatever the manifests say: see Attribute::kept_member.
[[nodiscard]] bool is_kept(const model::Attribute& attribute, const model::Value& element);
/// An element that is there and that no manifest declares, as a plan lists it: its name, and when it ends.
[[nodiscard]] std::string listed_element(const model::Attribute& attribute, const std::string& name,
                                         const model::Value& element);

/// Issuer and subject of a federated credential, which an application can hold once.
[[nodiscard]] std::pair<model::Value, model::Value> trust_of(const model::Value& credential);

/// "contributes:<path>:", the beginning of the mark of a contributed element.
[[nodiscard]] std::string contribution_prefix(std::string_view path);

/// The mark of one element of a set; a Reference while the element is not known.
[[nodiscard]] model::Value element_mark(const model::Attribute& attribute, const model::Value& element);

/// The marks an object should carry; those of elements that are not known yet are References.
[[nodiscard]] model::List desired_marks(const Item& item);
/// The marks it carries.
[[nodiscard]] std::vector<std::string> observed_marks(const model::ObservedResource* observed);

}  // namespace regent::plan
