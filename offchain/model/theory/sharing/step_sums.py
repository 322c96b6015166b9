"""Rules of `steps.py` for two members by a formula: the group buys where one has the price, or both indexes add up to enough.

Who has index i has the part f(i) of the access, whatever the other has. With m steps and a least sum s, payments are the price if

    f(i) - f(i-1) = f(s-i)/i    for the indexes i from s-m+2 to m-1,
    f(m) - f(m-1) = (s-m+1)·f(0)/m,    f(0) = … = f(s-m),    f(m) = 1,

and if each pays half where both have index m. `Steps.check` holds what comes of that to all promises.
"""

from fractions import Fraction

from offchain.model.theory.sharing.steps import Indexes, Steps


def by_sum(steps: int, least: int) -> Steps:
    """The rule for two members who buy where an index is `steps` or both add up to `least`, a sum between steps and 2·steps - 2.

    Not every sum makes a rule that `Steps.check` is satisfied with. O(steps^2).
    """
    part = _parts(steps, least)
    access: dict[tuple[Indexes, int], Fraction] = {
        ((high, low), own): part[own]
        for high in range(steps + 1)
        for low in range(high + 1)
        if high == steps or high + low >= least
        for own in (high, low)
    }
    return Steps(2, steps, access)


def _parts(steps: int, least: int) -> list[Fraction]:
    """By index: outwards from the middle, each from those before it, up to a factor that the payment of half decides."""
    first = least - steps + 1
    middle, *outwards = sorted(range(first, steps), key=lambda index: abs(2 * index - least))
    shape = {middle: Fraction(1)}
    for index in outwards:
        if index > middle:
            shape[index] = shape[index - 1] + shape[least - index] / index
        else:
            shape[index] = shape[index + 1] - shape[least - index - 1] / (index + 1)
    growth = (index * (shape[index] - shape[index - 1]) for index in range(first + 1, steps))
    factor = Fraction(steps, 2) / sum(growth, first * shape[first])
    rising = [factor * shape[index] for index in range(first, steps)]
    free = (1 - rising[-1]) * steps / first
    return [free] * first + rising + [Fraction(1)]
