"""Pages on the contracts, of what the compiler reads in their comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from offchain.chain.abi import signature

_KINDS: Final = (
    ("function", "methods", "Functions"),
    ("event", "events", "Events"),
    ("error", "errors", "Errors"),
)
"""What an ABI calls them, what comments do, and what a page does."""


def page(name: str, source: str, abi: Sequence[Any], comments: Mapping[str, Any]) -> str:
    """A contract's page, in Markdown. source: the file it stands in."""
    user, dev = comments["userdoc"], comments["devdoc"]
    title = dev.get("title", "")
    head = [f"# {name}", "", f"*{title}.* " if title else "", f"`{source}`", ""]
    said = [text for text in (user.get("notice"), dev.get("details")) if text]
    lines = [*head, *(line for text in said for line in (text, ""))]
    for kind, key, heading in _KINDS:
        entries = [one for one in abi if one["type"] == kind]
        if entries:
            lines += [f"## {heading}", ""]
            for entry in sorted(entries, key=lambda one: str(one["name"]).lower()):
                lines += _entry(entry, user.get(key, {}), _dev(dev, key))
    return "\n".join(lines).rstrip() + "\n"


def _dev(dev: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """What is said of public variables stands apart."""
    methods: dict[str, Any] = dict(dev.get(key, {}))
    if key == "methods":
        methods = {**dev.get("stateVariables", {}), **methods}
    return methods


def _entry(
    entry: Mapping[str, Any], user: Mapping[str, Any], dev: Mapping[str, Any]
) -> Iterator[str]:
    key = signature(entry["name"], entry["inputs"])
    more = _first(dev.get(key) or dev.get(entry["name"], {}))
    yield f"### {entry['name']}"
    yield ""
    yield f"`{_declared(entry)}`"
    yield ""
    for text in (_first(user.get(key, {})).get("notice"), more.get("details")):
        if text:
            yield text
            yield ""
    told = [*_told(entry["inputs"], more.get("params", {}))]
    told += [*_told(entry.get("outputs", ()), more.get("returns", {}), "returns")]
    if told:
        yield from ("| | type | |", "| --- | --- | --- |", *told, "")


def _first(said: Any) -> Mapping[str, Any]:
    """Errors may be told more than once."""
    found: Mapping[str, Any] = said[0] if isinstance(said, list) else said
    return found


def _declared(entry: Mapping[str, Any]) -> str:
    inputs = ", ".join(_named(one) for one in entry["inputs"])
    outputs = ", ".join(_named(one) for one in entry.get("outputs", ()))
    state = entry.get("stateMutability", "nonpayable")
    mutability = "" if state == "nonpayable" else f" {state}"
    returns = f" → {outputs}" if outputs else ""
    return f"{entry['name']}({inputs}){mutability}{returns}"


def _named(parameter: Mapping[str, Any]) -> str:
    indexed = " indexed" if parameter.get("indexed") else ""
    return f"{_type(parameter)}{indexed} {parameter['name']}".rstrip()


def _type(parameter: Mapping[str, Any]) -> str:
    """As the source has it: enumerations, contracts and structs by their names."""
    told = str(parameter.get("internalType", parameter["type"]))
    return told.rpartition(" ")[2]


def _told(parameters: Sequence[Any], said: Mapping[str, str], what: str = "") -> Iterator[str]:
    for place, one in enumerate(parameters):
        text = said.get(one["name"]) or said.get(f"_{place}")
        if text:
            name = f"`{one['name']}`" if one["name"] else ""
            cell = text.replace("|", "\\|")
            yield f"| {' '.join(filter(None, (what, name)))} | `{_type(one)}` | {cell} |"
