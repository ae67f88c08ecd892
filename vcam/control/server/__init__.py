"""The HTTP API and the page, for this machine alone.

Importing this package costs next to nothing: FastAPI and uvicorn are loaded when a server starts.
"""

from vcam.control.server.access import Access
from vcam.control.server.server import ControlServer

__all__ = ["Access", "ControlServer"]
