"""Why impossible, what it would take, what each rule costs, what else is possible. Meaning: `docs/explaining.md`."""
