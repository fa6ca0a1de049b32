"""The only room that knows a solver: the linear model, its rules and terms, stages, backends."""
