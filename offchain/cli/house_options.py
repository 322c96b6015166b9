"""The option `--house` of `consort deploy`, and the adapters that a deployment file names, held to the chain."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from offchain.cli.exits import BadInput
from offchain.io.errors import InvalidInput
from offchain.io.fields import Field, show

if TYPE_CHECKING:
    from offchain.bindings.adapters import House
    from offchain.bindings.deployment import Deployment
    from offchain.chain.backend import Chain

_FIRST = "nouns"
"""The make of a house whose address stands alone."""


def houses_of(texts: Sequence[str]) -> "tuple[House, ...]":
    """The houses that `--house` names, each once. Raises BadInput."""
    from offchain.bindings.adapters import House

    found: dict[str, House] = {}
    for text in texts:
        house = _house(text)
        if house.address in found:
            raise BadInput(f"--house: {house.address} is named twice")
        found[house.address] = house
    return tuple(found.values())


def refuse_other_houses(chain: "Chain", houses: "Sequence[House]") -> None:
    """Raises BadInput unless each answers as houses of its make do."""
    from offchain.bindings.adapters import refuse_other_make

    for house in houses:
        try:
            refuse_other_make(chain, house)
        except InvalidInput as error:
            raise BadInput(f"--house: {error}") from error


def refuse_other_adapters(chain: "Chain", deployed: "Deployment", file: str) -> None:
    """Refuses a file with an adapter that is not of its deployment. Raises BadInput."""
    from offchain.bindings.adapters import difference
    from offchain.bindings.deployment import terms_of

    for place, adapter in enumerate(deployed.adapters):
        other = difference(chain, adapter, terms_of(deployed))
        if other is not None:
            raise BadInput(
                f"--deployment: adapters[{place}]: the {other[0]} that {adapter.address} names is not"
                f" {other[1]}, as in {file}"
            )


def _house(text: str) -> "House":
    from offchain.bindings.adapters import MAKES, House

    make, colon, address = text.rpartition(":")
    if not colon:
        make = _FIRST
    if make not in MAKES:
        raise BadInput(f"--house: {show(make)} is not one of {', '.join(MAKES)}")
    try:
        return House(make, Field("", address).address())
    except InvalidInput as error:
        raise BadInput(f"--house: {error}") from error
