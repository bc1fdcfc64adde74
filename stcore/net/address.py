"""Addresses: joining paths to a configured base, and who may be asked for what (spec/sources/README.md 3.8)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from stcore.errors import Misconfigured

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Base:
    """A configured address, taken apart: path and query are kept for proxies, a login inside it becomes Basic auth."""

    url: SplitResult
    login: tuple[str, str] | None
    query: tuple[tuple[str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Base:
        """Read what a person typed; without a scheme http is meant. Raises :class:`Misconfigured`.

        No text at all is the base of a connection that only follows full URLs, or none.
        """
        text = text.strip()
        if not text:
            return cls(urlsplit(""), None, ())
        if "://" not in text:
            text = f"http://{text}"
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError as error:
            raise Misconfigured(f"The address “{text}” cannot be used: {error}.") from None
        if url.scheme not in ("http", "https") or not url.hostname:
            raise Misconfigured(
                f"The address “{text}” cannot be used.", hint="It should look like http://127.0.0.1:8188"
            )
        host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
        login = (unquote(url.username), unquote(url.password or "")) if url.username is not None else None
        plain = url._replace(netloc=f"{host}:{port}" if port else host, fragment="")
        return cls(plain, login, tuple(parse_qsl(url.query, keep_blank_values=True)))

    @property
    def origin(self) -> tuple[str, str, int]:
        return origin(self.url.geturl())

    def join(self, path: str, params: Mapping[str, Any] | None = None) -> str:
        """The URL of ``path`` below the base; a full URL stays what it is (3.8, rule 1)."""
        extra = [(key, str(value)) for key, value in (params or {}).items() if value is not None]
        if path.startswith(("http://", "https://")):
            return path if not extra else _with_query(urlsplit(path), extra)
        if not self.url.netloc:
            raise Misconfigured("This connection has no address.", hint="Enter one in the connection's settings.")
        wanted = urlsplit(path)
        inside = wanted.path.lstrip("/")
        joined = self.url._replace(path=f"{self.url.path.rstrip('/')}/{inside}" if inside else self.url.path or "/")
        own = parse_qsl(wanted.query, keep_blank_values=True)
        return _with_query(joined._replace(query=""), [*self.query, *own, *extra])


def masked(text: str) -> str:
    """An address to be shown: the password of a login inside it and the values of its query are stars."""
    if not text.startswith(("http://", "https://")):
        return text
    url = urlsplit(text)
    login, at, host = url.netloc.rpartition("@")
    name, colon, _ = login.partition(":")
    query = "&".join(f"{key}=***" for key, _ in parse_qsl(url.query, keep_blank_values=True))
    return urlunsplit(url._replace(netloc=f"{name}{colon and ':***'}{at}{host}", query=query))


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host, port."""
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)


def may_have_credentials(url: str, base: Base, trusted_hosts: tuple[str, ...]) -> bool:
    """The connection's own address, or over https its host or a trusted one (``*.example.com``)."""
    target = origin(url)
    if target == base.origin:
        return True
    scheme, host, _ = target
    return scheme == "https" and (host == base.origin[1] or any(fnmatchcase(host, name) for name in trusted_hosts))


def in_own_network(url: str) -> bool:
    """Whether the host is plainly in the person's own network: localhost, a ``.local`` name, a private address."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith((".localhost", ".local")):
        return True
    try:
        return not is_public(host)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """An address of the open internet: not loopback, private, link-local, multicast or reserved."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and (inner := ip.ipv4_mapped or ip.sixtofour):
        ip = inner
    return ip.is_global and not ip.is_multicast


def _with_query(url: SplitResult, extra: list[tuple[str, str]]) -> str:
    query = "&".join(filter(None, (url.query, urlencode(extra))))
    return urlunsplit(url._replace(query=query))
