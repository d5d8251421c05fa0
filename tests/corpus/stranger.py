"""Makes connectors as somebody who has never heard of regent does: with the requests of paconn, by another hand than paconn's."""

import json
import urllib.error
import urllib.parse
import urllib.request

from published import ENVIRONMENT_ID, member
from read_back import Reader

KEPT = ("connectionParameters", "connectionParameterSets", "iconBrandColor", "scriptOperations", "capabilities", "policyTemplateInstances",
        "publisher")


class Stranger(Reader):
    def send(self, method, path, body, query=None):
        query = urllib.parse.urlencode({"api-version": "2016-11-01", **(query or {})}, quote_via=urllib.parse.quote)
        request = urllib.request.Request(f"{self.url}/providers/Microsoft.PowerApps/{path}?{query}", json.dumps(body).encode(), method=method,
                                         headers={"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def upload(self, path):
        storage = self.send("POST", "objectIds/33333333-3333-3333-3333-333333333333/generateResourceStorage",
                            {"environment": {"name": ENVIRONMENT_ID}})["sharedAccessSignature"]
        container, signature = storage.split("?", 1)
        address = f"{container}/{urllib.parse.quote(path.name)}?{signature}"
        request = urllib.request.Request(address, path.read_bytes(), method="PUT", headers={"x-ms-blob-type": "BlockBlob",
                                                                                            "Content-Type": "application/octet-stream"})
        urllib.request.urlopen(request).close()
        return address

    def make(self, connector, secret):
        """The service's words when it refuses; otherwise nothing."""
        definition = connector.definition
        properties = {k: v for k, v in (connector.properties or {}).items() if k in KEPT}
        for block in connector.own_clients():  # parts of `properties`, which are read again for each run
            block["clientSecret"] = secret
        scheme = (definition.get("schemes") or ["https"])[0]
        properties.update(
            displayName=connector.title, description=(member(definition, "info") or {}).get("description") or "",
            environment={"name": ENVIRONMENT_ID}, openApiDefinition=definition,
            backendService={"serviceUrl": f"{scheme}://{definition.get('host', '')}{definition.get('basePath', '/')}"})
        if connector.icon:
            properties["iconUri"] = self.upload(connector.icon)
        properties["scriptDefinitionUrl"] = self.upload(connector.script) if connector.script else ""
        try:
            self.send("POST", "apis", {"properties": properties}, {"$filter": f"environment eq '{ENVIRONMENT_ID}'"})
        except urllib.error.HTTPError as error:
            return error.read().decode()
        finally:
            for block in connector.own_clients():
                del block["clientSecret"]
        return None
