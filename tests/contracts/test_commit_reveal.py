"""Words from secrets: who seals, opens, withholds, copies or comes too late, and where the bonds go."""

import random
from typing import Any

import pytest
from brownie import accounts, web3

from offchain.bindings.enumerations import SecretsPhase
from tests.contracts.auction import advance_to, now, send
from tests.contracts.checks import emitted, logs_of, plain, reverts_with
from tests.contracts.randomness import MINUTE, mixed_word, sealed, secret_of
from tests.puppets import Manner

ID = 3
BOND = 10**17
COMMIT, REVEAL = 20 * MINUTE, 30 * MINUTE


@pytest.fixture(scope="module")
def source(CommitRevealRandomness):
    """The source under test."""
    return accounts[0].deploy(CommitRevealRandomness, BOND, COMMIT, REVEAL)


@pytest.fixture(scope="module")
def consumer(source):
    """Who asked for the draw."""
    source.request(ID, {"from": accounts[10]})
    return accounts[10]


def commit(source, consumer, who, secret, id_=ID):
    """Seal a secret."""
    commitment = sealed(source, consumer, id_, who, secret)
    return send(who, source.commit, consumer, id_, commitment, value=BOND)


def reveal(source, consumer, who, secret, sender=None, id_=ID):
    """Open it."""
    return send(sender or who, source.reveal, consumer, id_, who, secret)


def end_sealing(source, consumer, id_=ID):
    """The first moment of the reveals."""
    advance_to(source.drawOf(consumer, id_)["endOfSealing"])


def end_reveals(source, consumer, id_=ID):
    """The first moment after the reveals."""
    advance_to(source.drawOf(consumer, id_)["endOfSealing"] + REVEAL)


def phase(source, consumer, id_=ID):
    """How the draw stands."""
    return source.phase(consumer, id_)


@pytest.fixture
def two(source, consumer, alice, bob):
    """The secrets of alice and bob, sealed, at the start of the reveals."""
    secrets = {alice: secret_of(1), bob: secret_of(2)}
    for who, secret in secrets.items():
        commit(source, consumer, who, secret)
    end_sealing(source, consumer)
    return secrets


# THE RULE


def test_a_draw(source, consumer, alice, bob, stranger):
    """Two secrets, opened in either order by anyone who knows them, make the word at once."""
    assert phase(source, consumer) == SecretsPhase.OPEN
    secrets = {alice: secret_of(1), bob: secret_of(2)}
    tx = commit(source, consumer, alice, secrets[alice])
    end = tx.timestamp + COMMIT
    opened = {"round": 1, "endOfSealing": end, "endOfReveal": end + REVEAL}
    key = {"consumer": consumer, "id": ID}
    commitment = sealed(source, consumer, ID, alice, secrets[alice])
    assert logs_of(tx, source) == [
        ("RoundOpened", {**key, **opened}),
        ("SecretSealed", {**key, "round": 1, "sealer": alice, "commitment": commitment}),
    ]
    assert len(commit(source, consumer, bob, secrets[bob]).logs) == 1
    assert phase(source, consumer) == SecretsPhase.SEALING
    end_sealing(source, consumer)
    assert phase(source, consumer) == SecretsPhase.REVEAL
    tx = reveal(source, consumer, bob, secrets[bob])
    told = {"round": 1, "sealer": bob, "secret": secrets[bob]}
    assert logs_of(tx, source) == [("SecretOpened", {**key, **told})]
    assert plain(source.wordOf(consumer, ID)) == ("False", 0)
    tx = reveal(source, consumer, alice, secrets[alice], sender=stranger)
    word = mixed_word(source, consumer, ID, secrets)
    assert logs_of(tx, source)[1:] == [("WordDrawn", {**key, "word": word})]
    assert plain(source.wordOf(consumer, ID)) == ("True", word)
    assert phase(source, consumer) == SecretsPhase.DRAWN


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_order_of_reveals_does_not_matter(source, consumer, two, order):
    """Else whoever reveals last could choose among orders, for nothing."""
    people = list(two)
    for place in order:
        reveal(source, consumer, people[place], two[people[place]])
    assert source.wordOf(consumer, ID)[1] == mixed_word(source, consumer, ID, two)


def test_withholding_costs_the_bond(source, consumer, two, alice, bob, stranger):
    """The word comes without the secret withheld, and the bond is gone: nobody ever gets it."""
    reveal(source, consumer, alice, two[alice])
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.REVEAL):
        source.draw(consumer, ID, {"from": stranger})
    end_reveals(source, consumer)
    assert phase(source, consumer) == SecretsPhase.READY
    assert plain(source.wordOf(consumer, ID)) == ("False", 0)
    tx = source.draw(consumer, ID, {"from": stranger})
    word = mixed_word(source, consumer, ID, {alice: two[alice]})
    assert logs_of(tx, source) == [("WordDrawn", {"consumer": consumer, "id": ID, "word": word})]
    assert word != mixed_word(source, consumer, ID, two)
    source.withdrawBonds(alice, {"from": alice})
    with reverts_with(source, "NoBonds", bob):
        source.withdrawBonds(bob, {"from": bob})
    assert source.balance() == BOND


def test_all_silent(source, consumer, two, alice, bob):
    """Without any reveal the next seal opens a new round, at any later time; the old secrets count no more."""
    end_reveals(source, consumer)
    assert phase(source, consumer) == SecretsPhase.OPEN
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.OPEN):
        reveal(source, consumer, alice, two[alice])
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.OPEN):
        source.draw(consumer, ID, {"from": alice})
    advance_to(now() + 100_000)
    tx = commit(source, consumer, alice, secret_of(9))
    assert emitted(tx)[0].fields["round"] == 2
    assert source.drawOf(consumer, ID)["seals"] == 1
    end_sealing(source, consumer)
    with reverts_with(source, "NotSealed", consumer, ID, bob):
        reveal(source, consumer, bob, two[bob])
    with reverts_with(source, "WrongSecret", consumer, ID, alice):
        reveal(source, consumer, alice, two[alice])
    reveal(source, consumer, alice, secret_of(9))
    word = mixed_word(source, consumer, ID, {alice: secret_of(9)})
    assert plain(source.wordOf(consumer, ID)) == ("True", word)
    assert source.redeemed(alice) == BOND
    assert source.balance() == 3 * BOND


def test_silence_cannot_hold_a_draw_up(source, consumer, alice, bob):
    """A rival who opens every round and stays silent pays a bond a round, and one honest secret ends it."""
    for round_ in (1, 2, 3):
        commit(source, consumer, bob, secret_of(round_))
        if round_ == 3:
            commit(source, consumer, alice, secret_of(7))
            end_sealing(source, consumer)
            reveal(source, consumer, alice, secret_of(7))
        end_reveals(source, consumer)
    source.draw(consumer, ID, {"from": alice})
    assert source.wordOf(consumer, ID)[0]
    assert (source.redeemed(alice), source.redeemed(bob)) == (BOND, 0)


def test_everybody_has_the_whole_window(source, consumer, alice, bob):
    """The first seal starts the window, so nobody can be alone in a round by sealing just before its end."""
    advance_to(now() + 12_345)
    tx = commit(source, consumer, alice, secret_of(1))
    advance_to(tx.timestamp + COMMIT - 2)
    commit(source, consumer, bob, secret_of(2))
    assert source.drawOf(consumer, ID)["endOfSealing"] == tx.timestamp + COMMIT


# ATTACKS


def test_copied_seal(source, consumer, alice, bob):
    """A copy of another's commitment opens with no secret: it costs the copier the bond."""
    copied = sealed(source, consumer, ID, alice, secret_of(1))
    commit(source, consumer, alice, secret_of(1))
    source.commit(consumer, ID, copied, {"from": bob, "value": BOND})
    end_sealing(source, consumer)
    reveal(source, consumer, alice, secret_of(1))
    with reverts_with(source, "WrongSecret", consumer, ID, bob):
        reveal(source, consumer, bob, secret_of(1))
    end_reveals(source, consumer)
    source.draw(consumer, ID, {"from": bob})
    assert source.redeemed(bob) == 0


def test_same_secret_does_not_cancel(source, consumer, alice, bob):
    """Two who seal the same secret do not cancel each other out: each is mixed in with its sealer."""
    for who in (alice, bob):
        commit(source, consumer, who, secret_of(1))
    end_sealing(source, consumer)
    for who in (alice, bob):
        reveal(source, consumer, who, secret_of(1))
    both = {alice: secret_of(1), bob: secret_of(1)}
    assert source.wordOf(consumer, ID)[1] == mixed_word(source, consumer, ID, both)
    assert mixed_word(source, consumer, ID, both) != mixed_word(source, consumer, ID, {})


@pytest.mark.parametrize("part", ["source", "consumer", "id", "sealer"])
def test_every_part_of_a_seal_is_bound(source, consumer, alice, bob, part):
    """A commitment for another contract, draw or person opens nothing here."""
    bound: dict[str, Any] = {"source": source, "consumer": consumer, "id": ID, "sealer": alice}
    bound[part] = ID + 1 if part == "id" else bob
    wrong = sealed(*[*bound.values(), secret_of(1)])
    source.commit(consumer, ID, wrong, {"from": alice, "value": BOND})
    end_sealing(source, consumer)
    with reverts_with(source, "WrongSecret", consumer, ID, alice):
        reveal(source, consumer, alice, secret_of(1))


def test_reveal_twice(source, consumer, two, alice, stranger):
    """A secret counts once, and redeems one bond."""
    reveal(source, consumer, alice, two[alice])
    with reverts_with(source, "AlreadyOpened", consumer, ID, alice):
        reveal(source, consumer, alice, two[alice], sender=stranger)
    assert source.redeemed(alice) == BOND


def test_late_reveal(source, consumer, two, alice, bob):
    """Once the time is over no secret is added, whether the word is drawn or not."""
    reveal(source, consumer, alice, two[alice])
    advance_to(source.drawOf(consumer, ID)["endOfSealing"] + REVEAL)
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.READY):
        reveal(source, consumer, bob, two[bob])
    source.draw(consumer, ID, {"from": bob})
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.DRAWN):
        reveal(source, consumer, bob, two[bob])


def test_early_reveal(source, consumer, alice):
    """Nobody opens a secret while others can still be sealed."""
    commit(source, consumer, alice, secret_of(1))
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.SEALING):
        reveal(source, consumer, alice, secret_of(1))


def test_late_seal(source, consumer, two, carol):
    """Nobody seals once secrets are known: not during the reveals, not before the word is drawn, not after."""
    phases = []
    for go in (lambda: None, lambda: end_reveals(source, consumer)):
        go()
        phases.append(phase(source, consumer))
        with reverts_with(source, "WrongSecretsPhase", consumer, ID, phases[-1]):
            commit(source, consumer, carol, secret_of(5))
        if phases[-1] == SecretsPhase.REVEAL:
            reveal(source, consumer, *next(iter(two.items())))
    assert phases == [SecretsPhase.REVEAL, SecretsPhase.READY]
    source.draw(consumer, ID, {"from": carol})
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.DRAWN):
        commit(source, consumer, carol, secret_of(5))


def test_seal_twice(source, consumer, alice):
    """One secret each and round: nobody replaces it after a look at the others."""
    commit(source, consumer, alice, secret_of(1))
    with reverts_with(source, "AlreadySealed", consumer, ID, alice):
        commit(source, consumer, alice, secret_of(2))


def test_word_is_final(source, consumer, two, alice, bob):
    """Nothing changes a word that is there, ever."""
    for who, secret in two.items():
        reveal(source, consumer, who, secret)
    word = plain(source.wordOf(consumer, ID))
    end_reveals(source, consumer)
    with reverts_with(source, "WrongSecretsPhase", consumer, ID, SecretsPhase.DRAWN):
        source.draw(consumer, ID, {"from": alice})
    with reverts_with(source, "AlreadyRequested", consumer, ID):
        source.request(ID, {"from": consumer})
    assert plain(source.wordOf(consumer, ID)) == word


def test_request_twice(source, consumer):
    """A draw is never repeated."""
    with reverts_with(source, "AlreadyRequested", consumer, ID):
        source.request(ID, {"from": consumer})


def test_nobody_draws_what_was_not_asked_for(source, consumer, alice):
    """Else the word would be known before the consumer closes its books."""
    for who, id_ in ((consumer, ID + 1), (alice, ID)):
        with reverts_with(source, "WrongSecretsPhase", who, id_, SecretsPhase.NONE):
            commit(source, who, alice, secret_of(1), id_)
        with reverts_with(source, "WrongSecretsPhase", who, id_, SecretsPhase.NONE):
            source.draw(who, id_, {"from": alice})


def test_ids_belong_to_their_consumer(source, consumer, alice, bob):
    """A draw of the same number that another asked for is another draw, even with the same secrets."""
    source.request(ID, {"from": bob})
    for who in (consumer, bob):
        commit(source, who, alice, secret_of(1))
    end_sealing(source, bob)
    for who in (consumer, bob):
        reveal(source, who, alice, secret_of(1))
    assert source.wordOf(consumer, ID)[1] != source.wordOf(bob, ID)[1]
    assert source.redeemed(alice) == 2 * BOND


# BONDS


@pytest.mark.parametrize("sent", [0, 1, BOND - 1, BOND + 1])
def test_exactly_the_bond(source, consumer, alice, sent):
    """No more and no less."""
    commitment = sealed(source, consumer, ID, alice, secret_of(1))
    with reverts_with(source, "WrongBond", sent, BOND):
        source.commit(consumer, ID, commitment, {"from": alice, "value": sent})


@pytest.mark.parametrize("word", [0, 1])
def test_reserved_commitments(source, consumer, alice, word):
    """A seal that would look like none, or like an opened one, is refused."""
    commitment = word.to_bytes(32, "big")
    with reverts_with(source, "ReservedCommitment", commitment):
        source.commit(consumer, ID, commitment, {"from": alice, "value": BOND})


def test_hostile_receivers(source, consumer, alice, bob, actor):
    """Who refuses its bond, burns gas or calls back holds up nobody: the word needs no payment."""
    manners = (Manner.REFUSE, Manner.BURN_GAS, Manner.REVERT_MUCH, Manner.REENTER)
    hostile = [actor(manner) for manner in manners]
    for n, who in enumerate([*hostile, alice]):
        commit(source, consumer, who, secret_of(n))
    end_sealing(source, consumer)
    for n, who in enumerate([*hostile, alice]):
        reveal(source, consumer, who, secret_of(n), sender=bob)
    assert source.wordOf(consumer, ID)[0]
    source.withdrawBonds(alice, {"from": alice})
    refuser, burner, _, caller = hostile
    with reverts_with(source, "PaymentRefused", refuser, BOND):
        send(refuser, source.withdrawBonds, refuser)
    before = bob.balance()
    send(burner, source.withdrawBonds, bob)
    assert bob.balance() - before == BOND
    caller.prepare(source, source.withdrawBonds.encode_input(caller), {"from": bob})
    send(caller, source.withdrawBonds, caller)
    assert caller.balance() == BOND, "calling back must not pay twice"
    assert source.balance() == 2 * BOND


def test_withdraw_once(source, consumer, two, alice, stranger):
    """A bond is paid once, to whom its owner names."""
    reveal(source, consumer, alice, two[alice])
    before = stranger.balance()
    tx = source.withdrawBonds(stranger, {"from": alice})
    fields = {"sealer": alice, "recipient": stranger, "amountWei": BOND}
    assert logs_of(tx, source) == [("BondsWithdrawn", fields)]
    assert stranger.balance() - before == BOND
    with reverts_with(source, "NoBonds", alice):
        source.withdrawBonds(alice, {"from": alice})


def test_forced_ether(source, consumer, two, alice, bob):
    """Ether that comes by force changes nothing: balances are never read."""
    web3.provider.make_request("anvil_setBalance", [source.address, hex(2 * BOND + 5)])
    for who, secret in two.items():
        reveal(source, consumer, who, secret)
        source.withdrawBonds(who, {"from": who})
    assert source.balance() == 5


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((0, COMMIT, REVEAL), ("ZeroBond",)),
        ((BOND, 10 * MINUTE - 1, REVEAL), ("BadWindow", 10 * MINUTE - 1)),
        ((BOND, COMMIT, 10 * MINUTE - 1), ("BadWindow", 10 * MINUTE - 1)),
        ((BOND, 7 * 24 * 60 * MINUTE + 1, REVEAL), ("BadWindow", 7 * 24 * 60 * MINUTE + 1)),
    ],
)
def test_bad_constructions(CommitRevealRandomness, source, arguments, error):
    """No free withholding, no window that shuts people out, none that drags on."""
    with reverts_with(source, *error):
        accounts[0].deploy(CommitRevealRandomness, *arguments)


def test_cost_does_not_grow(source, consumer):
    """The twentieth secret costs what the second does, to seal and to open."""
    people = accounts[:20]
    seals = [commit(source, consumer, who, secret_of(n)).gas_used for n, who in enumerate(people)]
    end_sealing(source, consumer)
    opens = [reveal(source, consumer, who, secret_of(n)).gas_used for n, who in enumerate(people)]
    assert max(seals[1:]) - min(seals[1:]) < 500
    assert max(opens[1:-1]) - min(opens[1:-1]) < 500
    assert max(*seals, *opens) < 130_000


def test_random_draws(source, alice):
    """Random people seal, open or stay silent, over rounds: words and bonds are always those of plain Python."""
    seed = random.randrange(2**32)
    rng = random.Random(seed)
    people, consumer = accounts[2:8], accounts[11]
    redeemed, paid = dict.fromkeys(people, 0), 0
    for id_ in range(8):
        source.request(id_, {"from": consumer})
        opened: dict[str, Any] = {}
        while not opened:
            sealers = {who: rng.randbytes(32) for who in rng.sample(people, rng.randint(1, 4))}
            for who, secret in sealers.items():
                commit(source, consumer, who, secret, id_)
                paid += BOND
            end_sealing(source, consumer, id_)
            opened = {who: one for who, one in sealers.items() if rng.random() < 0.4}
            for who in rng.sample(list(opened), len(opened)):
                reveal(source, consumer, who, opened[who], alice, id_)
                redeemed[who] += BOND
            if len(opened) < len(sealers):
                end_reveals(source, consumer, id_)
        if len(opened) < len(sealers):
            source.draw(consumer, id_, {"from": alice})
        word = mixed_word(source, consumer, id_, opened)
        assert plain(source.wordOf(consumer, id_)) == ("True", word), f"seed {seed}"
        assert {who: source.redeemed(who) for who in people} == redeemed, f"seed {seed}"
        assert source.balance() == paid, f"seed {seed}"
    for who in people:
        if redeemed[who]:
            source.withdrawBonds(who, {"from": who})
    assert source.balance() == paid - sum(redeemed.values()), f"seed {seed}"
