"""What comes out: the result, its audit, its readings. No solver, no engine."""
