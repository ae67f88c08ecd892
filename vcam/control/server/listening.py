"""Taking a port on the loopback address, and the names under which it may be asked."""

from __future__ import annotations

import errno
import logging
import os
import socket

from vcam.core.errors import OutputError

logger = logging.getLogger(__name__)

PORTS_TRIED = 10

BACKLOG = 64

SEND_BUFFER_BYTES = 512 * 1024
"""For each connection: a few 720p pictures. Linux would let it grow to megabytes, and a slow
reader would see seconds-old pictures from it."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket on `port` or, if that is taken, on one of the next nine.

    Raises:
        OutputError: none is free, or the address cannot be used.
    """
    ports = [0] if port == 0 else range(port, min(port + PORTS_TRIED, 65536))
    for candidate in ports:
        try:
            found = _bound(host, candidate)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                continue
            raise OutputError(
                f"The page cannot be served on {host} port {candidate} ({error.strerror})",
                "set control.page.host to 127.0.0.1 and control.page.port to a number above 1023",
            ) from error
        if candidate != port:
            logger.info("port %d is taken, the page is on port %d", port, candidate)
        return found
    raise OutputError(
        f"Ports {ports[0]} to {ports[-1]} are all taken",
        "set control.page.port to 0 for a free one",
    )


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            # On Windows this option would let two programs share the port.
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listening.bind((host, port))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def own_hosts(port: int) -> frozenset[str]:
    """What a Host header may say."""
    names = ("127.0.0.1", "localhost", "[::1]")
    hosts = {f"{name}:{port}" for name in names}
    # Browsers leave the default port out.
    return frozenset(hosts | set(names) if port == 80 else hosts)
