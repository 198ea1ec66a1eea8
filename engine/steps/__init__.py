"""One step of a case: lock it, run it to the next wait state, record all that came of it, in one transaction."""
