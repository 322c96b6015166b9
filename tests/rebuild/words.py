"""People who ask for random words and seal secrets for them, here and at a source that falls back to this: random histories."""

from __future__ import annotations

import random

from offchain.bindings.contracts import contract
from offchain.bindings.deployment import create
from offchain.bindings.enumerations import SecretsPhase
from offchain.bindings.seals import secret_seal
from offchain.chain.backend import Receipt, Transaction
from offchain.chain.revm import Revm

BOND, WINDOW, MINUTE = 10**15, 600, 60
SECRETS, BEACON = contract("CommitRevealRandomness"), contract("BeaconRandomness")


class WordsStroll:
    """Anybody asks, seals, opens, draws, hands over and withdraws, at any time."""

    def __init__(self, seed: int, chain: Revm) -> None:
        self.rng, self.chain = random.Random(seed), chain
        self.people = [chain.actor(index) for index in range(6)]
        for who in self.people:
            chain.fund(who, 10**24)
        windows = WINDOW, WINDOW * self.rng.choice((1, 2))
        self.secrets = create(chain, self.people[0], "CommitRevealRandomness", BOND, *windows)
        self.beacon = create(chain, self.people[0], "BeaconRandomness", self.secrets)
        self.known: dict[tuple[str, int, str], list[bytes]] = {}
        self.draws: list[tuple[str, int]] = []
        self.waiting: list[tuple[str, int]] = []

    def step(self) -> None:
        steps = (self.ask, self.hand_over, self.withdraw, self.let_time_pass, *[self.go_on] * 8)
        self.rng.choice(steps)()

    def ask(self) -> None:
        who, id_ = self.rng.choice(self.people), self.rng.randrange(1, 9)
        if self.rng.random() < 0.5:
            if self._try(who, self.secrets, SECRETS.encode("request", id_)):
                self.draws.append((who, id_))
        elif self._try(who, self.beacon, BEACON.encode("request", id_)):
            self.waiting.append((who, id_))

    def hand_over(self) -> None:
        """What nobody proved in time."""
        if self.waiting:
            at = self.chain.block() + self.rng.choice((1, 400))
            self.chain.advance_to_block(at)
            draw = self.waiting.pop(self.rng.randrange(len(self.waiting)))
            who = self.rng.choice(self.people)
            if self._try(who, self.beacon, BEACON.encode("fallBack", *draw)):
                data = self.chain.call(self.beacon, BEACON.encode("fallbackId", *draw))
                self.draws.append((self.beacon, *BEACON.decode("fallbackId", data)))
            else:
                self.waiting.append(draw)

    def go_on(self) -> None:
        """With one of the draws, by what its phase asks for."""
        if not self.draws:
            return
        draw, who = self.rng.choice(self.draws[-4:]), self.rng.choice(self.people)
        data = self.chain.call(self.secrets, SECRETS.encode("phase", *draw))
        phase = SECRETS.decode("phase", data)[0]
        if phase in (SecretsPhase.OPEN, SecretsPhase.SEALING):
            secret = self.rng.randbytes(32)
            seal = secret_seal(self.chain.chain_id, self.secrets, *draw, who, secret)
            data = SECRETS.encode("commit", *draw, seal)
            if self._try(who, self.secrets, data, BOND):
                self.known.setdefault((*draw, who), []).append(secret)
        elif phase == SecretsPhase.REVEAL:
            for secret in self.known.get((*draw, who), [bytes(32)]):
                data = SECRETS.encode("reveal", *draw, who, secret)
                self._try(self.rng.choice(self.people), self.secrets, data)
        else:
            self._try(who, self.secrets, SECRETS.encode("draw", *draw))

    def withdraw(self) -> None:
        who, to = self.rng.choice(self.people), self.rng.choice(self.people)
        self._try(who, self.secrets, SECRETS.encode("withdrawBonds", to))

    def let_time_pass(self) -> None:
        self.chain.advance_to(self.chain.now() + self.rng.choice((MINUTE, 5 * MINUTE, WINDOW)))

    def _try(self, who: str, to: str, data: bytes, value: int = 0) -> bool:
        (result,) = self.chain.send_all([Transaction(who, to, data, value)])
        return isinstance(result, Receipt)
