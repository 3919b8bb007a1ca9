"""The JSON schema for editors: it takes what the reader takes, and knows the same keys."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ios_emu.devices.dialect import Dialect
from ios_emu.errors import LabFileError
from ios_emu.lab.lab_devices import DEVICE_KEYS
from ios_emu.lab.lab_dns import DNS_KEYS
from ios_emu.lab.lab_file import LAB_KEYS, SCHEMA, built_in_labs, find_lab, lab_of
from ios_emu.lab.lab_links import LINK_KEYS
from ios_emu.lab.lab_mail import ACCOUNT_KEYS, MAIL_KEYS

HERE = Path(__file__).parent
README = (HERE.parent.parent / "README.md").read_text(encoding="utf-8")
ROOT: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))
PARTS: dict[str, dict[str, Any]] = ROOT["definitions"]
EXAMPLES = {
    "complete.toml": (HERE / "complete.toml").read_text(encoding="utf-8"),
    **{name: find_lab(name).read_text(encoding="utf-8") for name in built_in_labs()},
    **{
        f"README.md {number}": text
        for number, text in enumerate(re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL))
    },
}
TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "number": (int, float),
}
WORDS = {
    *("$schema", "$ref", "definitions", "title", "description", "examples", "type", "const", "enum"),
    *("pattern", "minLength", "minimum", "maximum", "minProperties", "required", "properties"),
    *("additionalProperties", "propertyNames", "items", "anyOf", "oneOf"),
}


def faults(schema: dict[str, Any], value: Any, place: str = "lab") -> Iterator[str]:
    """Where the value breaks the schema: JSON Schema (draft 7), as far as WORDS goes."""
    if "$ref" in schema:
        yield from faults(PARTS[schema["$ref"].removeprefix("#/definitions/")], value, place)
        return
    if "type" in schema and not is_a(schema["type"], value):
        yield f"{place} is not of type {schema['type']}"
        return
    if "const" in schema and value != schema["const"]:
        yield f"{place} is not {schema['const']}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place} is none of {schema['enum']}"
    for word in ("anyOf", "oneOf"):
        fits = sum(not any(faults(one, value, place)) for one in schema.get(word, []))
        if word in schema and (fits == 0 or (word == "oneOf" and fits > 1)):
            yield f"{place} fits {fits} of {word}"
    if isinstance(value, str):
        if re.search(schema.get("pattern", ""), value) is None:
            yield f"{place} does not match {schema['pattern']}"
        if len(value) < schema.get("minLength", 0):
            yield f"{place} is too short"
    elif isinstance(value, int | float):
        if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{place} is out of range"
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from faults(schema.get("items", {}), item, f"{place}[{number}]")
    elif isinstance(value, dict):
        yield from faults_of_table(schema, value, place)


def faults_of_table(schema: dict[str, Any], value: dict[str, Any], place: str) -> Iterator[str]:
    """The same for a table and its keys."""
    if len(value) < schema.get("minProperties", 0):
        yield f"{place} is too small"
    for name in schema.get("required", []):
        if name not in value:
            yield f"{place}.{name} is missing"
    others = schema.get("additionalProperties", {})
    for name, item in value.items():
        yield from faults(schema.get("propertyNames", {}), name, f"the name of {place}.{name}")
        if name in schema.get("properties", {}):
            yield from faults(schema["properties"][name], item, f"{place}.{name}")
        elif others is False:
            yield f"{place}.{name} is not known"
        else:
            yield from faults(others, item, f"{place}.{name}")


def is_a(name: str, value: Any) -> bool:
    """Is it of that type? In JSON true is no number."""
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def words(schema: dict[str, Any]) -> Iterator[str]:
    """All words of JSON Schema that a schema uses."""
    yield from schema
    inside = [*schema.get("properties", {}).values(), *schema.get("definitions", {}).values()]
    inside += [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    inside += [
        schema[word] for word in ("items", "additionalProperties", "propertyNames") if schema.get(word)
    ]
    for one in inside:
        yield from words(one)


def test_the_schema_uses_no_word_that_these_tests_do_not_know() -> None:
    assert set(words(ROOT)) <= WORDS


def test_every_reference_leads_somewhere() -> None:
    references = re.findall(r'"\$ref": "([^"]*)"', SCHEMA.read_text(encoding="utf-8"))
    assert {reference.removeprefix("#/definitions/") for reference in references} == set(PARTS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_it_takes_every_lab_that_there_is(name: str) -> None:
    assert list(faults(ROOT, tomllib.loads(EXAMPLES[name]))) == []


@pytest.mark.parametrize(
    ("schema", "keys"),
    [
        (ROOT, LAB_KEYS),
        (PARTS["link"], LINK_KEYS),
        (PARTS["account"], ACCOUNT_KEYS),
        (PARTS["mail"], MAIL_KEYS),
        (PARTS["names"], DNS_KEYS),
        *((PARTS[kind], keys) for kind, keys in DEVICE_KEYS.items()),
    ],
)
def test_it_knows_the_keys_that_the_reader_knows(schema: dict[str, Any], keys: tuple[str, ...]) -> None:
    assert tuple(schema["properties"]) == keys
    assert schema["additionalProperties"] is False


def test_it_knows_the_types_and_the_dialects() -> None:
    devices = ROOT["properties"]["devices"]["additionalProperties"]["oneOf"]
    kinds = [device["$ref"].removeprefix("#/definitions/") for device in devices]
    assert kinds == list(DEVICE_KEYS)
    assert [PARTS[kind]["properties"]["type"]["const"] for kind in kinds] == kinds
    assert PARTS["2811"]["properties"]["dialect"]["enum"] == list(Dialect)


ROUTER: dict[str, Any] = {"R1": {"type": "2811"}}


@pytest.mark.parametrize(
    "lab",
    [
        {},
        {"devices": {}},
        {"devices": ROUTER, "link": []},
        {"devices": ROUTER, "title": 5},
        {"devices": {"R 1": {"type": "2811"}}},
        {"devices": {"Lab": {"type": "2811"}}},
        {"devices": {"R1": {"type": 2811}}},
        {"devices": {"R1": {"type": "toaster"}}},
        {"devices": {"R1": {"type": "2811", "dialect": "junos"}}},
        {"devices": {"PC1": {"type": "pc", "dialect": "ios"}}},
        {"devices": {"PC1": {"type": "pc", "address": "10.0.0.1"}}},
        {"devices": {"PC1": {"type": "pc", "mac": "0060.5C2B"}}},
        {"devices": {"PC1": {"type": "pc", "dns": {"enabled": True}}}},
        {"devices": {"PC1": {"type": "pc", "mail": {"user": "user1"}}}},
        {"devices": {"S1": {"type": "server", "mail": {"smtp": True}}}},
        {"devices": {"S1": {"type": "server", "mail": {"domain": "e.com", "users": {"user1": 123}}}}},
        {"devices": {"S1": {"type": "server", "dns": {"records": ["e.com 10.0.0.1"]}}}},
        {"devices": ROUTER, "links": ["R1:Fa0/0"]},
        {"devices": ROUTER, "links": [{"delay": "5ms"}]},
        {"devices": ROUTER, "links": [{"ends": "R1:Fa0/0 -- PC1", "delay": 5}]},
        {"devices": ROUTER, "links": [{"ends": "R1:Fa0/0 -- PC1", "bandwidth": "10Mb"}]},
        {"devices": ROUTER, "links": [{"ends": "R1:Fa0/0 -- PC1", "loss": 1.01}]},
        {"devices": ROUTER, "links": [{"ends": "R1:Fa0/0 -- PC1", "down": "yes"}]},
    ],
)
def test_it_marks_what_is_wrong(lab: dict[str, Any]) -> None:
    assert list(faults(ROOT, lab))


@pytest.mark.property
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_it_takes_what_the_reader_takes(data: st.DataObject) -> None:
    text = EXAMPLES["complete.toml"].replace('config = "R1.cfg"', "")
    start = data.draw(st.integers(0, len(text)))
    put = data.draw(st.text("0123456789abcAC.-_/: %", max_size=3))
    changed = text[:start] + put + text[start + data.draw(st.integers(0, 3)) :]
    try:
        tree = tomllib.loads(changed)
        lab_of(Path("lab.toml"), tree)
    except (tomllib.TOMLDecodeError, LabFileError):
        return
    assert list(faults(ROOT, tree)) == []
