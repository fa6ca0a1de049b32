"""What the planner writes: models, loading, cross references. Knows neither solver nor plan."""
