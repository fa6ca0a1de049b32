"""The JSON Schema of a scenario file, for editors: made from the models, lists inline or by reference to a table."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from zbopt.scenario.models import ROW_MODELS, Scenario, plain
from zbopt.scenario.policy import Policy


class _Schema(GenerateJsonSchema):
    """Defaults as a planner would write them."""

    def encode_default(self, dft: Any) -> Any:
        """The plain value of a default."""
        return plain(dft)


def scenario_schema() -> dict[str, Any]:
    """Schema (draft 2020-12) of the YAML mapping; every list may also be the name of a table."""
    whole = Scenario.model_json_schema(by_alias=True, schema_generator=_Schema)
    definitions: dict[str, Any] = whole.pop("$defs", {})
    properties: dict[str, Any] = {
        "format": {"enum": [1, "1"]},
        "base": {"type": "string", "description": "another file of this folder that this one overrides"},
        "tables": {"type": "string", "description": "a workbook with a sheet for each list"},
    }
    for key in ("name", "as_of", "term"):
        properties[key] = whole["properties"][key]
    for name, model in ROW_MODELS.items():
        row = model.model_json_schema(by_alias=True, schema_generator=_Schema)
        definitions.update(row.pop("$defs", {}))
        definitions[model.__name__] = row
        items = {"$ref": f"#/$defs/{model.__name__}"}
        properties[name] = {"anyOf": [{"type": "string"}, {"type": "array", "items": items}]}
    post = {**definitions["Post"], "required": ["id"]}
    definitions["TaskForce"]["properties"]["posts"] = {"type": "array", "items": post}
    definitions["TaskForce"]["properties"]["workload"] = {"type": "object"}
    policy = Policy.model_json_schema(by_alias=True, schema_generator=_Schema)
    definitions.update(policy.pop("$defs", {}))
    definitions["Policy"] = policy
    stages = policy["properties"]["stages"]
    stages["items"] = {"anyOf": [{"type": "string"}, stages["items"]]}
    properties["policy"] = {"$ref": "#/$defs/Policy"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zbopt scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": dict(sorted(definitions.items())),
    }
