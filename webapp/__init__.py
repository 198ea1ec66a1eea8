"""The web application of Siwei: pages over the engine's services.

`create_app(settings, engine)` makes it. Views call only the services of
`current_app.extensions["siwei"]`; what they may import of the engine is what
`engine/__init__.py` exports.
"""

from webapp.app import create_app
from webapp.settings import Settings

__all__ = ["Settings", "create_app"]
