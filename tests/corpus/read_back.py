"""Reads connectors from the simulator as a stranger to regent would, and compares them with the files they came from."""

import hashlib
import json
import urllib.parse
import urllib.request

from published import ENVIRONMENT_ID, member
from tenant_under_test import CLIENT_ID, TENANT_ID

# The service has a say in these; everything else of a block for OAuth has to come back as it was sent.
ITS_OWN = {"clientsecret", "redirectmode", "redirecturl", "federatedidentitycredentials"}
SENT_AS_THEY_ARE = ("connectionParameters", "connectionParameterSets", "policyTemplateInstances", "capabilities", "scriptOperations", "publisher")

SETS = ("capabilities", "scriptOperations")  # their order means nothing


class Reader:
    def __init__(self, url):
        self.url = url
        body = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": "simulator",
                                       "scope": "https://service.powerapps.com/.default"}).encode()
        with urllib.request.urlopen(f"{url}/{TENANT_ID}/oauth2/v2.0/token", body) as answer:
            self.token = json.load(answer)["access_token"]

    def fetch(self, url, signed=False):
        request = urllib.request.Request(url, headers={} if signed else {"Authorization": "Bearer " + self.token})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def connectors(self):
        """By title; every page."""
        query = urllib.parse.urlencode({"api-version": "2016-11-01", "$filter": f"environment eq '{ENVIRONMENT_ID}' and IsCustomApi eq 'True'"})
        link, found = f"{self.url}/providers/Microsoft.PowerApps/apis?{query}", {}
        while link:
            page = json.loads(self.fetch(link))
            for connector in page["value"]:
                if connector["properties"]["isCustomApi"]:
                    found[connector["properties"]["displayName"]] = connector
            link = page.get("nextLink")
        return found

    def definition(self, connector):
        definition = json.loads(self.fetch(connector["properties"]["apiDefinitions"]["originalSwaggerUrl"], signed=True).decode("utf-8-sig"))
        definition.pop("x-regent", None)
        return definition

    def digest(self, url):
        return hashlib.sha256(self.fetch(url, signed=True)).hexdigest() if url else None


def plain(value):
    """Keys in lower case, no nulls, no members that are the service's: what two writings of one setting have in common."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value.lower() if value.lower() in ("true", "false") else value
    if isinstance(value, list):
        return [plain(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {k.lower(): plain(v) for k, v in value.items() if v is not None and k.lower() not in ITS_OWN}


def differences(wanted, there, path="", may_add=False):
    """Places at which `there` is not what was wanted. The service fills blocks for OAuth in: members more are no difference there."""
    if isinstance(wanted, dict) and isinstance(there, dict):
        for key in sorted(wanted.keys() | there.keys()):
            inner, add = f"{path}/{key}", may_add or key == "oauthsettings"
            if key not in there:
                if wanted[key] not in ({}, []):
                    yield f"{inner} is missing"
            elif key not in wanted:
                if not may_add:
                    yield f"{inner} was added: {there[key]!r}"
            else:
                yield from differences(wanted[key], there[key], inner, add)
    elif isinstance(wanted, list) and isinstance(there, list) and len(wanted) == len(there):
        for i, (a, b) in enumerate(zip(wanted, there)):
            yield from differences(a, b, f"{path}/{i}", may_add)
    elif wanted != there:
        yield f"{path}: {wanted!r} was declared, {there!r} is there"


def compare(reader, connector, there, by_application=True):
    """What is different between the folder and the service, one line each. `by_application`: an Application took the place of its client."""
    definition = reader.definition(there)
    if by_application and connector.signs_in_with_entra() and not connector.definition.get("securityDefinitions"):
        for added in ("securityDefinitions", "security"):  # `auth` adds what the maker portal would write
            if added not in connector.definition or not connector.definition[added]:
                definition.pop(added, None)
    found = list(differences(connector.definition, definition, "definition"))
    properties = there["properties"]
    for name in SENT_AS_THEY_ARE:
        if name == "connectionParameters" and by_application and connector.signs_in_with_entra():
            settings = properties[name]["token"]["oAuthSettings"]
            if settings["customParameters"]["resourceUri"]["value"] != connector.resource():
                found.append(f"{name}: another resource than {connector.resource()}")
            continue
        wanted = member(connector.properties, name)
        if name == "publisher" and wanted is None:
            continue
        there_now = member(properties, name)
        if name in SETS:
            wanted, there_now = sorted(wanted or []), sorted(there_now or [])
        empty = {} if name.startswith("connection") else []
        found += differences(plain(wanted or empty), plain(there_now or empty), name)
    colour = member(connector.properties, "iconBrandColor")
    if colour and colour.lower() != properties["iconBrandColor"].lower():
        found.append(f"iconBrandColor: {properties['iconBrandColor']} instead of {colour}")
    for what, path, url in (("icon", connector.icon, properties.get("iconUri")), ("script", connector.script, properties.get("scriptDefinitionUrl"))):
        if path and reader.digest(url) != hashlib.sha256(path.read_bytes()).hexdigest():
            found.append(f"the {what} is another one")
    return found[:5] + ([f"and {len(found) - 5} more places"] if len(found) > 5 else [])
