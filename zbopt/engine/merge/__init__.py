"""Merging: candidate teams, set partitioning, staffing at desks, merit by partitions. Meaning: `docs/merging.md`."""
