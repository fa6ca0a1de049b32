"""Stops and kills: zbopt as real processes and in-process, ended at random moments, and what is left is judged."""
