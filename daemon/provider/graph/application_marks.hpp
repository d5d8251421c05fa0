#pragma once

#include "model/value.hpp"
#include "provider/provider.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace regent::provider::graph {

/// regent's marks on an application are tags. A tag has 1 to 256 characters without blanks, so elements are marked by a
/// digest (https://learn.microsoft.com/graph/api/resources/application).
///
///     regent:owner:<owner>.<environment>      whose it is
///     regent:name:<metadata.name>             which one, where uniqueName is another tool's, or has a name that it had
///                                             before: a uniqueName is for life
///     regent:preventDelete
///     regent:onRemoval:keep, :delete          management.onRemoval, for when the manifest is gone
///     regent:logo:<16 hex digits>             SHA-256 of the picture that was sent last
///     regent:secretOfOthers:<key id>          a secret that was there when the application was taken over
///     regent:from:<16 hex digits>             SHA-256 over "<path>:<element>": a document contributed this element
///     regent:granted:scope:<16 hex digits>    the same of a delegated permission that regent consented to,
///     regent:granted:role:<16 hex digits>     of an application permission,
///     regent:assigned:<16 hex digits>         and of a role that it gave to another application
inline constexpr std::string_view tag_prefix = "regent:";
[[nodiscard]] std::string owner_tag(const Identity& identity);
[[nodiscard]] std::string name_tag(const std::string& name);

/// What an application's tags say.
struct TagFacts {
    std::vector<std::string> others;  ///< tags that are not regent's
    std::string owner;                ///< behind "regent:owner:"; empty: none
    std::string name;                 ///< behind "regent:name:"
    bool prevent_delete = false;
    std::string on_removal;                      ///< behind "regent:onRemoval:"; empty: none
    std::string logo;                            ///< behind "regent:logo:"
    std::vector<std::string> digests;            ///< behind "regent:from:"
    std::vector<std::string> secrets_of_others;  ///< key ids behind "regent:secretOfOthers:"
    std::vector<std::string> granted_scopes, granted_roles, assigned;
    bool any_of_regent = false;  ///< a tag begins with "regent:"
};
[[nodiscard]] TagFacts read_tags(const nlohmann::json& application);
/// Whose an application is that carries marks of regent's, "<owner>.<environment>"; empty when it is nobody's.
[[nodiscard]] std::string owner_of(const nlohmann::json& application, const TagFacts& facts);
[[nodiscard]] bool is_ours(const TagFacts& facts, const Identity& identity);
/// The name in our key: the one that its manifest had when it was made; empty: the key is not ours.
[[nodiscard]] std::string name_in_key(const nlohmann::json& application, const Identity& identity);
/// metadata.name of one of ours, out of the tag beside its key, or else out of our key; empty: on nothing.
[[nodiscard]] std::string name_of(const nlohmann::json& application, const Identity& identity);

/// The marks of model/attributes.hpp: digests are turned back into the elements they stand for, found among
/// `attributes`. One without element becomes "contributes:?:<digest>", which no manifest wants: it goes with the next
/// write.
///
/// One of a grant keeps its path: "contributes:permissions.adminConsent.delegated:?<digest>". What regent may not read
/// can so stay marked.
[[nodiscard]] model::List marks_of(const TagFacts& facts, const model::Map& attributes);
/// Whether the object carries marks of elements of `path`.
[[nodiscard]] bool has_marks_of(const model::ObservedResource& resource, std::string_view path);

/// Marks that no manifest wants either, so that the next plan writes our tags anew.
inline constexpr std::string_view unmarked = "unmarked";  ///< ours by its key, but somebody took our owner tag away
inline constexpr std::string_view unnamed = "unnamed";    ///< ours by its tag, but nothing on it says which one it is

/// All tags of an application: those of the manifest (or the ones that were there), and ours for `marks`; none twice.
[[nodiscard]] std::vector<std::string> tags_for(const std::vector<std::string>& others, const model::Value* marks,
                                                const Identity& identity, const std::string& name_beside_foreign_key);

}  // namespace regent::provider::graph
