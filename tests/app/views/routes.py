"""Every route of the product with an address that its converters accept."""

from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


def address(rule: Rule) -> str:
    """Return a path of this rule; what it names need not exist."""
    values = {name: _value(converter) for name, converter in rule._converters.items()}
    built = rule.build(values)
    assert built is not None, rule
    return built[1]


def _value(converter: BaseConverter) -> object:
    match converter:
        case IntegerConverter():
            return 1
        case AnyConverter():
            return sorted(converter.items)[0]
    return "x" * 22


def unsafe(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Yield method and rule of everything that may change something."""
    for rule in app.url_map.iter_rules():
        for method in UNSAFE:
            if method in (rule.methods or ()):
                yield method, rule
