"""What attackers type: each list is one sort of attack, each line one attempt."""

# Evaluated anywhere, these leave 1337 or the name of a class; drawn as HTML, a tag.
SUM = "1337"
SCRIPTS = (
    "<svg/onload=alert(1)>",
    "\"'><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "javascript:alert(1)//<a href=javascript:alert(1)>",
)
TEMPLATES = (
    "{{7*191}}", "{% print(7*191) %}", "{0.__class__}", "{self.__class__}", "${7*191}", "#{7*191}",
    "%s%n%x", "{dossier.__class__}", "{{config.SECRET_KEY}}", "{{''.__class__.__mro__}}",
)  # fmt: skip
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", '=HYPERLINK("http://x")', "\t=1+1")
# Drawn raw, a page has one of these.
RAW = ("<svg/onload", "<script>alert", "<img src=x", "<iframe srcdoc", "<a href=javascript")
# S5: CR, LF, CRLF, folding, separators of Python and Unicode, encoded words.
HEADERS = (
    "a\r\nBcc: nghe-len@example.vn", "a\nBcc: nghe-len@example.vn", "a\rBcc: nghe-len@example.vn",
    "a\r\n Bcc: nghe-len@example.vn", "a\u2028Bcc: nghe-len@example.vn",
    "a\u2029Bcc: nghe-len@example.vn", "a\x85Bcc: nghe-len@example.vn",
    "a\x0bBcc: nghe-len@example.vn", "a\x1cBcc: nghe-len@example.vn",
    "=?utf-8?q?a=0D=0ABcc:_nghe-len@example.vn?=", "a%0d%0aBcc: nghe-len@example.vn",
    "a\r\n\r\n.\r\nMAIL FROM:<x@example.vn>",
)  # fmt: skip
PATHS = (
    "../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "..\\..\\windows",
    "/etc/passwd", "//etc/passwd", "....//....//etc/passwd", "%252e%252e%252fetc", "x" * 5000,
    "\u202eexe.pdf", "%00", "x%00.pdf", "file:///etc/passwd", "~root", ".", "..", "%c0%ae%c0%ae",
    "con", "a;b|c`d`", "' OR 1=1 --",
)  # fmt: skip


def fetches(base: str, file: str) -> tuple[str, ...]:
    """Return what makes a renderer of HTML fetch: over the network, and from the disk."""
    return tuple(
        vector.replace("URL", where)
        for where in (base, file)
        for vector in (
            "<img src=URL>", "<img srcset='URL 1x'>", "<link rel=stylesheet href=URL>",
            "<link rel=attachment href=URL>", "<a rel=attachment href=URL>x</a>",
            "<style>@import 'URL';</style>",
            "<style>@font-face{font-family:x;src:url(URL)}*{font-family:x}</style>",
            "<style>*{background:url(URL)}</style>", "<style>p::before{content:url(URL)}</style>",
            "<p style='background:url(URL)'>x</p>", "<ul style='list-style:url(URL)'><li>x</ul>",
            "<object data=URL></object>", "<embed src=URL>", "<iframe src=URL></iframe>",
            "<svg><image href=URL /></svg>", "<svg><image xlink:href=URL /></svg>",
            "<svg><use href=URL#x /></svg>", "<base href=URL>", "<input type=image src=URL>",
            "<video poster=URL></video>", "<body background=URL>", "<table background=URL>",
            "<meta http-equiv=refresh content='0;url=URL'>",
            "<picture><source srcset=URL></picture>",
            "]]><!DOCTYPE a [<!ENTITY x SYSTEM 'URL'>]>&x;",
        )
    )  # fmt: skip
