"""What is due and could not be done: told, and left for the next step."""

from collections.abc import Callable, Collection

from offchain.chain.backend import Reverted
from offchain.chain.errors import ChainError
from offchain.keeper.lines import LinesError
from offchain.keeper.purse import Overspent


class Alert(ChainError):
    """Money or a purchase is lost, or will be unless somebody acts at once."""


class Troubles:
    """Of one keeper. by_lot: why it could not be done the last time that it was tried, by lot (0: no one lot) and task."""

    def __init__(self, on_skip: Callable[[str, Exception], None] | None = None) -> None:
        self.by_lot: dict[int, dict[str, Exception]] = {}
        self._on_skip = on_skip or (lambda what, error: None)

    def guard(self, lot: int, what: str, work: Callable[[], None]) -> None:
        """Does `work` on a lot; what goes wrong stops nothing else."""
        try:
            work()
        except (ChainError, LinesError) as error:
            self.skip(lot, what, error)
        else:
            self.by_lot.get(lot, {}).pop(what, None)

    def skip(self, lot: int, what: str, error: Exception) -> None:
        """Something could not be done now."""
        self.by_lot.setdefault(lot, {})[what] = error
        self._on_skip(what, error)

    def clear(self, lot: int) -> None:
        """The lot is tried anew."""
        self.by_lot.pop(lot, None)

    def keep(self, lots: Collection[int]) -> None:
        """Forgets all other lots: nothing is due there any more."""
        for lot in [lot for lot in self.by_lot if lot and lot not in lots]:
            del self.by_lot[lot]

    def are_of_the_node(self, lot: int) -> bool:
        """Whether the node is at fault that nothing could be done on a lot, and not the lot."""
        return any(
            not isinstance(error, Reverted | Overspent)
            for error in self.by_lot.get(lot, {}).values()
        )
