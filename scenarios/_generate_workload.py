"""Workloads: the full-time equivalents of a post's category, shared over the duties that take that category."""

from collections.abc import Mapping, Sequence

from _generate_format import Row

STEP = 5  # hundredths of a full-time person; every workload is a multiple


def split(total: int, shares: Sequence[int]) -> list[int]:
    """Split hundredths by shares in whole steps (largest remainder, earlier first)."""
    steps, weight = total // STEP, sum(shares)
    parts = [steps * share // weight for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (-(steps * shares[i] % weight), i))
    for i in by_remainder[: steps - sum(parts)]:
        parts[i] += 1
    return [part * STEP for part in parts]


def workload_rows(
    task_force: str, shares: Mapping[str, int], tags: Mapping[str, Sequence[str]], demand: Mapping[str, int]
) -> list[Row]:
    """Rows of one task force; `demand` is hundredths by category, `shares` the weight of each of its duties."""
    rows = []
    for category, total in demand.items():
        duties = [duty for duty in shares if category in tags[duty]]
        if not duties:
            raise ValueError(f"{task_force}: no duty takes {category}")
        for duty, part in zip(duties, split(total, [shares[duty] for duty in duties]), strict=True):
            if part:
                row = {"task_force": task_force, "duty": duty, "category": category, "fte": f"{part / 100:g}"}
                rows.append(row)
    return sorted(rows, key=lambda row: (row["duty"], list(demand).index(row["category"])))
