"""Where a request comes from: its network address, its browser, and the words for both."""

import ipaddress
import secrets

from flask import request

from app.security import keys
from workflows import Text

# The first that is found in the user agent wins: each browser also names those it descends from.
_BROWSERS = (
    ("coc_coc_browser/", "Cốc Cốc"), ("Edg", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
_UNKNOWN = Text("Thiết bị không rõ", "Unknown device")
# An office or a home changes its address within such a network every few days.
_NETWORK = {4: 24, 6: 56}
_LONGEST = 250


def user_agent() -> str:
    """Return what the browser says it is, as much of it as is kept."""
    return (request.user_agent.string or "")[:_LONGEST]


def sealed_address() -> str:
    """Return the network address as it may be stored: personal data, encrypted."""
    return keys.encrypt(request.remote_addr or "")


def address_of(place: str) -> str:
    """Return the network address of a stored place, "" where none can be read."""
    try:
        return keys.decrypt(place) if place else ""
    except ValueError:
        return ""


def network() -> str:
    """Return the network the address is in, as a keyed hash that only compares."""
    return keys.blind("network", _network(request.remote_addr or ""))


def _network(address: str) -> str:
    try:
        version = ipaddress.ip_address(address).version
        return str(ipaddress.ip_network(f"{address}/{_NETWORK[version]}", strict=False))
    except ValueError:
        return address


def device_of(cookie: str) -> tuple[str, str]:
    """Return the token of a browser, the one it sent or a fresh one, and what is stored of it."""
    token = cookie if 30 <= len(cookie) <= 100 else secrets.token_urlsafe(32)
    return token, keys.token_hash(token)


def device_name(user_agent: str) -> Text:
    """Return a browser in words: «Chrome trên Windows»."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    if browser and system:
        return Text(f"{browser} trên {system}", f"{browser} on {system}")
    return Text(browser or system) if browser or system else _UNKNOWN
