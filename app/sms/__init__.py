"""SMS through a port: a gateway over HTTPS, or an inbox on a development machine."""
