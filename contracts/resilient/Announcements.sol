// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BidSlot, BidSlots} from "../libraries/BidSlot.sol";

/// @notice A bundle offered to somebody.
/// @param to Whom. It need not have announced anything itself; an address that nobody acts for stands for a NO.
/// @param price What it costs, in units, at least 1.
/// @param bundle The goods, as bits.
struct Offer {
    address to;
    uint64 price;
    uint256 bundle;
}

/// @notice What a player announces.
/// @param offers Bundles for others, disjoint and not empty, in ascending order of recipient.
/// @param wish The goods that it would have for nothing, as the star, on heads. As bits; none is a wish too.
/// @param salt What hides the announcement until it is revealed.
struct Announcement {
    Offer[] offers;
    uint256 wish;
    bytes32 salt;
}

/// @notice Why an announcement is not taken.
enum AnnouncementFlaw {
    None,
    NotSealed, // the player has sealed nothing
    AlreadyRevealed,
    TooManyOffers,
    WrongOpening, // not what was sealed
    ZeroPrice,
    EmptyBundle,
    OverlappingBundles,
    UnknownGoods, // in a bundle or in the wish
    OfferToSelf,
    RecipientsOutOfOrder, // or one of them twice
    RevenueAboveDeposit
}

/// @title Announcements: sealing, opening and checking them
/// @notice Source: Chen and Micali, "A New Approach to Auctions and Resilient Mechanism Design", section 6, step 1.
/// @dev What is sealed is a `BidSlot`, as of any bid: the bid is the revenue R of the offers, and the salt the digest of all that was
/// announced.
library Announcements {
    using BidSlots for BidSlot;

    /// @notice The most offers in one announcement: answers fit 32 bits, and opening one stays far below the gas of a transaction.
    uint256 internal constant MOST_OFFERS = 32;

    /// @notice By which an announcement is known again, since it is kept nowhere: `keccak256(abi.encode(offers, wish, salt))`.
    function digest(Announcement calldata announcement) internal pure returns (bytes32) {
        return keccak256(abi.encode(announcement.offers, announcement.wish, announcement.salt));
    }

    /// @notice Checks the opening of what `player` sealed on `lot`.
    /// @param announcement The opening.
    /// @param slot What is sealed.
    /// @param goods All goods of the lot, as bits.
    /// @return flaw What is wrong with it, if anything; only without a flaw do the others mean something.
    /// @return revenue The prices together, in units: the paper's R.
    /// @return known Its digest.
    function check(Announcement calldata announcement, BidSlot slot, uint256 lot, address player, uint256 goods)
        internal
        view
        returns (AnnouncementFlaw flaw, uint64 revenue, bytes32 known)
    {
        if (!slot.isSealed()) {
            return (slot.isEmpty() ? AnnouncementFlaw.NotSealed : AnnouncementFlaw.AlreadyRevealed, 0, 0);
        }
        // before anything that takes longer the more of them there are
        if (announcement.offers.length > MOST_OFFERS) return (AnnouncementFlaw.TooManyOffers, 0, 0);
        uint256 sum = _sum(announcement.offers);
        // what does not fit 64 bits cannot have been sealed
        if (sum > type(uint64).max) return (AnnouncementFlaw.WrongOpening, 0, 0);
        // casting is safe: just checked
        revenue = uint64(sum);
        known = digest(announcement);
        if (!slot.opens(lot, player, revenue, known)) return (AnnouncementFlaw.WrongOpening, 0, 0);
        flaw = _checkOffers(announcement.offers, player, goods);
        if (flaw != AnnouncementFlaw.None) return (flaw, 0, 0);
        if (announcement.wish & ~goods != 0) return (AnnouncementFlaw.UnknownGoods, 0, 0);
        if (revenue > slot.deposit()) return (AnnouncementFlaw.RevenueAboveDeposit, 0, 0);
    }

    /// @dev At most 32 times 64 bits.
    function _sum(Offer[] calldata offers) private pure returns (uint256 sum) {
        unchecked {
            for (uint256 i = 0; i < offers.length; ++i) {
                sum += offers[i].price;
            }
        }
    }

    function _checkOffers(Offer[] calldata offers, address player, uint256 goods) private pure returns (AnnouncementFlaw) {
        uint256 offered;
        for (uint256 i = 0; i < offers.length; ++i) {
            Offer calldata offer = offers[i];
            if (offer.price == 0) return AnnouncementFlaw.ZeroPrice;
            if (offer.bundle == 0) return AnnouncementFlaw.EmptyBundle;
            if (offer.bundle & ~goods != 0) return AnnouncementFlaw.UnknownGoods;
            if (offer.bundle & offered != 0) return AnnouncementFlaw.OverlappingBundles;
            if (offer.to == player) return AnnouncementFlaw.OfferToSelf;
            if (i != 0 && offer.to <= offers[i - 1].to) return AnnouncementFlaw.RecipientsOutOfOrder;
            offered |= offer.bundle;
        }
        return AnnouncementFlaw.None;
    }
}
