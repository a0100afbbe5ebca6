"""Where a request comes from: the client's address, behind the proxies that the site trusts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, NamedTuple

from .conf import settings

MAX_HOPS = 50
IPV4_IN_IPV6 = bytes(10) + b"\xff\xff"


def client_address(meta: Mapping[str, Any]) -> bytes:
    """Return the client's address as 4 or 16 bytes, or none where it is not known. Never raises.

    That is REMOTE_ADDR, unless VIEWCOUNT_TRUSTED_PROXIES tells which part of X-Forwarded-For to
    believe. Costs no I/O.
    """
    peer = packed(meta.get("REMOTE_ADDR"))
    forwarded = meta.get("HTTP_X_FORWARDED_FOR")
    if not forwarded or not (proxies := settings.trusted_proxies):
        return peer
    if not isinstance(proxies, int):
        return _first_untrusted(peer, forwarded, _networks(tuple(proxies)))
    if proxies < 0:
        return peer
    hops = forwarded.rsplit(",", proxies)
    return packed(hops[-min(proxies, len(hops))]) or peer


def host_part(address: bytes) -> bytes:
    """What tells one client from another: an IPv4 address, or the /64 that an IPv6 host has."""
    return address[:8]


def network_part(address: bytes) -> bytes:
    """The network of a client: the /24 of IPv4, the /48 of IPv6."""
    return address[:6] if len(address) == 16 else address[:3]


def packed(text: Any) -> bytes:
    """Return an address as bytes, or none if this is no address.

    It may come with a port, brackets, quotes or a zone, and IPv4 as mapped into IPv6.
    """
    try:
        return inet_pton(AF_INET, text)
    except (OSError, ValueError, TypeError):
        return _packed_untidy(text) if isinstance(text, str) else b""


def _packed_untidy(text: str) -> bytes:
    text = text.strip(' "')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    text = text.partition("%")[0]
    try:
        address = inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except (OSError, ValueError):
        return b""
    return address.removeprefix(IPV4_IN_IPV6)


class Network(NamedTuple):
    size: int
    """Bytes of its addresses."""
    first: int
    mask: int

    def has(self, address: bytes) -> bool:
        return (
            len(address) == self.size and int.from_bytes(address, "big") & self.mask == self.first
        )


def _first_untrusted(peer: bytes, forwarded: str, trusted: tuple[Network, ...]) -> bytes:
    """Walk back from the site, for as long as the one who names the next hop is trusted.

    A peer without an address has come through a Unix socket, so it runs on this machine.
    """
    client = peer
    for hop in reversed(forwarded.rsplit(",", MAX_HOPS)):
        if client and not any(network.has(client) for network in trusted):
            break
        if not (address := packed(hop)):
            break
        client = address
    return client


def _network(text: Any) -> IPv4Network | IPv6Network:
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not text")
    return ip_network(text, strict=False)


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Parse a list of addresses and networks; what is neither is trusted by nobody."""
    networks = []
    for text in texts:
        try:
            network = _network(text)
        except ValueError:
            continue
        size = network.max_prefixlen // 8
        networks.append(Network(size, int(network.network_address), int(network.netmask)))
    return tuple(networks)


def problems() -> Iterator[str]:
    """Say what is wrong with VIEWCOUNT_TRUSTED_PROXIES, for the system check."""
    proxies: Any = settings.trusted_proxies
    if isinstance(proxies, int) and not isinstance(proxies, bool) and proxies >= 0:
        return
    if not isinstance(proxies, (list, tuple)):
        yield f"VIEWCOUNT_TRUSTED_PROXIES is {proxies!r}."
        return
    for text in proxies:
        try:
            _network(text)
        except ValueError as error:
            yield f"VIEWCOUNT_TRUSTED_PROXIES has {text!r}: {error}."
