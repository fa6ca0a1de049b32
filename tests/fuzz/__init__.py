"""A fuzz run: small valid inputs are damaged in every way a month of use would, and zbopt must lose nothing and never crash.

`base` makes the inputs, `damage` and its parts damage them, `child` runs zbopt in a forked process with bounds, `judge`
says what is wrong with what came out, `run` is the script.
"""
