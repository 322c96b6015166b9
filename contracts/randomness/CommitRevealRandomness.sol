// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../interfaces/IRandomness.sol";
import {ITimedRandomness} from "../interfaces/ITimedRandomness.sol";
import {Payments} from "../libraries/Payments.sol";

/// @title Random words from secrets that anyone adds
/// @notice The first secret sealed for a draw opens a round. For `sealingWindow` seconds anyone seals a secret under a bond, for
/// `revealWindow` seconds anyone opens it, and the word is a hash of all secrets opened. It is there as soon as all are open, or when the
/// time is over and one is. If none is, the next seal opens a new round.
/// One secret that nobody else knows before the reveals makes the word random for all others: whoever cares seals one. But whoever reveals
/// last knows the words to come, and can choose: with n secrets of its own, among 2^n words, at one bond for each secret withheld. So the
/// bond must be more than the best word can bring: then withholding even one is a loss.
/// @dev Bonds not redeemed stay here for ever, nobody's: were they shared among those who revealed, somebody under many names would pay
/// itself. The balance covers all other bonds at every moment. Each call costs the same however many take part.
contract CommitRevealRandomness is ITimedRandomness {
    // TYPES

    /// @notice How a draw stands; by the clock, and by what was sealed and opened.
    enum SecretsPhase {
        None, // never asked for
        Open, // no round is under way: the next seal opens one
        Sealing,
        Reveal,
        Ready, // at least one secret is open, the time is over: anyone calls `draw`
        Drawn
    }

    /// @notice A draw, in two slots.
    ///     slot 0: round (32 bits, from 1), endOfSealing (40), seals in this round (32), secrets opened in it (32), requested (8), drawn (8)
    ///     slot 1: the secrets opened so far, mixed; once drawn, the word
    struct Draw {
        uint32 round;
        uint40 endOfSealing;
        uint32 seals;
        uint32 opened;
        bool requested;
        bool drawn;
        uint256 mix;
    }

    // CONSTANTS

    /// @notice Bounds on both windows: long enough that nobody is shut out, short enough that no draw drags on.
    uint256 public constant MIN_WINDOW = 10 minutes;
    uint256 public constant MAX_WINDOW = 7 days;

    /// @dev In place of a seal that was opened.
    bytes32 private constant OPENED = bytes32(uint256(1));

    // IMMUTABLES

    /// @notice What sealing a secret takes, in wei; it comes back when the secret is opened. The least price of turning a draw.
    uint256 public immutable bond;
    /// @notice For how many seconds secrets are sealed, from the first of a round on.
    uint256 public immutable sealingWindow;
    /// @notice For how many seconds after that they are opened.
    uint256 public immutable revealWindow;

    // STORAGE

    /// @dev Slot 0.
    mapping(address consumer => mapping(uint256 id => Draw)) private _draws;
    /// @dev Slot 1: seals, by a hash of consumer, id and round.
    mapping(bytes32 round => mapping(address sealer => bytes32)) private _seals;
    /// @notice Slot 2: bonds redeemed and not yet withdrawn, in wei.
    mapping(address sealer => uint256 amountWei) public redeemed;

    // EVENTS (beside those of IRandomness)

    /// @notice Secrets for this draw are sealed before `endOfSealing`, then opened before `endOfReveal` (seconds since the epoch).
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param round The number of the round, from 1.
    /// @param endOfSealing When sealing ends.
    /// @param endOfReveal When opening ends.
    event RoundOpened(address indexed consumer, uint256 indexed id, uint256 round, uint256 endOfSealing, uint256 endOfReveal);
    /// @notice `sealer` sealed a secret and paid the bond.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param round The number of the round, from 1.
    /// @param sealer Whose secret it is.
    /// @param commitment What was sealed.
    event SecretSealed(address indexed consumer, uint256 indexed id, uint256 round, address sealer, bytes32 commitment);
    /// @notice The secret of `sealer` was opened, which redeemed its bond.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param round The number of the round, from 1.
    /// @param sealer Whose secret it is.
    /// @param secret The secret.
    event SecretOpened(address indexed consumer, uint256 indexed id, uint256 round, address sealer, bytes32 secret);
    /// @notice `sealer` withdrew its redeemed bonds to `recipient`.
    /// @param sealer Whose bonds they are.
    /// @param recipient Who got them.
    /// @param amountWei How much, in wei.
    event BondsWithdrawn(address indexed sealer, address recipient, uint256 amountWei);

    // ERRORS (beside those of IRandomness)

    /// @notice A draw in `phase` does not take this call.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param phase How the draw stands.
    error WrongSecretsPhase(address consumer, uint256 id, SecretsPhase phase);
    /// @notice A window out of `MIN_WINDOW` and `MAX_WINDOW`, in seconds.
    /// @param window The window, in seconds.
    error BadWindow(uint256 window);
    /// @notice Without a bond, withholding would be free.
    error ZeroBond();
    /// @notice `sent` wei came instead of the bond.
    /// @param sent What came, in wei.
    /// @param due The bond, in wei.
    error WrongBond(uint256 sent, uint256 due);
    /// @notice A commitment that stands for no seal, or for an opened one.
    /// @param commitment What was sealed.
    error ReservedCommitment(bytes32 commitment);
    /// @notice `sealer` has sealed a secret in this round.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param sealer Whose secret it is.
    error AlreadySealed(address consumer, uint256 id, address sealer);
    /// @notice `sealer` has sealed none in this round.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param sealer Whose secret it is.
    error NotSealed(address consumer, uint256 id, address sealer);
    /// @notice The secret of `sealer` is open already.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param sealer Whose secret it is.
    error AlreadyOpened(address consumer, uint256 id, address sealer);
    /// @notice The secret is not the one that `sealer` sealed.
    /// @param consumer Who asked for the word.
    /// @param id The consumer's number for it.
    /// @param sealer Whose secret it is.
    error WrongSecret(address consumer, uint256 id, address sealer);
    /// @notice `sealer` has no bonds to withdraw.
    /// @param sealer Who asked for them.
    error NoBonds(address sealer);

    /// @param bond_ What sealing a secret takes, in wei; more than the best word can bring anybody.
    /// @param sealingWindow_ Seconds for sealing.
    /// @param revealWindow_ Seconds for opening.
    constructor(uint256 bond_, uint256 sealingWindow_, uint256 revealWindow_) {
        if (bond_ == 0) revert ZeroBond();
        _requireWindow(sealingWindow_);
        _requireWindow(revealWindow_);
        (bond, sealingWindow, revealWindow) = (bond_, sealingWindow_, revealWindow_);
    }

    // DRAWING

    /// @inheritdoc IRandomness
    function request(uint256 id) external {
        Draw storage current = _draws[msg.sender][id];
        if (current.requested) revert AlreadyRequested(msg.sender, id);
        current.requested = true;
        emit WordRequested(msg.sender, id);
    }

    /// @notice Seals a secret for a draw, once a round, with exactly the bond.
    /// @param consumer Who asked for the draw.
    /// @param id Its id.
    /// @param commitment `keccak256(abi.encode(chainid, this contract, consumer, id, sealer, bytes32 secret))`. The secret must be
    /// random and never used before.
    function commit(address consumer, uint256 id, bytes32 commitment) external payable {
        if (msg.value != bond) revert WrongBond(msg.value, bond);
        if (uint256(commitment) <= uint256(OPENED)) revert ReservedCommitment(commitment);
        SecretsPhase now_ = phase(consumer, id);
        Draw storage current = _draws[consumer][id];
        if (now_ == SecretsPhase.Open) {
            _openRound(current, consumer, id);
        } else if (now_ != SecretsPhase.Sealing) {
            revert WrongSecretsPhase(consumer, id, now_);
        }
        mapping(address sealer => bytes32) storage seals = _sealsOf(consumer, id, current.round);
        if (seals[msg.sender] != 0) revert AlreadySealed(consumer, id, msg.sender);
        seals[msg.sender] = commitment;
        ++current.seals;
        emit SecretSealed(consumer, id, current.round, msg.sender, commitment);
    }

    /// @notice Opens the secret of `sealer`, which redeems its bond. Anyone who knows the secret may call. The last one draws the word.
    /// @param consumer Who asked for the draw.
    /// @param id Its id.
    /// @param sealer Who sealed the secret.
    /// @param secret The secret.
    function reveal(address consumer, uint256 id, address sealer, bytes32 secret) external {
        _requirePhase(consumer, id, SecretsPhase.Reveal);
        Draw storage current = _draws[consumer][id];
        mapping(address sealer => bytes32) storage seals = _sealsOf(consumer, id, current.round);
        bytes32 seal = seals[sealer];
        if (seal == 0) revert NotSealed(consumer, id, sealer);
        if (seal == OPENED) revert AlreadyOpened(consumer, id, sealer);
        if (seal != keccak256(abi.encode(block.chainid, this, consumer, id, sealer, secret))) {
            revert WrongSecret(consumer, id, sealer);
        }
        seals[sealer] = OPENED;
        redeemed[sealer] += bond;
        // exclusive or: were the mix to depend on the order of the reveals, whoever reveals last could choose among orders
        current.mix ^= uint256(keccak256(abi.encode(sealer, secret)));
        emit SecretOpened(consumer, id, current.round, sealer, secret);
        if (++current.opened == current.seals) _draw(current, consumer, id);
    }

    /// @notice Draws the word once the time for reveals is over, if a secret is open. Anyone may call.
    /// @param consumer Who asked for the draw.
    /// @param id Its id.
    function draw(address consumer, uint256 id) external {
        _requirePhase(consumer, id, SecretsPhase.Ready);
        _draw(_draws[consumer][id], consumer, id);
    }

    // BONDS

    /// @notice Pays the caller all bonds that its secrets redeemed.
    /// @param recipient Who gets them.
    function withdrawBonds(address recipient) external {
        uint256 amountWei = redeemed[msg.sender];
        if (amountWei == 0) revert NoBonds(msg.sender);
        redeemed[msg.sender] = 0;
        emit BondsWithdrawn(msg.sender, recipient, amountWei);
        Payments.send(recipient, amountWei);
    }

    // VIEWS

    /// @inheritdoc IRandomness
    function wordOf(address consumer, uint256 id) external view returns (bool drawn, uint256 word) {
        Draw storage current = _draws[consumer][id];
        drawn = current.drawn;
        word = drawn ? current.mix : 0;
    }

    /// @inheritdoc ITimedRandomness
    function wordWithin() external view returns (uint256) {
        return sealingWindow + revealWindow;
    }

    /// @notice A draw as stored.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return The draw; its round may be over, see `phase`.
    function drawOf(address consumer, uint256 id) external view returns (Draw memory) {
        return _draws[consumer][id];
    }

    /// @notice How a draw stands now.
    /// @param consumer Who asked for it.
    /// @param id Its id.
    /// @return The phase.
    function phase(address consumer, uint256 id) public view returns (SecretsPhase) {
        Draw storage current = _draws[consumer][id];
        if (!current.requested) return SecretsPhase.None;
        if (current.drawn) return SecretsPhase.Drawn;
        if (block.timestamp < current.endOfSealing) return SecretsPhase.Sealing;
        if (block.timestamp < current.endOfSealing + revealWindow) return SecretsPhase.Reveal; // before the first round, 1970 is long over
        return current.opened == 0 ? SecretsPhase.Open : SecretsPhase.Ready;
    }

    // SHARED STEPS

    function _openRound(Draw storage current, address consumer, uint256 id) private {
        uint256 endOfSealing = block.timestamp + sealingWindow;
        uint32 round = current.round + 1;
        // casting is safe: 40 bits of seconds last 34,000 years
        (current.round, current.endOfSealing, current.seals) = (round, uint40(endOfSealing), 0);
        emit RoundOpened(consumer, id, round, endOfSealing, endOfSealing + revealWindow);
    }

    function _draw(Draw storage current, address consumer, uint256 id) private {
        uint256 word = uint256(keccak256(abi.encode(block.chainid, this, consumer, id, current.mix)));
        (current.drawn, current.mix) = (true, word);
        emit WordDrawn(consumer, id, word);
    }

    function _sealsOf(address consumer, uint256 id, uint32 round)
        private
        view
        returns (mapping(address sealer => bytes32) storage)
    {
        return _seals[keccak256(abi.encode(consumer, id, round))];
    }

    function _requirePhase(address consumer, uint256 id, SecretsPhase wanted) private view {
        SecretsPhase now_ = phase(consumer, id);
        if (now_ != wanted) revert WrongSecretsPhase(consumer, id, now_);
    }

    function _requireWindow(uint256 window) private pure {
        if (window < MIN_WINDOW || window > MAX_WINDOW) revert BadWindow(window);
    }
}
