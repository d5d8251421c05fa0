"""Connectors as people publish them: a folder each, with the files of paconn; and a repository of manifests made from them."""

import json
import pathlib
import re
import shutil

DEFINITION, PROPERTIES = "apiDefinition.swagger.json", "apiProperties.json"
SCRIPTS = ("script.csx", "script.cs")
TAKEN = (DEFINITION, PROPERTIES, "settings.json", "icon.png", *SCRIPTS)
ENVIRONMENT_ID = "0c0c0c0c-1d1d-4e4e-8f8f-909090909090"
RESOURCE = re.compile(r"https://[a-z0-9.-]+(/[a-z0-9./-]*)?")

ENVIRONMENT = f"""apiVersion: regent/v1
kind: Environment
metadata:
  name: corpus
spec:
  tenantId: 11111111-1111-1111-1111-111111111111
  endpoints:
    login: http://127.0.0.1:8801
    graph: http://127.0.0.1:8801
    powerApps: http://127.0.0.1:8801
  powerPlatformEnvironments:
    published: {ENVIRONMENT_ID}
  sources: [../base]
  policy:
    onRemoval: keep
"""


def plain_json(text):
    """Without comments and commas behind a last member, which Microsoft's tools let pass; blanks keep every place where it was."""
    out, at = [], 0
    while at < len(text):
        if text[at] == '"':
            end = at + 1
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            out.append(text[at:end + 1])
            at = end + 1
        elif text.startswith("//", at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            out.append(" " * (end - at))
            at = end
        elif text.startswith("/*", at):
            end = text.find("*/", at)
            end = len(text) if end < 0 else end + 2
            out.append(re.sub(r"[^\n]", " ", text[at:end]))
            at = end
        else:
            if text[at] in "]}":
                last = next((i for i in range(len(out) - 1, -1, -1) if not out[i].isspace()), None)
                if last is not None and out[last] == ",":
                    out[last] = " "
            out.append(text[at])
            at += 1
    return "".join(out)


def read_json(path):
    """What Python makes of a file: a reader that shares nothing with the one under test. `strict=False`: line feeds in texts pass."""
    return json.loads(plain_json(path.read_bytes().decode("utf-8-sig")), strict=False)


def member(value, name):
    """The service tells no case of a key apart."""
    if not isinstance(value, dict):
        return None
    return next((v for k, v in value.items() if k.lower() == name.lower()), None)


def file_called(folder, name):
    """The file of this name in any case, as regent finds it; else where it would be."""
    return next((path for path in sorted(folder.iterdir()) if path.is_file() and path.name.lower() == name.lower()), folder / name)


class Connector:
    """One folder. `definition` and `properties` are None where the file is no JSON."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.definition, self.definition_error = self.read(DEFINITION)
        document, self.properties_error = self.read(PROPERTIES)
        self.properties = member(document, "properties")
        self.script = next((path for path in (file_called(folder, s) for s in SCRIPTS) if path.is_file()), None)
        self.icon = folder / "icon.png" if (folder / "icon.png").is_file() else None
        self.title = self.name

    def read(self, name):
        try:
            return read_json(file_called(self.folder, name)), None
        except (OSError, ValueError) as error:
            return None, error

    def oauth_blocks(self):
        """The `oAuthSettings` of its own parameters and of its sets."""
        of_sets = [member(s, "parameters") for s in member(member(self.properties, "connectionParameterSets"), "values") or []]
        for parameters in [member(self.properties, "connectionParameters"), *of_sets]:
            for parameter in (parameters or {}).values():
                settings = member(parameter, "oAuthSettings")
                if isinstance(settings, dict):
                    yield settings

    def signs_in_with_entra(self):
        """Whether an Application of the manifests can take the place of its OAuth client."""
        blocks = list(self.oauth_blocks())
        if len(blocks) != 1 or member(blocks[0], "identityProvider") != "aad" or member(self.properties, "connectionParameterSets"):
            return False
        return bool(RESOURCE.fullmatch(self.resource()))

    def own_clients(self):
        """The blocks with an OAuth client of their own. Without `clientId`, who makes a connection brings the client and its secret."""
        return [block for block in self.oauth_blocks() if member(block, "clientId") or member(block, "identityProvider") != "aad"]

    def resource(self):
        settings = next(self.oauth_blocks())
        resource = member(member(settings, "properties"), "AzureActiveDirectoryResourceId")
        resource = resource or member(member(member(settings, "customParameters"), "resourceUri"), "value")
        return resource if isinstance(resource, str) else ""

    def manifest(self):
        lines = ["apiVersion: regent/v1", "kind: Connector", f"metadata: {{name: {self.name}}}", "spec:",
                 f"  displayName: {json.dumps(self.title, ensure_ascii=False)}", "  powerPlatformEnvironment: published", f"  files: {self.name}"]
        if self.signs_in_with_entra():
            lines += ["  auth:", f"    applicationRef: {{name: {self.name}}}", f"    resource: {self.resource()}",
                      "    credential: {clientSecretRef: {name: connector}}", "---", "apiVersion: regent/v1", "kind: Application",
                      f"metadata: {{name: {self.name}}}", "spec:", f"  displayName: {self.name}",
                      "  clientSecrets: [{name: connector, validFor: 180d}]",
                      f"  redirectUris: {{web: [{{connectorRef: {{name: {self.name}}}}}]}}"]
        elif self.own_clients():
            lines.append("  clientSecretFrom: {credential: corpus}")
        return "\n".join(lines) + "\n"


def title_of(connector):
    info = member(connector.definition, "info")
    title = member(info, "title") if isinstance(info, dict) else None
    return title.strip() if isinstance(title, str) and title.strip() else connector.name


def find(folder):
    """Every folder below `folder` with one of paconn's two files, in the order of their paths."""
    folders = sorted({path.parent for name in (DEFINITION, PROPERTIES) for path in pathlib.Path(folder).rglob(name)})
    taken, connectors = set(), []
    for path in folders:
        name = re.sub(r"[^a-z0-9]+", "-", path.name.lower()).strip("-")[:50] or "connector"
        name = name if name[0].isalpha() else "c-" + name
        while name in taken:
            name += "-2"
        taken.add(name)
        connectors.append(Connector(path, name))
    return connectors


def write_repository(connectors, into):
    """One manifest for each, beside a copy of its files. A title that two have gets the folder's name behind it."""
    base = into / "base"
    base.mkdir(parents=True)
    (into / "environments").mkdir()
    (into / "environments" / "corpus.regent.yaml").write_text(ENVIRONMENT)
    titles = set()
    for connector in connectors:
        title = title_of(connector)
        connector.title = title if title.lower() not in titles else f"{title} ({connector.name})"
        titles.add(connector.title.lower())
        (base / f"{connector.name}.regent.yaml").write_text(connector.manifest())
        (base / connector.name).mkdir()
        for name in TAKEN:
            path = file_called(connector.folder, name)
            if path.is_file():
                shutil.copyfile(path, base / connector.name / path.name)
