// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// @title A house in the manner of Nouns that does as tests tell it, alone or behind the proxy of a real one
contract HostileHouse {
    /// @notice How it answers questions.
    enum Answers {
        Honest,
        Nothing, // success, and no word
        Refuse, // reverts
        BurnGas, // never comes back
        TooFew, // five words, or half of one
        TooMuch, // a hundred kilobytes of ones
        Garbage, // all ones
        Strange // the amount alone is beyond bounds
    }

    /// @notice What it does with what the bidder before had bid.
    enum Refunds {
        Ether,
        Wrapped,
        None,
        Short // all but a wei
    }

    struct Call {
        address target;
        bytes data;
    }

    /// @notice An auction. Amounts in wei, times in seconds.
    struct Sale {
        uint256 tokenId;
        uint256 amount;
        uint256 end;
        address bidder;
        bool settled;
        uint256 reserve;
    }

    struct State {
        IERC721 token;
        address weth;
        uint256 number; // the auction that it has now
        mapping(uint256 number => Sale) sales;
        uint256 percent;
        Answers answers;
        Refunds refunds;
        bool isDeaf; // takes a bid and goes on naming who led before
        bool sellsAtOnce; // gives the item to a bidder within the bid
        uint256 understates; // by how many wei it names less than was bid
        bytes4 muted; // a question that it does not answer, whatever it does otherwise
        bool isShort; // it does, but for the last word, or half of it
        Call[] calls; // what it calls from within a bid, a refund or settling
    }

    /// @notice A call from within a step: whether it succeeded, and the selector of its answer or error.
    event Reentered(address indexed target, bytes4 indexed called, bool success, bytes4 answer);

    /// @dev Far from what a real house stores.
    bytes32 private constant PLACE = keccak256("consort hostile house");
    /// @dev As many bytes as the longest answer that an adapter reads.
    uint256 private constant WORDS = 12 * 32;

    /// @notice Offers an item, and has that auction now.
    function offer(IERC721 token, address weth_, uint256 number, uint256 end, uint256 reserve, uint256 percent) external {
        State storage state = _state();
        (state.token, state.weth, state.number, state.percent) = (token, weth_, number, percent);
        state.sales[number] = Sale(number, 0, end, address(0), false, reserve);
    }

    /// @notice Has another auction now, of those that it offered.
    function turn(uint256 number) external {
        _state().number = number;
    }

    function behave(Answers answers, Refunds refunds) external {
        (_state().answers, _state().refunds) = (answers, refunds);
    }

    /// @notice Names leader, amount and end as told.
    function say(address bidder, uint256 amount, uint256 end, bool settled) external {
        Sale storage sale = _sale();
        (sale.bidder, sale.amount, sale.end, sale.settled) = (bidder, amount, end, settled);
    }

    function trick(bool isDeaf, bool sellsAtOnce, uint256 understates) external {
        State storage state = _state();
        (state.isDeaf, state.sellsAtOnce, state.understates) = (isDeaf, sellsAtOnce, understates);
    }

    /// @notice Leaves one question alone unanswered, or answers it truthfully but too shortly.
    function mute(bytes4 question, bool isShort) external {
        (_state().muted, _state().isShort) = (question, isShort);
    }

    function prepare(Call[] calldata calls) external {
        delete _state().calls;
        for (uint256 i = 0; i < calls.length; ++i) {
            _state().calls.push(calls[i]);
        }
    }

    /// @notice Does anything in its own name.
    function act(address target, uint256 valueWei, bytes calldata data) external payable {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = target.call{value: valueWei}(data);
        require(done, "not done");
    }

    /// @notice Makes the prepared calls, for a token or wrapped ether that calls this from within.
    function relay() external {
        _reenter();
    }

    receive() external payable {}

    // AS A HOUSE

    function createBid(uint256) external payable {
        _takeBid(_sale());
    }

    function settleAuction() external {
        Sale storage sale = _sale();
        _end(sale);
        if (sale.bidder != address(0)) _state().token.transferFrom(address(this), sale.bidder, sale.tokenId);
    }

    function settleCurrentAndCreateNewAuction() external {
        _reenter();
        revert("paused");
    }

    function auction() external view returns (uint256, uint256, uint256, uint256, address, bool) {
        _answer(5 * 32);
        (Sale memory sale, uint256 number) = (_sale(), _state().number);
        uint256 amount = _amountOf(sale);
        _shorten(abi.encode(number, amount, 1, sale.end, sale.bidder, sale.settled), 5 * 32);
        return (number, amount, 1, sale.end, sale.bidder, sale.settled);
    }

    function reservePrice() external view returns (uint256) {
        _answer(16);
        _shorten(abi.encode(_sale().reserve), 16);
        return _sale().reserve;
    }

    function minBidIncrementPercentage() external view returns (uint256) {
        _answer(16);
        _shorten(abi.encode(_state().percent), 16);
        return _state().percent;
    }

    function nouns() external view returns (address) {
        return address(_state().token);
    }

    function weth() external view returns (address) {
        return _state().weth;
    }

    /// @notice An auction as it is, however questions are answered.
    function saleOf(uint256 number) external view returns (Sale memory) {
        return _state().sales[number];
    }

    // SHARED STEPS

    function _takeBid(Sale storage sale) internal {
        State storage state = _state();
        (address before, uint256 amount) = (sale.bidder, sale.amount);
        _reenter();
        if (before != address(0)) _refund(before, amount);
        if (state.sellsAtOnce) state.token.transferFrom(address(this), msg.sender, sale.tokenId);
        if (!state.isDeaf) (sale.bidder, sale.amount) = (msg.sender, msg.value - state.understates);
        _reenter();
    }

    function _end(Sale storage sale) internal {
        _reenter();
        require(!sale.settled && block.timestamp >= sale.end && _state().answers == Answers.Honest, "not over");
        sale.settled = true;
    }

    function _refund(address to, uint256 amount) internal {
        Refunds refunds = _state().refunds;
        if (refunds == Refunds.None) return;
        if (refunds == Refunds.Short) --amount;
        if (refunds == Refunds.Wrapped) {
            this.act(_state().weth, amount, abi.encodeWithSignature("deposit()"));
            IERC20(_state().weth).transfer(to, amount);
            return;
        }
        // solhint-disable-next-line avoid-low-level-calls
        (bool done,) = to.call{value: amount}("");
        require(done, "refund refused");
    }

    function _reenter() private {
        Call[] storage calls = _state().calls;
        for (uint256 i = 0; i < calls.length; ++i) {
            Call memory one = calls[i];
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, bytes memory answer) = one.target.call(one.data);
            emit Reentered(one.target, bytes4(one.data), done, bytes4(answer));
        }
    }

    function _amountOf(Sale memory sale) internal view returns (uint256) {
        return _state().answers == Answers.Strange ? 1 << 128 : sale.amount;
    }

    /// @dev Ends the call unless it is to be answered; `few` bytes where that is too few.
    function _answer(uint256 few) internal view {
        Answers answers = _state().answers;
        if (answers == Answers.Honest || answers == Answers.Strange) return;
        if (answers == Answers.Refuse) revert("no answer");
        while (answers == Answers.BurnGas) {}
        uint256 size =
            answers == Answers.Nothing ? 0 : answers == Answers.TooFew ? few : answers == Answers.TooMuch ? 100_000 : WORDS;
        assembly {
            let start := mload(0x40)
            for { let i := 0 } lt(i, WORDS) { i := add(i, 32) } { mstore(add(start, i), not(0)) }
            return(start, size)
        }
    }

    /// @dev Ends the call with no more than `few` bytes of the true answer, or none, if this is the question.
    function _shorten(bytes memory answer, uint256 few) private view {
        State storage state = _state();
        if (msg.sig != state.muted) return;
        if (!state.isShort) revert("not this");
        assembly {
            return(add(answer, 0x20), few)
        }
    }

    function _sale() private view returns (Sale storage) {
        return _state().sales[_state().number];
    }

    function _state() internal pure returns (State storage state) {
        bytes32 place = PLACE;
        assembly {
            state.slot := place
        }
    }
}
