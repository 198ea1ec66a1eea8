"""What a process has loaded when it begins to serve stays; only what comes later is looked through for garbage."""

from __future__ import annotations

import gc


def keep_what_is_loaded() -> None:
    """Take everything there is now for lasting; called once, by a process that is about to serve.

    Python comes round to old objects only when there are a quarter more of them, and then walks them all. With the
    two hundred thousand that the programs themselves are, pages and steps that refer to themselves in a circle would
    lie about for a hundred thousand requests, and one request in the end would wait for the whole walk.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # nothing is old now: the next round comes after a few hundred requests, and is short
