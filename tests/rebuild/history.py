"""Random histories: a world of twins hears every log, and what it answers is held against the chain, truth and lies alike."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Iterable
from typing import Any

from offchain.bindings.artifacts import load
from offchain.bindings.contracts import contract
from offchain.chain.backend import Chain, Transaction
from offchain.io.addresses import checksum
from tests.rebuild.lies import lies, parts
from tests.rebuild.seen import Part, Seen
from tests.rebuild.steps import Recorder, Step
from tests.rebuild.twin import BALANCE, OWNER, Question, Said, Twin, World

TIMES, EVERY = 2, 60
"""How often each lie is told; and after how many transactions everything is looked at again."""
MADE = {"DAOCreated": ("dao", "DAO"), "EstateOpened": ("estate", "Estate")}
"""Events that tell of new contracts: by which field, and of which name."""

PUSH20, SELFDESTRUCT = b"\x73", b"\xff"
TRUSTED = ("SetRandomness",)
"""Contracts of tests: no lies are told of what they say."""


class History:
    """What a chain did, as its logs tell it.

    Moves the twins by the logs of each transaction, asks the chain what the twins say has changed, and now and then all that was
    ever asked. Before that it tells lies: the same logs with one part of one event changed, which must come out at once.
    """

    def __init__(
        self, chain: Chain, people: Iterable[str], kinds: Iterable[type[Twin]], seen: Seen
    ) -> None:
        """people: whose purses are watched; contracts that do as they are told are added as they come. kinds: of contracts
        that get a twin as soon as they are created.
        """
        self.chain, self.world, self.seen = chain, World(people), seen
        self._kinds = {load(kind.name).bytecode: kind for kind in kinds}
        self.asked: dict[Question, None] = {}
        self.heard = 0
        self._purses = self._look_at_purses()
        if isinstance(chain, Recorder):
            chain.heard = self.hear

    def hear(self, step: Step) -> None:
        """One transaction."""
        if step.created is not None:
            self._meet(step.created, step.transaction)
        before, self._purses = self._purses, self._look_at_purses()
        self.world.begin(step)
        said = self._read(step)
        if not said:
            return
        self.heard += 1
        told = list(self._lies(said))
        world = pickle.dumps(self.world) if told else b""
        self.world.take(said)
        facts = self._check()
        gained = Counter({who: self._purses[who] - had for who, had in before.items()})
        gained[step.transaction.sender] += step.transaction.value
        self._compare_purses(self.world, gained)
        for key, false in told:
            assert self._comes_out(pickle.loads(world), false, facts, gained), (
                f"nobody noticed: {key}"
            )
            self.seen.refuted[key] += 1
        if self.heard % EVERY == 0:
            self.look_at_all()

    def look_at_all(self) -> None:
        """Everything that was ever asked is still as the twins say."""
        self.world.now = self.chain.now()
        self._compare(self.world, self._look(self.world, self.asked))
        names = ((self.world.names(at), view) for at, view, _ in self.asked)
        self.seen.viewed.update((name, view) for name, view in names if name is not None)

    def _meet(self, created: str, transaction: Transaction) -> None:
        """There is a new contract; or there was one for a moment, which left its ether to another that could not refuse it."""
        code = transaction.data
        if code[:1] == PUSH20 and code[21:] == SELFDESTRUCT:
            to = checksum(code[1:21])
            if to in self.world.twins:
                self.world.twins[to].wei += transaction.value
        if code == load("Actor").bytecode:
            self.world.people += (created,)
            self._purses = self._look_at_purses()
        for known, kind in self._kinds.items():
            if code.startswith(known):
                facts = {view: self._answer(created, kind.name, view) for view in kind.made_of}
                self.world.add(kind(self.world, created, **facts))
                self._check()

    def _check(self) -> dict[Question, Any]:
        """What may have changed is as the twins say; it is from now on looked at again and again."""
        facts = self._look(self.world, self.world.fresh)
        self._compare(self.world, facts)
        self.asked.update(dict.fromkeys(facts))
        return facts

    # Reading

    def _read(self, step: Step) -> tuple[Said, ...]:
        """What contracts with twins say, and those that come to be with that."""
        names, found = {at: twin.name for at, twin in self.world.twins.items()}, []
        for log in step.logs:
            name = names.get(log.address)
            event = contract(name).event(log) if name is not None else None
            if event is None:
                assert name is None, f"{name} logged what it does not know"
                continue
            found.append(Said(log.address, event.name, event.args))
            if event.name in MADE:
                field, kind = MADE[event.name]
                names[event.args[field]] = kind
            for field, value in event.args.items():
                for part, one in parts(field, value):
                    self.seen.values[names[log.address], event.name, part].add(one)
        return tuple(found)

    def _look(self, world: World, questions: Iterable[Question]) -> dict[Question, Any]:
        """What the chain answers."""
        facts: dict[Question, Any] = {}
        for question in questions:
            at, view, args = question
            if view == BALANCE:
                facts[question] = self.chain.balance(at)
                continue
            name = "Item" if view == OWNER else world.twins[at].name
            facts[question] = self._answer(at, name, view, *args)
        return facts

    def _answer(self, at: str, name: str, view: str, *args: Any) -> Any:
        called = contract(name)
        found = called.decode(view, self.chain.call(at, called.encode(view, *args)))
        return found[0] if len(found) == 1 else found

    def _look_at_purses(self) -> dict[str, int]:
        return {who: self.chain.balance(who) for who in self.world.people}

    # Truth and lies

    @staticmethod
    def _compare(world: World, facts: dict[Question, Any]) -> None:
        for question, fact in facts.items():
            answer = world.answer(question)
            assert answer == fact, f"{question}: {answer} by the logs, {fact} on the chain"

    @staticmethod
    def _compare_purses(world: World, gained: Counter[str]) -> None:
        for who in world.people:
            assert world.credits[who] == gained[who], f"{who} got {gained[who]} wei"

    def _lies(self, said: tuple[Said, ...]) -> Iterable[tuple[tuple[Part, str], tuple[Said, ...]]]:
        """The logs of a transaction with one part changed, of those that were not told often enough."""
        told: Counter[tuple[Part, str]] = Counter()
        for place, one in enumerate(said):
            name = self._name(one, said)
            if name in TRUSTED:
                continue
            for field, value in one.args.items():
                for part, how, false in lies(field, value):
                    key = ((name, one.name, part), how)
                    if false == value or self.seen.refuted[key] + told[key] >= TIMES:
                        continue
                    told[key] += 1
                    args = one.args | {field: false}
                    yield key, (*said[:place], Said(one.at, one.name, args), *said[place + 1 :])

    def _name(self, one: Said, said: Iterable[Said]) -> str:
        made = {
            other.args[field]: kind
            for other in said
            if other.name in MADE
            for field, kind in [MADE[other.name]]
        }
        return made.get(one.at) or self.world.twins[one.at].name

    def _comes_out(
        self, world: World, said: tuple[Said, ...], facts: dict[Question, Any], gained: Counter[str]
    ) -> bool:
        """Whether false logs contradict what is known."""
        try:
            world.take(said)
            self._compare(world, facts)
            self._compare_purses(world, gained)
            self._compare(
                world, self._look(world, (one for one in world.fresh if one not in facts))
            )
        except Exception:  # whatever fails on lies, the truth has passed
            return True
        return False
