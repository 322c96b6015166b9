"""The constants of the contracts, as the compiler knows them: made by `python -m offchain.bindings.generate`.

Those of a contract or library are in a class of its name, and explained in its source; times are in seconds.
"""

from typing import Final

ADDRESS_BITS: Final = 160
DEPOSIT_BITS: Final = 64
LOT_SHIFT: Final = 224
MARK_SHIFT: Final = 128
MOST_BASES: Final = 19
MOST_LEVELS: Final = 32
MOST_PLAYERS: Final = 16_777_215
PLACE_BITS: Final = 5
PLACE_MASK: Final = 31
SUM_BITS: Final = 88


class Announcements:
    MOST_OFFERS: Final = 32


class ApproximateAuction:
    DRAW_WINDOW: Final = 259_200


class AuctionHouse:
    MAX_PHASE: Final = 2_592_000
    MIN_BOND_BPS: Final = 1_000
    MIN_PHASE: Final = 600
    SETTLEMENT_WINDOW: Final = 259_200


class BeaconRandomness:
    DELAY: Final = 132
    PROOF_WINDOW: Final = 256
    SLOT: Final = 12


class BidBook:
    BPS: Final = 10_000
    MAX_LOCK: Final = 160


class BlockHeader:
    LEAST_MIX: Final = 1 << 64
    MAX_LENGTH: Final = 1_024
    MIN_LENGTH: Final = 259


class Chances:
    DRAWS: Final = 1 << 255


class CommitRevealRandomness:
    MAX_WINDOW: Final = 604_800
    MIN_WINDOW: Final = 600


class DAO:
    MAX_STEP: Final = 500


class DrawTime:
    SLACK: Final = 1_800
    USE: Final = 600


class Estate:
    BIDDING: Final = 604_800
    BOND_BPS: Final = 1_000
    REVEAL: Final = 172_800
    TALLY: Final = 86_400


class Goods:
    MOST: Final = 256


class HouseAdapter:
    SETTLING: Final = 259_200


class HouseLots:
    MARGIN: Final = 600
    PATIENCE: Final = 2_592_000


class Paddles:
    QUIET_GAS: Final = 300_000


class Payments:
    PUSH_GAS: Final = 10_000
    PUSH_RESERVE: Final = 60_000


class Questions:
    QUESTION_GAS: Final = 60_000


class ResilientAuction:
    COIN: Final = 1
    DELIVERY_WINDOW: Final = 259_200
    DRAW_WINDOW: Final = 604_800
    MAX_PHASE: Final = 2_592_000
    MIN_BOND_BPS: Final = 1_000
    MIN_PHASE: Final = 600
    MOST_OFFERS: Final = 32


class Schedules:
    MAX_ANSWER: Final = 86_400
    MAX_PHASE: Final = 2_592_000
    MIN_BOND_BPS: Final = 1_000
    MIN_PHASE: Final = 600


class SignalClockAuction:
    MOST_TYPES: Final = 12


class TabledAuction:
    MAX_ANSWER: Final = 86_400
    MAX_PHASE: Final = 2_592_000
    MIN_PHASE: Final = 600
    MOST_OF_A_TYPE: Final = 31
    MOST_VALUES: Final = 4_096
    WINDOW: Final = 259_200


class Units:
    UNIT: Final = 1_000_000_000


class UniversalAuction:
    MOST_SIDES: Final = 12
    MOST_SIGNALS: Final = 8


class UniversalTerms:
    MOST_SIGNALS: Final = 8


class ValueTables:
    MOST_OF_A_TYPE: Final = 31
    MOST_SIDES: Final = 12
    MOST_VALUES: Final = 4_096
    WIDTH: Final = 8
