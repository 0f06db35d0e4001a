"""One number of the register and what may be done with it; new numbers; the end of a year."""

from collections.abc import Callable, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock, formats
from app.errors import Conflict, Invalid, Refused
from app.language import say
from app.models import BookEvent, Letter
from app.security.actors import Actor, staff
from app.services import book_pages, books, corrections, ledger, organisation
from app.transaction import transaction
from app.views import own_or_404
from app.views.act_forms import answers, sent, shown
from app.views.corrections import correction
from app.views.desk import bp, me
from app.views.desk_ledger_forms import DONE, OUTSIDE, PAPER, REPLACE, RESERVE, VOID, recall
from app.views.desk_register import row
from app.views.failures import sentence_of, status_of
from workflows import Choice, Field, Text

_NEW: dict[str, tuple[Text, Text, tuple[Field, ...]]] = {
    "reserve": (
        Text("Giữ số cho văn bản giấy", "Reserve a number for a paper letter"),
        Text(
            "Hệ thống cấp số tiếp theo của sổ, ngày hôm nay. Số giữ rồi phải ghi kết quả hoặc hủy"
            " có lý do; không cấp lại cho văn bản khác.",
            "The book gives its next number, dated today. What became of it must be entered, or"
            " the number is voided with a reason; nobody else gets it.",
        ),
        RESERVE,
    ),
    "outside": (
        Text("Ghi số cấp ngoài hệ thống", "Enter numbers used outside the system"),
        Text(
            "Ghi từ số tiếp theo của sổ đến số cuối đã cấp trên giấy; mỗi số thành một dòng.",
            "From the next number of the book to the last one used on paper, a line each.",
        ),
        OUTSIDE,
    ),
}


@bp.route("/desk/register/new/<name>", methods=["GET", "POST"])
def new_number(name: str) -> ResponseReturnValue:
    """Take a number for a paper letter, or enter numbers that paper has taken."""
    actor = staff(me())
    if name not in _NEW:
        abort(404)
    ledger.require_clerk(actor, name)
    title, about, fields = _NEW[name]
    typed: dict[str, str] = {"issued_on": clock.today().isoformat()}
    errors: dict[str, Text] = {}
    problem, status = "", 200
    if request.method == "POST":
        typed = sent(fields)
        try:
            said = answers(fields)
            with transaction():
                if name == "reserve":
                    entry = ledger.reserve(said, actor)
                else:
                    entry = ledger.enter_outside(said, actor)[-1]
                done, number = books.reference(entry), entry.id
        except Invalid as error:
            errors, status = error.errors, 422
        except Refused as error:
            problem, status = say(error.message), 409
        else:
            flash(_("Đã vào sổ: số %(ref)s.", ref=done), "success")
            return redirect(url_for(".entry", number=number), 303)
    return render_template(
        "desk/register/new.html",
        title=say(title),
        about=say(about),
        form=shown(name, fields, typed, errors),
        problem=problem,
        page_has_errors=bool(errors or problem),
    ), status


@bp.get("/desk/register/<int(max=2147483647):number>")
def entry(number: int) -> ResponseReturnValue:
    """Show one number: its ten columns, its letter, what corrects it, and what may be done."""
    return _entry_page(number)


@bp.post("/desk/register/<int(max=2147483647):number>/<name>")
def entry_act(number: int, name: str) -> ResponseReturnValue:
    """Do something with a number; whoever was late gets the fresh page and a sentence."""
    actor = staff(me())
    line: book_pages.Line = own_or_404(book_pages.find(number))
    if name not in _ACTS:
        abort(404)
    fields = _fields(name)
    try:
        said = answers(fields)
        with transaction():
            _ACTS[name](line, said, actor)
    except Invalid as error:
        return _entry_page(number, (name, sent(fields), error.errors)), 422
    except (Refused, Conflict) as error:
        typed: tuple[str, dict[str, str], dict[str, Text]] = (name, sent(fields), {})
        return _entry_page(number, typed, sentence_of(error)), status_of(error)
    flash(say(DONE[name]), "success")
    return redirect(url_for(".entry", number=number), 303)


@bp.post("/desk/register/<int(max=2147483647):number>/close")
def close_year(number: int) -> ResponseReturnValue:
    """Close the books of a year."""
    try:
        with transaction():
            ledger.close(number, staff(me()))
    except Refused as error:
        flash(say(error.message), "error")
    else:
        flash(_("Đã khóa sổ năm %(year)s.", year=number), "success")
    return redirect(url_for(".register", year=number), 303)


_ACTS: dict[str, Callable[[book_pages.Line, dict[str, str], Actor], object]] = {
    "paper": lambda line, said, actor: ledger.issue_on_paper(line.id, said, actor),
    "void": lambda line, said, actor: ledger.void(line.id, said["reason"], actor),
    "recall": lambda line, said, actor: corrections.recall(
        line.letter_key, said["reason"], said["decided_by"], actor
    ),
    "replace": lambda line, said, actor: corrections.replace(
        line.letter_key, said["number"], said["reason"], actor
    ),
}


def _fields(name: str) -> tuple[Field, ...]:
    match name:
        case "paper":
            return PAPER
        case "void":
            return VOID
        case "replace":
            return REPLACE
        case _:
            leaders = tuple(
                Choice(u.full_name, Text(f"{u.position} {u.full_name}"))
                for u in organisation.signers()
            )
            return recall(leaders)


def _entry_page(
    number: int,
    attempt: tuple[str, dict[str, str], dict[str, Text]] = ("", {}, {}),
    problem: str = "",
) -> str:
    line: book_pages.Line = own_or_404(book_pages.find(number))
    actor = staff(me())
    letter = corrections.find(line.letter_key) if line.letter_key else None
    tried, typed, errors = attempt
    offers = []
    for name, label, tone in _offered(line, letter, actor):
        start = {"subject": line.subject, "addressee": line.addressee, "copies": "1"}
        values = typed if name == tried else start if name == "paper" else {}
        form = shown(name, _fields(name), values, errors if name == tried else {})
        offers.append(form | {"label": say(label), "tone": tone, "is_open": name == tried})
    return render_template(
        "desk/register/entry.html",
        number=number,
        line=row(line),
        state=say(book_pages.STATES[line.state]),
        title=line.reference,
        letter=url_for("desk_letters.pdf", key=letter.key) if letter else "",
        correction=correction(letter) if letter else {},
        offers=offers,
        history=[_event(e) for e in book_pages.history(number)],
        problem=problem,
        wrong=[f for offer in offers for f in offer["problems"]],
        page_has_errors=bool(problem or errors),
    )


def _offered(
    line: book_pages.Line, letter: Letter | None, actor: Actor
) -> Sequence[tuple[str, Text, str]]:
    if letter is not None:
        if not corrections.may_correct(letter, actor):
            return []
        offered = []
        if letter.replaced_by is None:
            offered.append(("replace", Text("Thay bằng văn bản khác", "Replace"), "secondary"))
        if letter.recalled_at is None:
            offered.append(("recall", Text("Thu hồi văn bản", "Recall the letter"), "warning"))
        return offered
    if not ledger.may_keep(actor) or line.state == "void" or line.is_closed:
        return []
    void = ("void", Text("Hủy số", "Void the number"), "warning")
    paper = ("paper", Text("Ghi văn bản đã phát hành", "Enter the letter as issued"), "primary")
    return [paper, void] if line.state == "reserved" else [void]


_WHAT = {
    "reserved": Text("Giữ số", "Number reserved"),
    "issued": Text("Ghi văn bản đã phát hành trên giấy", "Entered as issued on paper"),
    "void": Text("Hủy số", "Number voided"),
    "outside": Text("Ghi số cấp ngoài hệ thống", "Entered as used outside the system"),
    "recalled": Text("Thu hồi văn bản", "Letter recalled"),
    "replaced": Text("Thay thế văn bản", "Letter replaced"),
}


def _event(event: BookEvent) -> dict[str, str]:
    return {
        "title": say(_WHAT.get(event.act, Text(event.act))),
        "who": event.actor_name,
        "when": formats.short_moment(event.at),
        "comment": event.reason,
        "tone": "warning" if event.act in ("void", "recalled", "replaced") else "",
    }
