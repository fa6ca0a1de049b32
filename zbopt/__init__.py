"""zbopt: proved, audited, explained staffing of temporary task forces."""

__version__ = "0.1.0"
