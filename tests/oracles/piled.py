"""Which bikes are a pile, by the sentences of DBSCAN in plain Python.

Imports nothing of the house. Points are (x, y) in metres; every pair is looked at.
"""

from __future__ import annotations

from math import hypot

Point = tuple[float, float]


def clusters(points: list[Point], eps: float, least: int) -> set[frozenset[int]]:
    """The clusters of points, as the places of their points.

    A core has, with itself, `least` points within `eps`; cores that close to each other are
    of one cluster, and so is whatever is joined by such steps; another point within `eps`
    of cores is of the cluster of the nearest.
    """
    n = range(len(points))

    def away(one: int, other: int) -> float:
        return hypot(
            points[one][0] - points[other][0], points[one][1] - points[other][1]
        )

    cores = [at for at in n if sum(away(at, each) <= eps for each in n) >= least]
    left, found = set(cores), []
    while left:
        group = {left.pop()}
        grown = True
        while grown:
            more = {each for each in left if any(away(each, at) <= eps for at in group)}
            group, left, grown = group | more, left - more, bool(more)
        found.append(group)
    joined = [set(group) for group in found]
    for at in n:
        near = [core for core in cores if away(at, core) <= eps]
        if at not in cores and near:
            nearest = min(near, key=lambda core: (away(at, core), core))
            for group, members in zip(found, joined, strict=True):
                if nearest in group:
                    members.add(at)
    return {frozenset(group) for group in joined}
