"""Everything that goes over the wire to a source or a text model.

:class:`Http` is bound to one connection: it knows the address, hands the credentials to that address only, keeps
secrets out of errors, limits what it reads, and turns every fault into a class of ``stcore.errors``
(spec/sources/README.md 3.7, 3.8). ``transport.py`` is the one module that imports the HTTP library.
"""

from stcore.net.answer import Answer as Answer, decode_base64 as decode_base64
from stcore.net.headers import parse_headers as parse_headers
from stcore.net.http import Http as Http
from stcore.net.retrying import poll as poll, retry as retry
from stcore.net.sockets import Socket as Socket
from stcore.net.sse import SseEvent as SseEvent

__all__ = ["Answer", "Http", "Socket", "SseEvent", "decode_base64", "parse_headers", "poll", "retry"]
