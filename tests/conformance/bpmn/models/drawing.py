"""A random model from a list of numbers: every element of the executable subset of BPMN 2.0, blocks in blocks.

A model is sound as a rule, never as a promise: some deadlock, some end by an error that
nobody catches, and engine and reference have to agree on that, too. Every loop holds a
user task, so that no model runs for ever by itself.
"""

from __future__ import annotations

from tests.conformance.bpmn.models import begin_blocks, blocks, data_blocks, happening_blocks, level_blocks
from tests.conformance.bpmn.models.canvas import Block, Canvas
from tests.conformance.bpmn.models.draws import Draws

SIZE = 45
BLOCKS: list[Block] = [
    blocks.user,
    blocks.row,
    blocks.row,
    blocks.automatic,
    blocks.exclusive,
    blocks.parallel,
    blocks.inclusive,
    blocks.complex_join,
    blocks.implicit,
    blocks.loop,
    blocks.event_based,
    blocks.early_end,
    blocks.early_end,
    blocks.quantities,
    blocks.service,
    happening_blocks.catching,
    happening_blocks.throwing,
    happening_blocks.link,
    happening_blocks.with_border,
    happening_blocks.with_border,
    level_blocks.repeated,
    level_blocks.subprocess,
    level_blocks.subprocess,
    level_blocks.transaction,
    level_blocks.undone_inside,
    level_blocks.thrown_inside,
    level_blocks.thrown_inside,
    level_blocks.called,
    level_blocks.undoing,
    level_blocks.ad_hoc,
    level_blocks.announced,
    level_blocks.siblings,
    data_blocks.kept,
    data_blocks.covered,
    data_blocks.awaited,
    data_blocks.collection,
]


def draw(draws: Draws) -> Canvas:
    """A model of one process, `p`, and those it calls."""
    canvas = Canvas(draws, BLOCKS, happening_blocks.event_subprocess, SIZE)
    begin_blocks.begin(canvas)
    canvas.processes.append(f'<process id="p" name="p" isExecutable="true">{"".join(canvas.at.parts)}</process>')
    return canvas
