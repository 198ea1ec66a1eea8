"""What gunicorn serves: `webapp.wsgi:app`."""

from __future__ import annotations

from webapp.app import create_app
from webapp.assemble import assemble
from webapp.logs import configure_logs
from webapp.metrics import watch_pool
from webapp.settings import Settings

_settings = Settings.from_environment()
configure_logs(_settings)
_engine = assemble(_settings)
watch_pool(_engine.store)
app = create_app(_settings, _engine)
