"""The bids of the built-in demo, in gwei.

ConstitutionDAO raised 11,600.0057 ETH from 17,448 addresses in November 2021, to bid at Sotheby's for a copy of the
Constitution of the United States. What each address gave is public on-chain; the list used is
`outputs/amounts.json` of the public repository LufyCZ/ConstitutionDAO_Refund. The 60 bids are its
percentiles as `offchain.model.instances.percentiles` computes them. The rivals and the reserve are made up.
"""

from typing import Final

CONSTITUTION_DAO: Final = (
    4_000_000_000,
    2_000_000_000,
    1_000_000_000,
    1_000_000_000,
    1_000_000_000,
    600_000_000,
    500_000_000,
    496_200_000,
    331_000_000,
    272_124_630,
    250_000_000,
    223_230_000,
    200_000_000,
    200_000_000,
    178_700_000,
    150_000_000,
    120_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    100_000_000,
    80_000_000,
    70_000_000,
    60_000_000,
    50_000_000,
    50_000_000,
    50_000_000,
    50_000_000,
    50_000_000,
    47_165_680,
    40_000_000,
    35_000_000,
    30_000_000,
    30_000_000,
    25_000_000,
    24_000_000,
    23_098_010,
    20_000_000,
    20_000_000,
    20_000_000,
    18_075_090,
    15_000_000,
    11_928_700,
    10_627_290,
    10_000_000,
    10_000_000,
    10_000_000,
    10_000_000,
    10_000_000,
    10_000_000,
    6_900_000,
    5_000_000,
    3_000_000,
    1_000_000,
)
"""The 1st to 60th of the quantiles that cut the 17,448 contributions into 61 equal parts, highest first, whole gwei."""

GALLERY_DAO: Final = (
    500_000_000,
    450_000_000,
    400_000_000,
    400_000_000,
    350_000_000,
    350_000_000,
    300_000_000,
    250_000_000,
    200_000_000,
    150_000_000,
    100_000_000,
    50_000_000,
)
"""Made up: twelve members, of whom seven can pay 0.3 ETH each."""

COLLECTOR: Final = 2_500_000_000
"""Made up: more than all but one of the 60 members."""

RESERVE: Final = 1_000_000_000

SOURCE: Final = (
    "ConstitutionDAO's 60 bids are percentiles of what 17,448 addresses gave it in November 2021, 11,600.0057 ETH in all: "
    "public on-chain facts, as listed in outputs/amounts.json of the public repository LufyCZ/ConstitutionDAO_Refund, in "
    "whole gwei. The k-th bid is the k-th of the 60 quantiles that cut the list into 61 equal parts."
)
SOURCE_OF_RIVALS: Final = "The rivals' bids and the reserve are made up."
