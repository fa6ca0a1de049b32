"""What a plan means, written a second time from the texts, without a solver: the audit and the reports rest on it."""
