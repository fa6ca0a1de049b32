"""Planted confidential data, and everything that looks for it in what zbopt hands out (`python -m tests.privacy.run`)."""
