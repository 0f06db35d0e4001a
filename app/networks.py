"""Whose request it is, as far as an address tells."""

from ipaddress import IPv6Address, ip_address, ip_network


def network(address: str) -> str:
    """Return what one sender holds: an IPv4 address, or the 2^64 around one of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, 64), strict=False))
