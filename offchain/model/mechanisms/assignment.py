"""The assignment problem in integers of any size: which rows to pair with which columns for the largest sum.

Source: Kuhn's Hungarian method with shortest augmenting paths (Jonker and Volgenant, 1987).
"""

from collections.abc import Sequence


def pairs(worths: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Pairs of a row and a column, each at most once, of the largest sum of non-negative entries.

    Row by row, each by the shortest path to a free column, with potentials that keep all lengths from
    falling below 0. O(rows^2 * (rows + columns)).
    """
    rows = len(worths)
    if not rows:
        return []
    # A column of its own for every row that had better stay without one; index 0 is the root of paths.
    columns = len(worths[0]) + rows
    row_potential = [0] * (rows + 1)
    column_potential = [0] * (columns + 1)
    row_of = [0] * (columns + 1)
    for new in range(1, rows + 1):
        row_of[0] = new
        column = 0
        before = [0] * (columns + 1)
        distance: list[int | None] = [None] * (columns + 1)
        reached = [False] * (columns + 1)
        while row_of[column]:
            reached[column] = True
            row = row_of[column]
            entries = worths[row - 1]
            nearest, step = 0, 0
            for other in range(1, columns + 1):
                if reached[other]:
                    continue
                worth = entries[other - 1] if other <= len(entries) else 0
                length = -worth - row_potential[row] - column_potential[other]
                known = distance[other]
                if known is None or length < known:
                    distance[other] = known = length
                    before[other] = column
                if not nearest or known < step:
                    nearest, step = other, known
            for other in range(columns + 1):
                known = distance[other]
                if reached[other]:
                    row_potential[row_of[other]] += step
                    column_potential[other] -= step
                elif known is not None:
                    distance[other] = known - step
            column = nearest
        while column:
            row_of[column] = row_of[before[column]]
            column = before[column]
    return [
        (row - 1, column - 1)
        for column, row in enumerate(row_of)
        if row and 0 < column <= len(worths[0])
    ]
