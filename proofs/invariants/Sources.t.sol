// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRandomness} from "../../contracts/interfaces/IRandomness.sol";
import {BeaconRandomness} from "../../contracts/randomness/BeaconRandomness.sol";
import {CommitRevealRandomness} from "../../contracts/randomness/CommitRevealRandomness.sol";
import {Actor} from "../../contracts/test/Actor.sol";
import {Campaign, Handler, deployed, vm, words} from "./Campaign.sol";

/// @title What people do at a beacon above secrets, and books of its own about it
/// @notice Three consumers ask either source; five people seal secrets, of whom one refuses ether and one calls back when paid. Block headers are
/// made up, with the hash that the chain tells.
contract SourcesHandler is Handler {
    string private constant ACTIONS =
        "ask,pass,seal,copy,open,open in vain,draw,withdrawBonds,prove,prove falsely,prove out of time,fallBack,force";

    /// @dev A draw by secrets.
    struct Secrets {
        address consumer;
        uint256 id;
        uint256 round;
        uint256 endOfSealing;
        uint256 seals;
        uint256 opened;
        uint256 mix;
        bool drawn;
        uint256 word;
    }

    /// @dev A draw by the beacon; `secrets` is its place among those by secrets once it fell back.
    struct Draw {
        address consumer;
        uint256 id;
        uint256 blockNumber;
        BeaconRandomness.BeaconPhase phase;
        uint256 word;
        uint256 secrets;
    }

    struct Sealed {
        bytes32 commitment;
        bytes32 secret;
        bool copied;
        bool opened;
    }

    uint256 public constant BOND = 0.1 ether + 7;
    uint256 internal constant SEALING = 30 minutes;
    uint256 internal constant REVEAL = 20 minutes;
    uint256 internal constant SLOT = 12;
    uint256 internal constant PROOF_WINDOW = 256;
    uint256 internal constant DELAY = 132;
    uint256 internal constant MOST_DRAWS = 24;
    uint256 public constant PEOPLE = 5;
    uint256 internal constant CONSUMERS = 3;
    /// @notice Where those are paid who refuse it themselves.
    address public constant PURSE = address(0x9153E);
    /// @notice Who has no part in anything, and does what anyone may; with money for bonds.
    address public constant STRANGER = address(0x57A46E12);

    CommitRevealRandomness public secrets;
    BeaconRandomness public beacon;
    address[PEOPLE] public people;

    Secrets[] internal _secrets;
    Draw[] internal _draws;
    mapping(uint256 place => mapping(uint256 round => mapping(address sealer => Sealed))) internal _sealed;
    mapping(address consumer => uint256) private _ids;
    mapping(address sealer => uint256) public redeemed;
    uint256 public paidIn;
    uint256 public paidOut;
    uint256 public opened;
    uint256 public forced;
    uint256 public broughtIn;

    constructor() Handler(words(ACTIONS)) {
        bytes memory terms = abi.encode(BOND, SEALING, REVEAL);
        secrets = CommitRevealRandomness(deployed("CommitRevealRandomness", terms));
        beacon = BeaconRandomness(deployed("BeaconRandomness", abi.encode(secrets)));
        for (uint160 i = 0; i < 3; ++i) {
            people[i] = address(0xA11CE000 + i);
        }
        (people[3], people[4]) = (_actor(Actor.Manner.Refuse), _actor(Actor.Manner.Reenter));
        for (uint256 i = 0; i < PEOPLE; ++i) {
            vm.deal(people[i], 1_000 ether);
        }
        vm.deal(STRANGER, 1_000 ether);
        broughtIn = (PEOPLE + 1) * 1_000 ether;
    }

    // ACTIONS

    /// @dev Of either source; a second time for the same id in vain.
    function ask(uint256 seed) external seeded(seed) {
        if (_secrets.length + _draws.length >= MOST_DRAWS) return;
        address consumer = address(uint160(0xC0000 + _draw(CONSUMERS)));
        bool direct = _oneIn(2);
        uint256 id = ++_ids[consumer];
        if (direct) _secrets.push();
        if (direct) (_secrets[_secrets.length - 1].consumer, _secrets[_secrets.length - 1].id) = (consumer, id);
        else _draws.push(Draw(consumer, id, _number() + DELAY, BeaconRandomness.BeaconPhase.Waiting, 0, 0));
        IRandomness source = direct ? IRandomness(secrets) : IRandomness(beacon);
        vm.prank(consumer);
        source.request(id);
        vm.prank(consumer);
        try source.request(id) {
            revert("asked twice");
        } catch {}
        _note("ask", true);
    }

    /// @dev A block in every slot, some minutes at a time.
    function pass(uint256 seed) external seeded(seed) {
        _mine(1 + _draw(_oneIn(12) ? 400 : 60));
        _note("pass", true);
    }

    /// @dev Now and then a copy of another's seal.
    function seal(uint256 seed) external seeded(seed) {
        uint256 place = _secretsIn(CommitRevealRandomness.SecretsPhase.Sealing, CommitRevealRandomness.SecretsPhase.Open);
        if (place == 0) return;
        address me = people[_draw(PEOPLE)];
        address other = people[_draw(PEOPLE)];
        Secrets storage note = _secrets[place - 1];
        uint256 round = phaseOf(place) == CommitRevealRandomness.SecretsPhase.Open ? note.round + 1 : note.round;
        if (_sealed[place][round][me].commitment != 0) return;
        bytes32 secret = bytes32(_draw(type(uint256).max));
        Sealed storage theirs = _sealed[place][round][other];
        if (theirs.commitment == 0 || !_oneIn(4)) {
            _seal(place, me, secret, _commitment(note, me, secret), false);
            _note("seal", true);
            return;
        }
        _seal(place, me, theirs.secret, theirs.commitment, true);
        _note("copy", true);
    }

    /// @dev By a stranger who knows the secret. What was copied does not open, nor does anything open twice.
    function open(uint256 seed) external seeded(seed) {
        uint256 place = _secretsIn(CommitRevealRandomness.SecretsPhase.Reveal, CommitRevealRandomness.SecretsPhase.Reveal);
        if (place == 0) return;
        Secrets storage note = _secrets[place - 1];
        address me = people[_draw(PEOPLE)];
        Sealed storage mine = _sealed[place][note.round][me];
        if (mine.commitment != 0 && !mine.opened && !mine.copied) {
            _open(place, me);
            _note("open", true);
            return;
        }
        vm.prank(STRANGER);
        try secrets.reveal(note.consumer, note.id, me, mine.secret) {
            revert("what is no sealed secret was opened");
        } catch {}
        _note("open in vain", true);
    }

    function draw(uint256 seed) external seeded(seed) {
        uint256 place = _secretsIn(CommitRevealRandomness.SecretsPhase.Ready, CommitRevealRandomness.SecretsPhase.Ready);
        if (place == 0) return;
        _drawWord(place);
        _note("draw", true);
    }

    function withdrawBonds(uint256 seed) external seeded(seed) {
        address me = people[_draw(PEOPLE)];
        if (redeemed[me] == 0) return;
        _withdraw(me);
        _note("withdrawBonds", true);
    }

    function prove(uint256 seed) external seeded(seed) {
        uint256 place = _waiting();
        if (place == 0 || !_isProvable(place)) return;
        _prove(place);
        _note("prove", true);
    }

    /// @dev By another block's header, or its own with another mix, or too early, or too late.
    function lie(uint256 seed) external seeded(seed) {
        uint256 place = _waiting();
        if (place == 0) return;
        Draw storage note = _draws[place - 1];
        bool isProvable = _isProvable(place);
        bytes memory header = _header(isProvable ? note.blockNumber + 1 + _draw(3) : note.blockNumber);
        if (isProvable) vm.setBlockhash(note.blockNumber, keccak256(_header(note.blockNumber)));
        vm.prank(STRANGER);
        try beacon.prove(note.consumer, note.id, header) {
            revert("a false header was taken");
        } catch {}
        _note(isProvable ? "prove falsely" : "prove out of time", true);
    }

    function fallBack(uint256 seed) external seeded(seed) {
        uint256 place = _waiting();
        if (place == 0) return;
        Draw storage note = _draws[place - 1];
        if (_number() > note.blockNumber + PROOF_WINDOW) {
            _fallBack(place);
            _note("fallBack", true);
            return;
        }
        vm.prank(STRANGER);
        try beacon.fallBack(note.consumer, note.id) {
            revert("fell back while it could be proved");
        } catch {}
    }

    /// @dev As the end of another contract forces it.
    function force(uint256 seed) external seeded(seed) {
        uint256 amountWei = 1 + _draw(1 ether);
        vm.deal(address(secrets), address(secrets).balance + amountWei);
        (forced, broughtIn) = (forced + amountWei, broughtIn + amountWei);
        _note("force", true);
    }

    // THE END

    /// @notice A stranger alone brings every request to its word; `proving`, with headers that are proved where they can be.
    function finish(bool proving) external override {
        for (uint256 place = 1; place <= _draws.length; ++place) {
            if (_draws[place - 1].phase != BeaconRandomness.BeaconPhase.Waiting) continue;
            uint256 end = _draws[place - 1].blockNumber + (proving ? 1 : PROOF_WINDOW + 1);
            if (_number() < end) _mine(end - _number());
            if (proving && _isProvable(place)) _prove(place);
            else if (_number() > _draws[place - 1].blockNumber + PROOF_WINDOW) _fallBack(place);
        }
        for (uint256 place = 1; place <= _secrets.length; ++place) {
            _finishSecrets(place);
        }
        _checkWithin();
        for (uint256 i = 0; i < _draws.length; ++i) {
            (bool drawn,) = beacon.wordOf(_draws[i].consumer, _draws[i].id);
            require(drawn, "a request has no word");
        }
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (redeemed[people[i]] != 0) _withdraw(people[i]);
        }
        if (redeemed[STRANGER] != 0) _withdraw(STRANGER);
        uint256 burnt = paidIn - opened * BOND;
        require(address(secrets).balance == burnt + forced, "something is left beside bonds that were burnt");
    }

    // VIEWS

    function sizes() external view returns (uint256, uint256) {
        return (_secrets.length, _draws.length);
    }

    function secretsAt(uint256 place) external view returns (Secrets memory) {
        return _secrets[place - 1];
    }

    function drawAt(uint256 place) external view returns (Draw memory) {
        return _draws[place - 1];
    }

    /// @notice How a draw by secrets must stand.
    function phaseOf(uint256 place) public view returns (CommitRevealRandomness.SecretsPhase) {
        Secrets storage note = _secrets[place - 1];
        if (note.drawn) return CommitRevealRandomness.SecretsPhase.Drawn;
        if (note.round == 0) return CommitRevealRandomness.SecretsPhase.Open;
        if (_now() < note.endOfSealing) return CommitRevealRandomness.SecretsPhase.Sealing;
        if (_now() < note.endOfSealing + REVEAL) return CommitRevealRandomness.SecretsPhase.Reveal;
        return note.opened == 0 ? CommitRevealRandomness.SecretsPhase.Open : CommitRevealRandomness.SecretsPhase.Ready;
    }

    // STEPS

    function _mine(uint256 blocks) private {
        vm.roll(_number() + blocks);
        vm.warp(_now() + blocks * SLOT);
    }

    function _commitment(Secrets storage note, address sealer, bytes32 secret) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, secrets, note.consumer, note.id, sealer, secret));
    }

    function _seal(uint256 place, address me, bytes32 secret, bytes32 commitment, bool copied) private {
        Secrets storage note = _secrets[place - 1];
        if (phaseOf(place) == CommitRevealRandomness.SecretsPhase.Open) {
            (note.round, note.endOfSealing, note.seals) = (note.round + 1, _now() + SEALING, 0);
        }
        vm.prank(me);
        secrets.commit{value: BOND}(note.consumer, note.id, commitment);
        _sealed[place][note.round][me] = Sealed(commitment, secret, copied, false);
        ++note.seals;
        paidIn += BOND;
    }

    function _open(uint256 place, address me) private {
        Secrets storage note = _secrets[place - 1];
        Sealed storage mine = _sealed[place][note.round][me];
        vm.prank(STRANGER);
        secrets.reveal(note.consumer, note.id, me, mine.secret);
        mine.opened = true;
        redeemed[me] += BOND;
        ++opened;
        note.mix ^= uint256(keccak256(abi.encode(me, mine.secret)));
        if (++note.opened == note.seals) _noteWord(note);
    }

    function _drawWord(uint256 place) private {
        Secrets storage note = _secrets[place - 1];
        vm.prank(STRANGER);
        secrets.draw(note.consumer, note.id);
        _noteWord(note);
    }

    function _noteWord(Secrets storage note) private {
        note.drawn = true;
        note.word = uint256(keccak256(abi.encode(block.chainid, secrets, note.consumer, note.id, note.mix)));
    }

    function _withdraw(address me) private {
        address recipient = me == people[3] ? PURSE : me;
        if (me == people[4]) Actor(payable(me)).prepare(address(secrets), abi.encodeCall(secrets.withdrawBonds, (me)));
        uint256 before = recipient.balance;
        vm.prank(me);
        secrets.withdrawBonds(recipient);
        require(recipient.balance - before == redeemed[me], "withdrawn is not what was redeemed");
        (paidOut, redeemed[me]) = (paidOut + redeemed[me], 0);
    }

    function _isProvable(uint256 place) private view returns (bool) {
        uint256 blockNumber = _draws[place - 1].blockNumber;
        return _number() > blockNumber && _number() <= blockNumber + PROOF_WINDOW;
    }

    function _prove(uint256 place) private {
        Draw storage note = _draws[place - 1];
        bytes memory header = _header(note.blockNumber);
        vm.setBlockhash(note.blockNumber, keccak256(header));
        vm.prank(STRANGER);
        beacon.prove(note.consumer, note.id, header);
        note.phase = BeaconRandomness.BeaconPhase.Drawn;
        bytes32 mix = _mixOf(note.blockNumber);
        note.word = uint256(keccak256(abi.encode(block.chainid, beacon, note.consumer, note.id, mix)));
    }

    function _fallBack(uint256 place) private {
        Draw storage note = _draws[place - 1];
        vm.prank(STRANGER);
        beacon.fallBack(note.consumer, note.id);
        note.phase = BeaconRandomness.BeaconPhase.FellBack;
        Secrets storage other = _secrets.push();
        (other.consumer, other.id) = (address(beacon), uint256(keccak256(abi.encode(note.consumer, note.id))));
        note.secrets = _secrets.length;
    }

    /// @dev Nobody else seals or opens anything any more.
    function _finishSecrets(uint256 place) private {
        Secrets storage note = _secrets[place - 1];
        if (phaseOf(place) == CommitRevealRandomness.SecretsPhase.Sealing) _mine((SEALING + REVEAL) / SLOT);
        if (phaseOf(place) == CommitRevealRandomness.SecretsPhase.Reveal) _mine(REVEAL / SLOT);
        if (phaseOf(place) == CommitRevealRandomness.SecretsPhase.Open) {
            bytes32 secret = keccak256(abi.encode(place));
            _seal(place, STRANGER, secret, _commitment(note, STRANGER, secret), false);
            _mine(SEALING / SLOT);
            _open(place, STRANGER);
        }
        if (phaseOf(place) == CommitRevealRandomness.SecretsPhase.Ready) _drawWord(place);
        require(note.drawn, "no word");
    }

    /// @dev A word that nobody proves is there within the time that the source tells, with a block in every slot, though the one secret is
    /// opened in the last second.
    function _checkWithin() private {
        uint256 start = _now();
        address consumer = address(0xC0000);
        uint256 id = ++_ids[consumer];
        _draws.push(Draw(consumer, id, _number() + DELAY, BeaconRandomness.BeaconPhase.Waiting, 0, 0));
        vm.prank(consumer);
        beacon.request(id);
        _mine(DELAY + PROOF_WINDOW + 1);
        _fallBack(_draws.length);
        uint256 place = _secrets.length;
        Secrets storage note = _secrets[place - 1];
        bytes32 secret = keccak256(abi.encode(place));
        _seal(place, STRANGER, secret, _commitment(note, STRANGER, secret), false);
        vm.warp(note.endOfSealing + REVEAL - 1);
        _open(place, STRANGER);
        require(note.drawn && _now() - start <= beacon.wordWithin(), "a word took longer than the source tells");
    }

    function _mixOf(uint256 blockNumber) private pure returns (bytes32) {
        return keccak256(abi.encode("mix", blockNumber));
    }

    /// @dev A header as a beacon chain makes them: RLP, 15 fields up to the nonce, and one that a fork appended.
    function _header(uint256 blockNumber) private pure returns (bytes memory) {
        bytes memory body = abi.encodePacked(
            hex"a0", keccak256("parent"), hex"a0", keccak256("uncles"), hex"94", address(0xC0FFEE), hex"a0", keccak256("state")
        );
        body = abi.encodePacked(
            body, hex"a0", keccak256("transactions"), hex"a0", keccak256("receipts"), hex"b90100", new bytes(256)
        );
        body = abi.encodePacked(
            body,
            hex"80",
            hex"84",
            uint32(blockNumber),
            hex"8401c9c380",
            hex"80",
            hex"846789abcd",
            hex"80",
            hex"a0",
            _mixOf(blockNumber)
        );
        body = abi.encodePacked(body, hex"880000000000000000", hex"843b9aca00");
        return abi.encodePacked(hex"f9", uint16(body.length), body);
    }

    // CHOICES

    /// @dev One of the draws by secrets in one of two phases, counted from 1; 0 if there is none.
    function _secretsIn(CommitRevealRandomness.SecretsPhase one, CommitRevealRandomness.SecretsPhase other)
        private
        returns (uint256 place)
    {
        if (_secrets.length == 0) return 0;
        uint256 first = _draw(_secrets.length);
        for (uint256 i = 0; i < _secrets.length; ++i) {
            place = 1 + (first + i) % _secrets.length;
            CommitRevealRandomness.SecretsPhase now_ = phaseOf(place);
            if (now_ == one || now_ == other) return place;
        }
        return 0;
    }

    /// @dev One of the draws that wait for the beacon, counted from 1; 0 if there is none.
    function _waiting() private returns (uint256 place) {
        if (_draws.length == 0) return 0;
        uint256 first = _draw(_draws.length);
        for (uint256 i = 0; i < _draws.length; ++i) {
            place = 1 + (first + i) % _draws.length;
            if (_draws[place - 1].phase == BeaconRandomness.BeaconPhase.Waiting) return place;
        }
        return 0;
    }

    function _actor(Actor.Manner manner) private returns (address) {
        Actor actor = Actor(payable(deployed("Actor", "")));
        actor.behave(manner);
        return address(actor);
    }

    /// @dev The compiler takes time and number of the block for the same throughout a call.
    function _now() private view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    function _number() private view returns (uint256) {
        return vm.getBlockNumber();
    }
}

/// @title Sources of random words under random histories
contract Sources is Campaign("Sources") {
    SourcesHandler private _people;
    CommitRevealRandomness private _secrets;
    BeaconRandomness private _beacon;

    function setUp() public {
        vm.warp(1_800_000_000);
        vm.roll(20_000_000);
        _people = new SourcesHandler();
        (_secrets, _beacon) = (_people.secrets(), _people.beacon());
    }

    function invariant_sources() external view {
        (uint256 bySecrets, uint256 byBeacon) = _people.sizes();
        for (uint256 place = 1; place <= bySecrets; ++place) {
            _isAsNoted(place);
        }
        for (uint256 place = 1; place <= byBeacon; ++place) {
            _isDrawAsNoted(place);
        }
        require(address(_beacon).balance == 0, "the beacon has ether");
        uint256 kept = _people.paidIn() - _people.paidOut();
        require(address(_secrets).balance == kept + _people.forced(), "the balance is not all bonds less those withdrawn");
        uint256 found = _people.PURSE().balance + _people.STRANGER().balance + address(_secrets).balance;
        uint256 due;
        for (uint256 i = 0; i < _people.PEOPLE(); ++i) {
            address sealer = _people.people(i);
            require(_secrets.redeemed(sealer) == _people.redeemed(sealer), "redeemed is not one bond for each secret opened");
            due += _people.redeemed(sealer);
            found += sealer.balance;
        }
        require(due + _people.paidOut() == _people.opened() * _people.BOND(), "bonds of secrets that are not open were redeemed");
        require(found == _people.broughtIn(), "ether went astray");
    }

    function _handler() internal view override returns (Handler) {
        return _people;
    }

    /// @dev A word that is there is the one noted when it came, and so never changes.
    function _isAsNoted(uint256 place) private view {
        SourcesHandler.Secrets memory note = _people.secretsAt(place);
        CommitRevealRandomness.Draw memory kept = _secrets.drawOf(note.consumer, note.id);
        require(_secrets.phase(note.consumer, note.id) == _people.phaseOf(place), "another phase than it must be");
        require(kept.round == note.round && kept.endOfSealing == note.endOfSealing, "another round");
        require(kept.seals == note.seals && kept.opened == note.opened, "other secrets");
        require(kept.mix == (note.drawn ? note.word : note.mix), "another mix");
        (bool drawn, uint256 word) = _secrets.wordOf(note.consumer, note.id);
        require(drawn == note.drawn && word == note.word, "another word");
    }

    function _isDrawAsNoted(uint256 place) private view {
        SourcesHandler.Draw memory note = _people.drawAt(place);
        (BeaconRandomness.BeaconPhase phase, uint256 blockNumber) = _beacon.drawOf(note.consumer, note.id);
        require(phase == note.phase && blockNumber == note.blockNumber, "another block");
        bool isDrawn = phase == BeaconRandomness.BeaconPhase.Drawn;
        uint256 expected = note.word;
        if (phase == BeaconRandomness.BeaconPhase.FellBack) {
            SourcesHandler.Secrets memory other = _people.secretsAt(note.secrets);
            (isDrawn, expected) = (other.drawn, other.word);
        }
        (bool drawn, uint256 word) = _beacon.wordOf(note.consumer, note.id);
        require(drawn == isDrawn && word == expected, "another word");
    }
}
