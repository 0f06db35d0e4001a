"""`python -m app.cli` is `vanthu`."""

from app.cli import main

main()
