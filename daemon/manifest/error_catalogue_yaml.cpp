#include "manifest/error_catalogue.hpp"

#include <array>

namespace regent::manifest {

namespace {

constexpr std::array codes{
    ErrorCode{"RG0101", "the text is no valid YAML",
              R"(YAML has no meaning for this text, and regent has no better guess at what was
meant. The note repeats what the parser said.

One known case is text beside the sign of a block text. Its lines begin below:

    notes: |
      first line
      second line)"},
    ErrorCode{"RG0102", "duplicate key",
              R"(A mapping holds the same key twice. Most YAML readers keep one of them without
a word, and which one differs from reader to reader, so regent refuses both.

    metadata:
      name: arm
      name: arm-old      # which one?

Remove one of them.)"},
    ErrorCode{"RG0103", "a quote is not closed",
              R"(A text in quotes ends at the next quote, even lines later, and what stands in
between silently becomes part of it.

    displayName: "Customer portal
    description: "The portal"

Close the quote on its line: "Customer portal".)"},
    ErrorCode{"RG0104", "a colon, or the space after it, is missing",
              R"(A key is followed by a colon and a space. Without them YAML reads one long
text.

    kind Application         # no colon
    apiVersion:regent/v1     # no space
    kind: Application        # right)"},
    ErrorCode{"RG0105", "wrong indentation",
              R"(Keys of one mapping begin in the same column, items of one list too.

    spec:
      displayName: Portal
        notes: too deep
     tags: between two levels

Indent with two spaces for each level, and begin a list below its key:

    spec:
      tags:
        - one)"},
    ErrorCode{"RG0106", "a tab instead of spaces",
              R"(YAML allows only spaces before a key or a list item, because a tab is as wide
as each editor likes. Tabs inside quotes and comments are fine. Most editors
have a command that turns tabs into spaces.)"},
    ErrorCode{"RG0107", "brackets or braces that do not match",
              R"(A list in brackets or a mapping in braces is not closed, is closed by the
wrong sign, or misses a comma or a value.

    tags: [a, b          # not closed
    tags: [a, , b]       # nothing between the commas
    tags: [a, "b, c"]    # right: quotes around a text with a comma)"},
    ErrorCode{"RG0108", "a variable inside braces or brackets without quotes",
              R"(Inside {...} and [...] an opening brace begins a mapping, so YAML sees
something else than a variable there. Quotes keep it together.

    adopt: {appId: ${portal_app_id}}      # refused
    adopt: {appId: "${portal_app_id}"}    # right
    adopt:
      appId: ${portal_app_id}             # right: no braces around it)"},
    ErrorCode{"RG0109", "a text that needs quotes",
              R"(Some characters mean something to YAML at the beginning of a text: @ ` % * & !
| > [ ] { } , # ? -, and a colon with a space after it means something
anywhere.

    displayName: Portal: the new one      # refused
    displayName: "Portal: the new one"    # right)"},
    ErrorCode{"RG0110", "text after a closed quote",
              R"(A quote ended and something follows it on the same line.

    displayName: 'The team's portal'      # the text is: The team
    displayName: 'The team''s portal'     # right
    displayName: "The team's portal"      # right)"},
    ErrorCode{"RG0111", "an escape that does not exist",
              R"(In double quotes a backslash begins an escape, such as \n or \u00e9. In single
quotes nothing is escaped.

    notes: "see C:\docs"      # \d is no escape
    notes: 'see C:\docs'      # right)"},
    ErrorCode{"RG0112", "anchors and aliases are not read",
              R"(An anchor (&name) and its aliases (*name) put one text into several places. A
reviewer sees only the alias, and a file of a few lines can stand for millions
of values. Write the value where it is used; what differs per environment is a
variable.)"},
    ErrorCode{"RG0113", "tags are not read",
              R"(A tag (!!str, !Ref) gives a value a type. In a manifest the type comes from
the field, so a tag could only contradict it. To write text that begins with
an exclamation mark, put quotes around it.)"},
    ErrorCode{"RG0114", "a key that is not text",
              R"(A key is a name. YAML also takes lists, mappings, numbers and nothing at all
for a key, and regent does not.

    labels:
      2024: yes       # refused: a number
      "2024": "yes"   # right)"},
    ErrorCode{"RG0115", "something follows the end of the document",
              R"(A document is one mapping. After its closing brace, or after a line "...",
only a line "---" may follow, which begins the next document.)"},
    ErrorCode{"RG0116", "directives are not read",
              R"(Lines such as %YAML 1.2 or %TAG change how the rest is read. Manifests do not
need them.)"},
    ErrorCode{"RG0117", "merge keys are not read",
              R"(A merge key (<<) copies the keys of another mapping into this one. It is not
part of YAML 1.2, and readers disagree about it. Write the keys out. What
differs per environment belongs into the environment's variables and
overrides.)"},
    ErrorCode{"RG0118", "two documents without a line between them",
              R"(The keys of a document (apiVersion, kind, metadata, spec) begin a second time.
Two documents in one file have a line of three dashes between them:

    kind: Application
    ...
    ---
    kind: Connector
    ...)"},
    ErrorCode{"RG0119", "a list item that reads as more of the text above",
              R"(A text without quotes goes on in the next line when that is indented deeper. A
list item one column too far to the right is therefore no item:

    web:
      - https://a.example/
       - https://b.example/      # one item, "https://a.example/ - https://b..."

Align it with the items above.)"},
    ErrorCode{"RG0121", "the file is too large",
              R"(A manifest file holds at most 256 KiB. A document has about 2 KB, so that is
room for a hundred. Spread the documents over several files.)"},
    ErrorCode{"RG0122", "too many documents in one file",
              R"(A file holds at most 64 documents. Spread them over several files.)"},
    ErrorCode{"RG0123", "nested too deep",
              R"(Mappings and lists are nested at most 32 levels deep. No field of a manifest
needs more than ten; most likely brackets were repeated by a program.)"},
    ErrorCode{"RG0124", "too many keys and values in one file",
              R"(A file holds at most 20,000 keys, values, lists and mappings, counted
together. Spread its documents over several files.)"},
    ErrorCode{"RG0125", "a text is too long", R"(One text holds at most 64 KiB, far more than any field takes.)"},
    ErrorCode{"RG0126", "a line is too long", R"(A line holds at most 64 KiB.)"},
    ErrorCode{"RG0131", "a NUL character",
              R"(The file, or a text by an escape, holds the character NUL, which no editor
shows and no service takes. A file full of them was saved as UTF-16: save it
as UTF-8.)"},
    ErrorCode{"RG0132", "the file is not UTF-8",
              R"(Manifests are UTF-8. Files from older Windows programs are often in another
encoding, in which letters such as e with an accent are single bytes. Open the
file in an editor and save it as UTF-8.)"},
    ErrorCode{"RG0133", "a control character",
              R"(The file, or a text by an escape, holds a control character other than a tab
or a line end. Such characters steer terminals, and cannot be seen in a
review.)"},
    ErrorCode{"RG0134", "a byte order mark inside the file",
              R"(U+FEFF may stand at the very beginning of a file. Further on it is an
invisible character that makes a key another key. It often comes from joining
two files.)"},
    ErrorCode{"RG0135", "a character that changes the direction of text",
              R"(Characters such as U+202E make a screen show what follows in another order
than programs read it, so that a reviewer approves something else than what is
applied. Right-to-left scripts do not need them in manifests.
https://www.cve.org/CVERecord?id=CVE-2021-42574)"},
    ErrorCode{"RG0136", "a line end that editors do not agree on",
              R"(A carriage return alone, U+0085, U+2028 and U+2029 end a line for some readers
and not for others. End lines with a line feed, or with CR LF.)"},
    ErrorCode{"RG0140", "two YAML parsers disagree",
              R"(regent reads each file with two parsers, libyaml and yaml-cpp, and they
understood this document differently. What two parsers read in two ways,
people do too, so it is refused. The notes say what each saw; writing the
value in quotes, on one line, usually ends the disagreement.)"},
    ErrorCode{"RG0301", "a variable that is not defined",
              R"(A text holds ${name}, and the environment's spec.vars has no such name.
Nothing else is looked at: no environment variables of the process, no
commands.

    # environments/dev.regent.yaml
    spec:
      vars:
        portal_host: portal.dev.contoso.example

A default makes it optional: ${portal_host:-portal.contoso.example}. To write
the characters ${ themselves, write $${.)"},
    ErrorCode{"RG0302", "a variable that is never closed",
              R"(A text holds ${ and no closing brace after it. Variables are written ${name}.
To write the characters ${ themselves, write $${.)"},
    ErrorCode{"RG0303", "an override for something that does not exist",
              R"(An entry of the environment's spec.overrides names a target that no manifest
of this environment declares. Either the name is misspelt, or the document is
gone and the override should go with it.

    overrides:
      - target: {kind: Application, name: arm-connector}
        spec:
          notes: changed here)"},
    ErrorCode{"RG0304", "this is not the name of a variable",
              R"(A variable's name is a letter or _, then letters, digits and _. A default
follows the sign :- and is plain text; it cannot hold another variable.

    ${portal_host}             # right
    ${portal_host:-localhost}  # right
    ${portal-host}             # refused
    ${a:-${b}}                 # refused)"},
    ErrorCode{"RG0305", "an override that is not a mapping",
              R"(`management` and `spec` of an override hold the fields to change, as they
would stand in the manifest.

    overrides:
      - target: {kind: Application, name: portal}
        spec:
          notes: changed here)"}};

}  // namespace

std::span<const ErrorCode> yaml_error_codes() {
    return codes;
}

}  // namespace regent::manifest
