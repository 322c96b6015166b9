"""The source of random words of an auction to deploy: one that stands, or one that is deployed along."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from offchain.cli.exits import BadInput
from offchain.cli.numbers import units
from offchain.io.fields import show
from offchain.io.units import WEI_PER_UNIT

if TYPE_CHECKING:
    from offchain.bindings.deployment import SecretTerms
    from offchain.chain.backend import Chain

_WINDOW_MINUTES = range(10, 7 * 24 * 60 + 1)
"""What the contract takes."""
_SOURCES_DEEP = 4
"""How far down the fallback of a fallback is looked at."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user wants of the source of an auction that waits for a word for `draw_seconds`, or draws none.

    randomness: its address, as `--randomness` has it. bond, window_minutes: those of the secrets to fall back on at a source
    that is deployed along. None: the option was left out.
    """

    mechanism: str
    draw_seconds: int | None
    randomness: str | None
    bond: str | None
    window_minutes: int | None

    def secrets(self) -> "SecretTerms":
        """The terms of secrets. Raises BadInput if an option is given where it is for nothing, or out of range."""
        from offchain.bindings.deployment import SECRET_TERMS

        self._refuse_what_is_for_nothing()
        terms = SECRET_TERMS
        if self.bond is not None:
            terms = replace(terms, bond=units("--bond", self.bond) * WEI_PER_UNIT)
        if self.window_minutes is not None:
            terms = replace(terms, window_seconds=60 * self._minutes(self.window_minutes))
        return terms

    def checked_source(self, chain: "Chain") -> str | None:
        """The address with its checksum, once a source has answered there whose windows fit the auction. None: none is given."""
        from offchain.bindings.contracts import asked
        from offchain.io.addresses import checksum, to_bytes

        if self.randomness is None:
            return None
        try:
            known = checksum(to_bytes(self.randomness))
        except ValueError as error:
            raise BadInput(f"--randomness: {show(self.randomness)} is no address") from error
        if asked(chain, known, "IRandomness", "wordOf", known, 0) is None:
            raise BadInput(f"--randomness: there is no source of random words at {known}")
        for window in _windows_of(chain, known):
            if window > self._longest():
                raise BadInput(
                    f"--randomness: secrets are sealed and opened at {known} for {window} s each, and a"
                    f" {self.mechanism} auction does not wait that long for a draw"
                )
        return known

    def _refuse_what_is_for_nothing(self) -> None:
        secrets = {"--bond": self.bond, "--window-minutes": self.window_minutes}
        for option, value in ({"--randomness": self.randomness} | secrets).items():
            if value is not None and self.draw_seconds is None:
                raise BadInput(f"{option}: nothing is drawn in a {self.mechanism} auction")
        for option, value in secrets.items():
            if value is not None and self.randomness is not None:
                raise BadInput(
                    f"{option}: is for a source that is deployed along, not for --randomness"
                )

    def _minutes(self, minutes: int) -> int:
        if minutes not in _WINDOW_MINUTES:
            least, most = _WINDOW_MINUTES[0], _WINDOW_MINUTES[-1]
            raise BadInput(f"--window-minutes: {minutes} is not from {least} to {most}")
        if 60 * minutes > self._longest():
            raise BadInput(
                f"--window-minutes: {minutes} is above {self._longest() // 60}: a draw that seals and opens secrets for"
                f" so long does not end before a {self.mechanism} auction gives it up"
            )
        return minutes

    def _longest(self) -> int:
        """How many seconds sealing and opening may last, each, for a draw to end before the auction gives it up."""
        from offchain.bindings.deployment import longest_window

        assert self.draw_seconds is not None
        return longest_window(self.draw_seconds)


def _windows_of(chain: "Chain", source: str) -> list[int]:
    """The windows in seconds of the secrets at a source, or below the beacon there; none if it is of another kind."""
    from offchain.bindings.contracts import asked

    for _ in range(_SOURCES_DEEP):
        views = ("sealingWindow", "revealWindow")
        windows = [asked(chain, source, "CommitRevealRandomness", view) for view in views]
        if found := [seconds for answer in windows if answer for seconds in answer]:
            return found
        below = asked(chain, source, "BeaconRandomness", "fallbackSource")
        if below is None:
            return []
        (source,) = below
    return []
