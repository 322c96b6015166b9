"""Who takes part in a demo of groups, from which accounts."""

from collections.abc import Mapping

from rich.console import Console

from offchain.chain.backend import Chain
from offchain.demo.scenario import Scenario
from offchain.play.behaviour import MemberKey
from offchain.play.stage import FIRST_PLAYER
from offchain.report.amounts import count, parties


def accounts_of(scenario: Scenario, chain: Chain, any_address: bool) -> Mapping[MemberKey, str]:
    """The address each member bids from: the one it ought to, where that can be, else an account of the back end's."""
    keys = [
        (group.name, member.name) for group in scenario.instance.groups for member in group.members
    ]
    wished = scenario.addresses if any_address else {}
    return {
        key: wished.get(key) or chain.actor(FIRST_PLAYER + index) for index, key in enumerate(keys)
    }


def introduce(scenario: Scenario, chain: Chain, console: Console, seconds: int) -> None:
    """Says who takes part, and what is different where time is real: it takes so many seconds."""
    groups = scenario.instance.groups
    bidders = sum(len(group.members) for group in groups)
    alone = sum(len(group.members) == 1 for group in groups)
    console.print(
        f"[bold]{scenario.title}[/] on {chain.name} (chain id {chain.chain_id}): one item, "
        f"{parties(len(groups) - alone, alone)}, {count(bidders, 'bidder')} in all.",
        highlight=False,
    )
    if chain.time_is_free:
        return
    console.print(
        f"The clock of this node cannot be moved: it takes {count(seconds // 60, 'minute')} of waiting.",
        highlight=False,
    )
    if scenario.addresses:
        console.print(
            "This node sends for its own accounts only: members bid from accounts of Consort's "
            "instead of the addresses that contributed.",
            highlight=False,
        )
