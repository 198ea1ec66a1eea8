"""The BPMN engine: SpiffWorkflow behind one seam.

Into it: a definition, a saved state, a command. Out of it: an `Advance`. No object,
error or state number of the library leaves this folder.
"""

from engine.spiff.executor import Executor
from engine.spiff.outline import ProcessOutline

__all__ = ["Executor", "ProcessOutline"]
