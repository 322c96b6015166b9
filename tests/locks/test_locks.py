"""A lock gives its bid by the signature of its round, and by nothing else; of any bytes there is a bid or a refusal."""

import random
import secrets
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from offchain.bindings import seals
from offchain.bindings.seals import Opening
from offchain.io.addresses import checksum
from offchain.locks import ibe
from offchain.locks.batch import open_all
from offchain.locks.bids import LOCK_BYTES, LockedBid, lock_bid, new_salt, open_lock
from offchain.locks.bls import ORDER, g2_point, generator_times, sign, signed_point
from offchain.locks.ibe import Refusal, decrypt, encrypt
from offchain.locks.local_beacon import LocalBeacon, new_beacon

ROUND = 1_234
LOCAL = LocalBeacon(secret=20_231_118, genesis=0, clock=lambda: 10**9)
SIGNATURE = LOCAL.signature(ROUND)
LOCKED = LockedBid(60, bytes(range(1, 25)) + bytes(8))
LOCK = lock_bid(LOCAL.beacon, ROUND, LOCKED)


@given(
    bid=st.integers(0, 2**64 - 1),
    salt=st.binary(min_size=24, max_size=24),
    round_=st.integers(1, 2**20),
)
def test_what_goes_in_comes_out(bid: int, salt: bytes, round_: int) -> None:
    locked = LockedBid(bid, salt + bytes(8))
    lock = lock_bid(LOCAL.beacon, round_, locked)
    assert len(lock) == LOCK_BYTES == 160
    assert open_lock(LOCAL.signature(round_), lock) == locked


def test_the_same_bid_never_gives_the_same_lock() -> None:
    """Or whoever guesses bid and salt could see by it that the guess is right."""
    locks = [lock_bid(LOCAL.beacon, ROUND, LOCKED) for _ in range(8)]
    parts = {lock[start:end] for lock in locks for start, end in ((0, 96), (96, 128), (128, 160))}
    assert len(parts) == 24


def test_a_new_salt_fits_a_lock_and_is_new() -> None:
    salts = [seals.new_salt(is_locked=True) for _ in range(100)]
    assert {len(salt) for salt in salts} == {32}
    assert {salt[24:] for salt in salts} == {bytes(8)}
    assert len({salt[:24] for salt in salts}) == 100
    assert not seals.new_salt().endswith(bytes(8))


def test_a_receipt_and_the_lock_open_the_same_commitment() -> None:
    opening = Opening(checksum(b"\1" * 20), 1, checksum(b"\2" * 20), 60, seals.new_salt(True))
    lock = seals.lock(LOCAL.beacon, ROUND, opening)
    found = open_lock(SIGNATURE, lock)
    assert found == LockedBid(opening.bid, opening.salt)


@pytest.mark.parametrize(
    ("bid", "salt"),
    [
        (-1, bytes(32)),
        (2**64, bytes(32)),
        (1, bytes(31)),
        (1, bytes(33)),
        (1, bytes(24)),
        (1, bytes(31) + b"\1"),
        (1, bytes(24) + b"\1" + bytes(7)),
    ],
)
def test_what_a_lock_could_not_give_back_is_refused(bid: int, salt: bytes) -> None:
    with pytest.raises(ValueError, match=r"no bid of|a locked salt has"):
        LockedBid(bid, salt)


@pytest.mark.parametrize("length", [0, 33, 100])
def test_messages_that_one_hash_does_not_mask_are_refused(length: int) -> None:
    with pytest.raises(ValueError, match="1 to 32 bytes"):
        encrypt(LOCAL.beacon.key, 1, bytes(length))


def test_a_sigma_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="sigma has 32 bytes"):
        encrypt(LOCAL.beacon.key, 1, bytes(32), sigma=bytes(31))


@pytest.mark.parametrize("bit", range(0, 8 * LOCK_BYTES, 37))
def test_any_flipped_bit_closes_it(bit: int) -> None:
    broken = (int.from_bytes(LOCK, "big") ^ 1 << bit).to_bytes(LOCK_BYTES, "big")
    assert open_lock(SIGNATURE, broken) in (Refusal.POINT, Refusal.PROOF)


@pytest.mark.parametrize("part", [0, 96, 128], ids=["U", "V", "W"])
def test_parts_of_two_locks_do_not_fit(part: int) -> None:
    other = lock_bid(LOCAL.beacon, ROUND, LOCKED)
    end = part + (96 if part == 0 else 32)
    assert open_lock(SIGNATURE, LOCK[:part] + other[part:end] + LOCK[end:]) is Refusal.PROOF


@pytest.mark.parametrize(
    "lock",
    [b"", b"\0", LOCK[:-1], LOCK + b"\0", LOCK[:96], LOCK * 2, bytes(10**7)],
    ids=["empty", "one", "truncated", "longer", "point only", "twice", "endless"],
)
def test_another_length_is_refused_unread(lock: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ibe, "g2_point", lambda _: pytest.fail("no point is looked for"))
    assert open_lock(SIGNATURE, lock) is Refusal.LENGTH


def outside_the_subgroup() -> bytes:
    """A point of the curve over G2 that is none of the group: as nearly all are."""
    for x in range(1, 1_000):
        data = bytes((0x80,)) + bytes(94) + bytes((x,))
        try:
            point = G2Point.from_compressed_bytes_unchecked(data)
        except ValueError:
            continue
        if not point.is_in_subgroup():
            return data
    raise AssertionError("all are in it")


INFINITY = bytes((0xC0,)) + bytes(95)
NO_POINTS = {
    "zeros": bytes(96),
    "ones": b"\xff" * 96,
    "uncompressed": bytes((LOCK[0] & 0x7F,)) + LOCK[1:96],
    "infinity": INFINITY,
    "infinity with another sign": b"\xe0" + INFINITY[1:],
    "infinity and more": INFINITY[:-1] + b"\1",
    "outside the subgroup": outside_the_subgroup(),
    "beyond the field": b"\x9f" + b"\xff" * 95,
}


@pytest.mark.parametrize("point", NO_POINTS.values(), ids=list(NO_POINTS))
def test_what_is_no_point_of_the_group_is_refused(point: bytes) -> None:
    assert open_lock(SIGNATURE, point + LOCK[96:]) is Refusal.POINT
    with pytest.raises(ValueError, match=r".*"):
        g2_point(point)


def test_a_lock_at_infinity_that_anybody_could_open_is_refused() -> None:
    """With U the point at infinity the shared element is one, whatever the signature: only the check of U stands against it."""
    sigma, message = bytes(32), LOCKED.bid.to_bytes(8, "big") + LOCKED.salt[:24]
    v = ibe._xor(sigma, ibe._h2(GT.pairing(SIGNATURE.point, G2Point.identity())))
    forged = INFINITY + v + ibe._xor(message, ibe._h4(sigma))
    assert open_lock(SIGNATURE, forged) is Refusal.POINT


def test_a_lock_whose_u_is_not_of_its_own_message_is_refused() -> None:
    """Else one lock could be changed into another of a related bid by who cannot read it (Fujisaki and Okamoto)."""
    sigma, message, r = bytes(32), bytes(32), Scalar(5)
    shared = GT.pairing(signed_point(ROUND) * r, LOCAL.beacon.key)
    u = (G2Point() * r).to_compressed_bytes()
    forged = u + ibe._xor(sigma, ibe._h2(shared)) + ibe._xor(message, ibe._h4(sigma))
    assert open_lock(SIGNATURE, forged) is Refusal.PROOF


def test_the_signature_of_another_round_opens_nothing() -> None:
    for round_ in (ROUND - 1, ROUND + 1):
        assert open_lock(LOCAL.signature(round_), LOCK) is Refusal.PROOF


def test_the_signature_of_another_beacon_opens_nothing() -> None:
    other = new_beacon(0, clock=lambda: 10**9)
    assert open_lock(other.signature(ROUND), LOCK) is Refusal.PROOF


def test_a_copied_lock_opens_and_only_the_commitment_can_tell() -> None:
    """What is bound to chain, contract, lot and bidder is the commitment, not the lock."""
    mine = Opening(checksum(b"\1" * 20), 1, checksum(b"\2" * 20), LOCKED.bid, LOCKED.salt)
    thief = Opening(mine.contract, 1, checksum(b"\3" * 20), LOCKED.bid, LOCKED.salt)
    assert open_lock(SIGNATURE, LOCK) == LOCKED
    assert seals.commitment(1, mine) != seals.commitment(1, thief)


@given(st.binary(max_size=400))
def test_garbage_is_refused(lock: bytes) -> None:
    assert isinstance(open_lock(SIGNATURE, lock), Refusal)


@given(st.binary(min_size=64, max_size=64), st.integers(1, ORDER - 1))
def test_garbage_behind_a_point_is_refused(rest: bytes, r: int) -> None:
    point = (G2Point() * Scalar(r)).to_compressed_bytes()
    assert open_lock(SIGNATURE, point + rest) is Refusal.PROOF


def test_decrypting_reads_no_more_than_32_bytes_of_message() -> None:
    assert decrypt(SIGNATURE.point, LOCK + bytes(2)) is Refusal.LENGTH


class Work:
    """Counts what takes time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: Counter[str] = Counter()
        parse, pair = g2_point, GT.pairing

        def counted(data: bytes) -> G2Point:
            self.done["points"] += 1
            return parse(data)

        class Counted:
            @staticmethod
            def pairing(one: G1Point, other: G2Point) -> GT:
                self.done["pairings"] += 1
                return pair(one, other)

        monkeypatch.setattr(ibe, "g2_point", counted)
        monkeypatch.setattr(ibe, "GT", Counted)


def test_ten_thousand_garbage_locks_take_a_point_each_at_most(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Random bytes fail before the pairing, which is what takes time; other lengths before anything."""
    seed = secrets.randbits(64)
    print(f"random.Random({seed})")  # what replays it
    rng = random.Random(seed)
    locks = [rng.randbytes(160) for _ in range(5_000)]
    locks += [rng.randbytes(rng.randrange(160)) for _ in range(5_000)]
    work = Work(monkeypatch)
    found = list(open_all(SIGNATURE, locks))
    assert Counter(map(type, found)) == {Refusal: 10_000}
    assert work.done["points"] == 5_000
    assert work.done["pairings"] <= 10


def test_the_dearest_garbage_takes_one_pairing(monkeypatch: pytest.MonkeyPatch) -> None:
    """As much as a lock that opens: nobody can make a keeper work more than that."""
    dearest = LOCK[:96] + bytes(64)
    work = Work(monkeypatch)
    assert open_lock(SIGNATURE, dearest) is Refusal.PROOF
    assert work.done == {"points": 1, "pairings": 1}


MANY = [
    lock_bid(LOCAL.beacon, ROUND, LockedBid(bid, new_salt())) if bid % 5 else bytes(160)
    for bid in range(150)
]


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_many_at_once_give_what_each_alone_gives_in_order(workers: int) -> None:
    told: list[int] = []
    found = list(open_all(SIGNATURE, iter(MANY), workers, told.append))
    assert found == [open_lock(SIGNATURE, lock) for lock in MANY]
    assert told == sorted(told)
    assert told[-1] == len(MANY)


def test_no_locks_at_all() -> None:
    assert list(open_all(SIGNATURE, [])) == []


def test_whoever_stops_listening_stops_the_work() -> None:
    """Not all locks of a long list are taken, nor opened."""
    taken: list[bytes] = []

    def without_end() -> Iterator[bytes]:
        for _ in range(5_000):
            taken.append(LOCK)
            yield LOCK

    opened = open_all(SIGNATURE, without_end(), workers=2)
    assert next(opened) == LOCKED
    opened.close()
    assert len(taken) <= 5 * 64


@given(st.integers(0, ORDER - 1))
def test_multiples_of_the_generator_are_the_librarys(scalar: int) -> None:
    assert generator_times(scalar) == G2Point() * Scalar(scalar)


@pytest.mark.parametrize("scalar", [0, 1, 63, 64, 2**252, ORDER - 1, ORDER // 2])
def test_the_same_at_the_edges_of_the_windows(scalar: int) -> None:
    assert generator_times(scalar) == G2Point() * Scalar(scalar)


def test_signing_is_not_for_rounds_that_do_not_fit_eight_bytes() -> None:
    with pytest.raises(OverflowError):
        sign(1, 2**64)
