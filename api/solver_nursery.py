"""Imported once, by the process that solver processes are forked from, so that each is born with everything loaded and compiled.

Importing this module does work, which is why nothing else imports it.
"""

from __future__ import annotations

import gc

from optimiser import warm_up

warm_up()
# The collector would write to what parent and children share, and so make it be copied.
gc.freeze()
