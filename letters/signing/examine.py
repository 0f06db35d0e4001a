"""One strange file, examined in a process of its own: `python -m letters.signing.examine`.

Standard input has one line of JSON, the roots to trust, then the file; the answer is the report
as JSON. Nothing is written anywhere: not the file, not what libraries have to say about it. Whoever
starts it bounds it in memory and time.
"""

import json
import os
import sys


def main() -> None:
    """Answer one request."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(1, 2)
    from letters.signing.verify import verify

    roots = [root.encode() for root in json.loads(sys.stdin.buffer.readline())]
    out.write(verify(sys.stdin.buffer.read(), roots).to_json())
    out.close()


if __name__ == "__main__":
    main()
