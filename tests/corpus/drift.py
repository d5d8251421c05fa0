"""One change in each connector, behind everybody's back: what it is, and which field of a plan has to name it."""

import base64

from published import member

VERBS = ("get", "put", "post", "delete", "patch", "head", "options")


def of_definition(connector):
    for path, item in sorted((connector.definition.get("paths") or {}).items()):
        for verb in VERBS:
            if isinstance(item, dict) and isinstance(item.get(verb), dict):
                return {"properties": {}, "openApiDefinition": {"paths": {path: {verb: {"summary": "Changed by somebody"}}}}}
    return {"properties": {}, "openApiDefinition": {"info": {"version": "0.0-changed"}}}


def of_description(connector):
    """A definition without a description leaves it to others."""
    info = member(connector.definition, "info") or {}
    return {"properties": {"description": "Changed by somebody"}} if info.get("description") else None


def of_colour(connector):
    return {"properties": {"iconBrandColor": "#010203"}} if member(connector.properties, "iconBrandColor") else None


def of_parameters(connector):
    if connector.signs_in_with_entra():
        return None
    for name, parameter in (member(connector.properties, "connectionParameters") or {}).items():
        if member(parameter, "uiDefinition"):
            return {"properties": {"connectionParameters": {name: {"uiDefinition": {"displayName": "Changed by somebody"}}}}}
        if member(parameter, "type") in ("string", "securestring"):
            return {"properties": {"connectionParameters": {name: None}}}
    return None


def of_scope(connector):
    """Inside a block for OAuth, where much is the service's own."""
    for name, parameter in (member(connector.properties, "connectionParameters") or {}).items():
        if isinstance(parameter.get("oAuthSettings"), dict) and not connector.signs_in_with_entra():
            return {"properties": {"connectionParameters": {name: {"oAuthSettings": {"scopes": ["changed.by.somebody"]}}}}}
    return None


def of_sets(connector):
    if not member(connector.properties, "connectionParameterSets"):
        return None
    return {"properties": {"connectionParameterSets": {"uiDefinition": {"description": "Changed by somebody"}}}}


def of_policies(connector):
    if member(connector.properties, "policyTemplateInstances"):
        return {"properties": {"policyTemplateInstances": []}}
    return {"properties": {"policyTemplateInstances": [{"templateId": "setheader", "title": "By somebody", "parameters": {}}]}}


def of_capabilities(connector):
    there = member(connector.properties, "capabilities")
    return None if there is None else {"properties": {"capabilities": [] if there else ["actions"]}}


def of_operations(connector):
    return {"properties": {"scriptOperations": []}} if member(connector.properties, "scriptOperations") else None


def of_script(connector):
    text = base64.b64encode(b"public class Script : ScriptBase { /* changed by somebody */ }").decode()
    return {"properties": {}, "_script": {"contentType": "text/plain", "base64": text}} if connector.script else None


def of_icon(connector):
    text = base64.b64encode(b"\x89PNG\r\n\x1a\nchanged by somebody").decode()
    return {"properties": {}, "_icon": {"contentType": "image/png", "base64": text}} if connector.icon else None


# The rarer first, each with the field that a plan has to show.
KINDS = [("icon", of_icon), ("connectionParameterSets", of_sets), ("script", of_script), ("scriptOperations", of_operations),
         ("connectionParameters", of_scope), ("policies", of_policies), ("connectionParameters", of_parameters), ("iconBrandColor", of_colour),
         ("capabilities", of_capabilities), ("description", of_description), ("definition", of_definition)]


def choose(connector, number):
    """A change that this connector can have, another kind for each number."""
    for offset in range(len(KINDS)):
        field, change = KINDS[(number + offset) % len(KINDS)]
        patch = change(connector)
        if patch is not None:
            return field, patch
    raise AssertionError("definitions can always be changed")
