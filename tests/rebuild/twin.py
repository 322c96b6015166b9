"""Twins of contracts: moved by logs alone, they answer every view as the contract does.

A twin has a method for every event of its contract, named like it, which takes the event's fields, and one for every view, named
like it. What an event says that no view tells is held against what was known before: the calls that were made, another contract's
view, or where ether and items are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from offchain.bindings.contracts import contract
from offchain.io.units import WEI_PER_UNIT
from tests.rebuild.steps import Call, Step, calls_in

Question = tuple[str, str, tuple[Any, ...]]
"""Whom, which view, and its arguments."""
BALANCE, OWNER = "balance", "ownerOf"
"""Questions to the chain and to tokens, beside the views of contracts."""
PUPPETS = ("act", "prepare")


@dataclass(frozen=True, slots=True)
class Said:
    """One event, as it came."""

    at: str
    name: str
    args: dict[str, Any]


class World:
    """All twins, what happens just now, and who has what."""

    def __init__(self, people: Iterable[str]) -> None:
        self.people = tuple(people)
        """Who is asked about on every lot, and whose purses are watched."""
        self.twins: dict[str, Twin] = {}
        self.owners: dict[tuple[str, int], str] = {}
        """Who has each item, by token and number."""
        self.now = self.block = 0
        self.calls: tuple[Call, ...] = ()
        self.said: tuple[Said, ...] = ()
        self.credits: Counter[str] = Counter()
        """What this transaction pays to whom, in wei."""
        self.fresh: dict[Question, None] = {}
        """What this transaction may have changed."""
        self.prepared: dict[str, tuple[str, bytes]] = {}

    def add(self, twin: Twin) -> None:
        """A twin of a contract that there is from now on."""
        self.twins[twin.at] = twin
        twin.begin()

    def names(self, address: str) -> str | None:
        """The contract of which there is a twin at an address."""
        return self.twins[address].name if address in self.twins else None

    def begin(self, step: Step) -> None:
        """What is known of a transaction before its logs are looked at."""
        self.now, self.block = step.now, step.block
        self.calls = tuple(self._calls(step))
        self.credits.clear()
        self.fresh.clear()

    def take(self, said: tuple[Said, ...]) -> None:
        """Moves all twins by what was logged in the transaction that has begun. Fails where that cannot be."""
        self.said = said
        for twin in self.twins.values():
            twin.before()
        for one in said:
            getattr(self.twins[one.at], one.name)(**one.args)
        for twin in [*self.twins.values()]:
            twin.end()

    def answer(self, question: Question) -> Any:
        """What a view should say now."""
        at, view, args = question
        if view == OWNER:
            return self.owners[at, args[0]]
        twin = self.twins[at]
        return twin.wei if view == BALANCE else getattr(twin, view)(*args)

    def ask(self, at: str, view: str, *args: Any) -> None:
        """A view to look at after this transaction."""
        self.fresh[at, view, args] = None

    def moved(self, token: str, number: int, owner: str) -> None:
        """An item has another owner."""
        self.owners[token, number] = owner
        self.ask(token, OWNER, number)

    def has_reentered(self) -> bool:
        """Whether some call was made from within another."""
        return any(call.sender in self.prepared for call in self.calls)

    def _calls(self, step: Step) -> Iterator[Call]:
        one = step.transaction
        if one.to is None:
            return
        if (name := self.names(one.to)) is not None:
            yield from calls_in(name, one.sender, one.to, one.data, one.value)
        for call in calls_in("Actor", one.sender, one.to, one.data, one.value):
            if call.function == "act" and (name := self.names(call.args["target"])) is not None:
                to, data = call.args["target"], call.args["data"]
                yield from calls_in(name, one.to, to, data, one.value)
            elif call.function == "prepare":
                self.prepared[one.to] = call.args["target"], call.args["data"]
        for log in step.logs:
            event = contract("Actor").event(log) if log.address in self.prepared else None
            if event is not None and event.name == "Reentered" and event.args["success"]:
                to, data = self.prepared[log.address]
                if (name := self.names(to)) is not None:
                    yield from calls_in(name, log.address, to, data)


class Twin:
    """What one contract's logs make of it.

    name: the contract's. wei: what it holds. facts: what its views have answered since it was made.
    """

    name: str
    made_of: tuple[str, ...] = ()
    """Views whose answers never change."""

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        self.world, self.at, self.facts = world, at, facts
        self.wei = 0

    def __getattr__(self, view: str) -> Any:
        """A view that always answers alike."""
        facts = self.__dict__.get("facts", {})
        if view not in facts:
            raise AttributeError(f"no {view} in the twin of {self.name}")
        return lambda: facts[view]

    def begin(self) -> None:
        """There is the contract: what it is made of is looked at."""
        for fact in self.facts:
            self.ask(fact)

    def before(self) -> None:
        """A transaction has begun: what will it log?"""

    def end(self) -> None:
        """All that a transaction logged is known: is anything missing?"""

    def ask(self, view: str, *args: Any) -> None:
        """A view of this contract to look at after this transaction."""
        self.world.ask(self.at, view, *args)

    def moves(self, wei: int) -> None:
        """Ether came, or went if negative."""
        self.wei += wei
        self.ask(BALANCE)

    def pays(self, to: str, wei: int) -> None:
        """Ether went to somebody."""
        self.moves(-wei)
        self.world.credits[to] += wei

    def called(self, *functions: str, **args: Any) -> list[Call]:
        """The calls of this contract in this transaction, by any of these names, that have these arguments."""
        return [
            call
            for call in self.world.calls
            if call.to == self.at
            and call.function in functions
            and all(call.args.get(name) == value for name, value in args.items())
        ]

    def told(self, event: str) -> list[dict[str, Any]]:
        """What this contract says by events of a name in this transaction."""
        return [one.args for one in self.world.said if one.at == self.at and one.name == event]


class Earning(Twin):
    """A contract at which sellers earn."""

    def __init__(self, world: World, at: str, **facts: Any) -> None:
        super().__init__(world, at, **facts)
        self.earned: Counter[str] = Counter()

    def earns(self, seller: str, wei: int) -> None:
        """Somebody can withdraw so much more."""
        self.earned[seller] += wei
        self.ask("proceeds", seller)

    def proceeds(self, seller: str) -> int:
        return self.earned[seller]

    def ProceedsWithdrawn(self, seller: str, recipient: str, amountWei: int) -> None:
        assert amountWei == self.earned[seller] > 0
        self.earns(seller, -amountWei)
        self.pays(recipient, amountWei)


def units(amount: int) -> int:
    """So many units, in wei."""
    return amount * WEI_PER_UNIT
