"""Every route of the product with an address that its converters accept."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def address(rule: Rule) -> str:
    """Return a path of this rule; what it names need not exist."""
    values = {
        name: 1 if type(converter).__name__ == "IntegerConverter" else "x" * 22
        for name, converter in rule._converters.items()
    }
    built = rule.build(values)
    assert built is not None, rule
    return built[1]


def unsafe(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Yield method and rule of everything that may change something."""
    for rule in app.url_map.iter_rules():
        for method in UNSAFE:
            if method in (rule.methods or ()):
                yield method, rule
