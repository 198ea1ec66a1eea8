"""Random BPMN models, played on the engine and on a small interpreter of the standard's token rules, side by side.

    make models                                     10,000 runs; what disagrees is written to build/models
    python -m tests.conformance.bpmn.models --help  fewer, others, or one file again

`drawing` draws a model from a list of numbers, `reading` reads its XML for `reference`, the
interpreter, which shares no code with the engine. `contest` plays both and compares what can
be seen; `shrink` makes the numbers of a disagreement fewer and smaller.
"""
