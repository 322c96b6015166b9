"""Whether somebody in several groups does better by bidding in fewer: what no theorem of "When Bidders Are DAOs" excludes.

Names of an instance are unique within a group only; here one that recurs is taken to be one person.
Amounts are integers in units.
"""

from dataclasses import replace

from offchain.model.checks.finding import Finding, Verdict
from offchain.model.instances.two_level import Member, TwoLevelInstance
from offchain.model.mechanisms.price_rule import PriceRule
from offchain.model.mechanisms.two_level import solve

WORK_LIMIT = 2_000_000
"""How many bids the search may read (a few seconds); beyond, it is left out, and says so."""


def several_groups(instance: TwoLevelInstance, rule: PriceRule) -> list[Finding]:
    """One finding if some name recurs, else none. Tries the truth in all groups but one, for each name and group."""
    shared = in_several(instance)
    if not shared:
        return []
    name = "several groups"
    size = sum(len(group.members) for group in instance.groups) * instance.items
    if size * sum(1 + len(groups) for groups in shared.values()) > WORK_LIMIT:
        return [Finding(name, Verdict.NOT_CLAIMED, "not searched: too many members")]
    for person, groups in shared.items():
        honest = told(instance, person, groups)
        truthful = gain(honest, person, rule)
        for group in groups:
            better = gain(told(honest, person, [group], silent=True), person, rule)
            if better > truthful:
                detail = (
                    f"if {person} of {' and of '.join(groups)} is one, it gets {truthful} by the truth in all"
                    f" and {better} by bidding 0 in {group}"
                )
                return [Finding(name, Verdict.NOT_CLAIMED, detail)]
    tried = f"no gain from bidding 0 in one of them, {len(shared)} names in several groups"
    return [Finding(name, Verdict.HOLDS, tried)]


def in_several(instance: TwoLevelInstance) -> dict[str, list[str]]:
    """The names that recur, each with its groups in order."""
    groups: dict[str, list[str]] = {}
    for group in instance.groups:
        for member in group.members:
            groups.setdefault(member.name, []).append(group.name)
    return {person: names for person, names in groups.items() if len(names) > 1}


def told(
    instance: TwoLevelInstance, person: str, groups: list[str], silent: bool = False
) -> TwoLevelInstance:
    """The same where this person bids its values in these groups, or nothing."""

    def speaking(member: Member) -> Member:
        if member.name != person:
            return member
        return replace(member, bids=(0,) * instance.items if silent else member.values)

    return replace(
        instance,
        groups=tuple(
            replace(group, members=tuple(map(speaking, group.members)))
            if group.name in groups
            else group
            for group in instance.groups
        ),
    )


def gain(instance: TwoLevelInstance, person: str, rule: PriceRule) -> int:
    """What this person has of all its groups: the values of what it gets, less what it pays."""
    found = 0
    for item, lot in enumerate(solve(instance, rule).items):
        if lot.winner is not None and person in lot.served:
            members = instance.group(lot.winner).members
            value = next(member.values[item] for member in members if member.name == person)
            found += value - lot.charge(person)
    return found
