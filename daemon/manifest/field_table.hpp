#pragma once

#include <span>
#include <string>
#include <string_view>

namespace regent::manifest {

/// What may stand behind a key.
enum class FieldType {
    text,             ///< any scalar, taken as written; a plain number or boolean is warned about
    boolean,          ///< `true` or `false`, without quotes
    integer,          ///< decimal digits, without quotes
    duration,         ///< `180d`, `12h`, `30m`
    guid,             ///< 8-4-4-4-12 hexadecimal digits
    url,              ///< an absolute URL; which schemes are allowed is a rule, not a type
    enumeration,      ///< one of `values`
    path,             ///< a file or folder, relative to the file it is written in, inside the repository
    mapping,          ///< keys from `members`
    list,             ///< of `item`; how its members are told apart says `order`
    reference,        ///< `{name: x}`: another document of kind `target`
    redirect_target,  ///< a URL as text, or `{connectorRef: {name: x}}`
    owner,            ///< an object id as text, or `{applicationRef: {name: x}}`
    text_map,         ///< free keys with text behind them: labels
    scalar_map,       ///< free keys with scalars of any type behind them: variables
    any               ///< checked elsewhere: overrides
};

/// How the members of a list are told apart.
enum class ListOrder {
    set,      ///< order and repetition mean nothing
    ordered,  ///< the order counts
    named     ///< mappings told apart by their `name`; overrides merge them by it
};

/// One value of an enumeration. `alias` is a second spelling that means the same: the service's own.
struct EnumValue {
    std::string_view name;
    std::string_view alias = {};
    std::string_view help = {};
};

/// One key that a manifest may hold: everything that loader, JSON Schema, `regent explain` and the reference page know
/// of it.
struct Field {
    std::string_view name;
    FieldType type = FieldType::text;
    FieldType item = FieldType::text;        ///< of a list
    ListOrder order = ListOrder::set;        ///< of a list
    std::span<const Field> members = {};     ///< of a mapping, or of each mapping in a list
    std::span<const EnumValue> values = {};  ///< of an enumeration
    std::string_view target = {};            ///< of a reference: the kind it names
    bool required = false;
    /// Of a required member: those beside it that stand in its place.
    std::span<const std::string_view> unless = {};
    /// The same for one that stands in its place only when it says a certain thing: "backend=logicapps".
    std::string_view unless_said = {};
    bool late = false;       ///< can be set after creation: a reference in it never blocks creation
    bool immutable = false;  ///< a change means replacing the object
    bool secret = false;     ///< stands for a value that is never shown
    /// Of a mapping: members of which exactly one has to be there.
    std::span<const std::string_view> exactly_one_of = {};
    /// Of a mapping whose `{}` says nothing, and is refused: what to write where something is meant to be empty.
    std::string_view instead_of_empty = {};
    /// A member that has to stand beside this one; empty: none.
    std::string_view together_with = {};
    long long minimum = 0;               ///< of an integer
    long long maximum = 0;               ///< of an integer; 0: none
    std::string_view default_text = {};  ///< for people: what absence means; empty: as explain() derives it
    std::string_view since = "0.1";
    std::string_view help = {};     ///< one line, without a full stop
    std::string_view example = {};  ///< YAML of the value
};

/// One kind of document.
struct KindTable {
    std::string_view kind;
    std::string_view help;          ///< one line, without a full stop
    std::span<const Field> fields;  ///< apiVersion, kind, metadata, management, spec
    std::string_view example;       ///< a whole document

    /// The field at a dotted path without indices, "spec.redirectUris.web"; null pointer when there is none.
    [[nodiscard]] const Field* find(std::string_view path) const noexcept;
};

/// The only value of `apiVersion` so far.
inline constexpr std::string_view api_version = "regent/v1";

/// Environment, Application, RedirectUri, FederatedCredential, Connector, Daemon, in this order. Daemon is no manifest:
/// it configures the service (load_daemon_configuration()).
[[nodiscard]] std::span<const KindTable> kind_tables() noexcept;
/// Null pointer for an unknown kind.
[[nodiscard]] const KindTable* table_of(std::string_view kind) noexcept;
/// `name` among `fields`; null pointer when there is none.
[[nodiscard]] const Field* find_field(std::span<const Field> fields, std::string_view name) noexcept;

/// The field that people coming from other tools mean by `name` ("replyUrls" → "redirectUris"), whatever the distance
/// between the two words; empty when the name is not known. Case is ignored. The answer is a member of `fields` or a
/// path that begins in one.
[[nodiscard]] std::string_view known_wrong_name(std::span<const Field> fields, std::string_view name) noexcept;

/// A field that a later version brings, or that regent leaves out on purpose. It is refused by name: a field that is
/// silently ignored would let a reader believe that it holds.
struct UnsupportedField {
    std::string_view kind;
    std::string_view path;             ///< dotted, without indices
    std::string_view instead;          ///< what to do meanwhile; a whole `help` line
    std::string_view stands_for = {};  ///< the required field beside it that it is written for; empty: none
};
[[nodiscard]] const UnsupportedField* unsupported_field(std::string_view kind, std::string_view path) noexcept;

/// "text", "a list", "a mapping with the keys …": for messages that say what was expected.
[[nodiscard]] std::string describe_type(const Field& field);

}  // namespace regent::manifest
