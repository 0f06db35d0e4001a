"""Who may ask for what: one row for each address and method. What has no row is refused a build.

A row says who may, what its address is filled with (things of tests/security/scene.py by name; a
value beginning with «=» is meant as it stands), and what is sent. `needs` is the one-time code a
view wants first. `knows` are those who may see the thing by another address, so that its refusal
need not look like that of a thing that is not there. A `door` leads to a sign-in also those it
lets in. Whoever adds a route adds its row: `"blueprint.view GET": row(STAFF, number="account")`.
"""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from app.services.step_up import Purpose
from tests.security.actors import (
    ADMINISTRATOR,
    ALL,
    APPLICANTS,
    CLERK,
    DESK,
    HALF,
    HOLDER,
    OFFICERS,
    OWNER,
    STAFF,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """Who may, at which address, with what."""

    who: Set[str]
    at: dict[str, str]
    sent: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    needs: Purpose | None = None
    knows: Set[str] = frozenset()
    door: bool = False


def row(
    who: Set[str] | str,
    *,
    sent: dict[str, Any] | None = None,
    asked: dict[str, str] | None = None,
    needs: Purpose | None = None,
    knows: Set[str] = frozenset(),
    door: bool = False,
    **at: str,
) -> Row:
    """Return a row; one name alone may stand without its braces."""
    names = frozenset({who}) if isinstance(who, str) else who
    return Row(names, at, sent or {}, asked or {}, needs, knows, door)


_CODE = {"code": "000000"}
_WHY = {"reason": "Giấy chứng nhận đã hết hiệu lực."}

# Only in development: nobody reaches it in the application under test.
ONLY_IN_DEVELOPMENT = {"authenticator.codes"}

TABLE: dict[str, Row] = {
    # --- the public ---
    "health.alive GET": row(ALL),
    "health.ready GET": row(ALL),
    "portal.home GET": row(ALL),
    "portal.language POST": row(ALL, code="=en"),
    "portal.poster GET": row(ALL, kind="=account_issuance"),
    "portal.qr GET": row(ALL, kind="=account_issuance"),
    "portal.request_type GET": row(ALL, kind="=account_issuance"),
    "portal.track GET": row(ALL),
    "verification.ask GET": row(ALL),
    "verification.check POST": row(ALL),
    "verification.letter GET": row(ALL, key="letter"),
    # The mailbox does not exist in production.
    "mailbox.index GET": row(ALL),
    "mailbox.message GET": row(ALL, mail_id="kept mail"),
    "mailbox.html GET": row(frozenset(), mail_id="kept mail", knows=ALL),  # it is plain text
    "mailbox.raw GET": row(ALL, mail_id="kept mail"),
    "mailbox.attachment GET": row(frozenset(), mail_id="kept mail", number="=0", knows=ALL),
    # --- whoever holds a link of a mail ---
    "activation.open GET": row(ALL, token="activation"),
    "activation.code GET": row(ALL, token="activation"),
    "activation.send POST": row(ALL, token="activation"),
    "activation.show POST": row(ALL, token="activation", sent=_CODE),
    "custody.open GET": row(ALL, number="custody number", token="custody"),
    "custody.confirm POST": row(ALL, number="custody number", token="custody"),
    "received.open GET": row(ALL, token="asked"),
    "received.answer POST": row(ALL, token="asked"),
    "received.draft GET": row(ALL, token="asked"),
    "received.letter GET": row(ALL, token="asked", key="asked letter"),
    "received.access POST": row(ALL, token="given"),
    # --- applicants ---
    "applicants.start GET": row(ALL, door=True),
    "applicants.start POST": row(ALL, sent={"email": "ai-do@example.vn"}, door=True),
    "applicants.verify GET": row(ALL, door=True),
    "applicants.verify POST": row(ALL, sent=_CODE, door=True),
    "applicants.resend POST": row(ALL, door=True),
    "applicants.sign_out POST": row(APPLICANTS),
    "applicants.mine GET": row(APPLICANTS),
    "applicants.begin POST": row(APPLICANTS, kind="=password_reset"),
    "applicants.registered GET": row(APPLICANTS, kind="=account_issuance"),
    # The status of what was submitted is for whoever scans the QR code of the receipt.
    "applicants.status GET": row(ALL, key="review key"),
    "applicants.status GET draft": row(OWNER, key="draft key"),
    "applicants.receipt GET": row(OWNER, key="review key", knows=APPLICANTS),
    "applicants.ask GET": row(OWNER, key="review key", name="=withdraw"),
    "applicants.act POST": row(OWNER, key="review key", name="=withdraw"),
    "applicants.form GET": row(OWNER, key="draft key"),
    "applicants.form POST": row(OWNER, key="draft key", sent={"step": "next"}),
    "applicants.save POST": row(OWNER, key="draft key"),
    "applicants.check_field POST": row(OWNER, key="draft key", field="=facility_name"),
    "applicants.review GET": row(OWNER, key="draft key"),
    "applicants.attachment GET": row(OWNER, key="waiting key", attachment_id="file"),
    "applicants.letter GET": row(OWNER, key="waiting key", letter_key="receipt"),
    # --- the sign-in of the staff ---
    "auth.sign_in GET": row(ALL, door=True),
    "auth.sign_in POST": row(ALL, sent={"username": "an", "password": "?"}, door=True),
    "auth.code GET": row(HALF),
    "auth.code POST": row(HALF, sent=_CODE),
    "auth.enrol GET": row(HALF),
    "auth.enrol POST": row(HALF, sent=_CODE),
    "auth.sign_out POST": row(DESK, door=True),
    "desk.confirm GET": row(DESK),
    "desk.confirm POST": row(DESK),
    "desk.confirmed GET": row(DESK),
    # --- dossiers ---
    "desk.queue GET": row(STAFF),
    "desk.dossier GET": row(STAFF, code="review"),
    "desk.act POST": row(HOLDER, code="review", name="=propose_refusal", sent=_WHY, knows=STAFF),
    "desk.affected GET": row(STAFF, code="vendor"),
    "desk.chain GET": row(STAFF, code="granted"),
    "desk.recipients_page GET": row(STAFF, code="sent"),
    "desk.attachment GET": row(STAFF, number="file"),
    "desk_letters.preview GET": row(STAFF, code="pending"),
    "desk_letters.control_slip GET": row(STAFF, code="review"),
    "desk_letters.pdf GET": row(STAFF, key="letter"),
    "desk_letters.sign_again POST": row(STAFF, key="letter"),
    "desk.letter_edxml GET": row(STAFF, key="letter", needs=Purpose.EXPORT),
    "desk.tracking_book GET": row(STAFF),
    "desk.tracking_workbook GET": row(STAFF, needs=Purpose.EXPORT),
    # --- what officers file ---
    "desk.new GET": row(OFFICERS),
    "desk.begin POST": row(OFFICERS, kind="=bulk_grant"),
    "desk.draft_form GET": row(HOLDER, key="desk draft"),
    "desk.draft_form POST": row(HOLDER, key="desk draft", sent={"step": "next"}),
    "desk.draft_save POST": row(HOLDER, key="desk draft"),
    "desk.draft_check POST": row(HOLDER, key="desk draft", field="=draft_title"),
    "desk.draft_file GET": row(HOLDER, key="desk draft", number="desk file"),
    "desk.draft_review GET": row(HOLDER, key="desk draft"),
    "desk.draft_propose POST": row(HOLDER, key="desk draft"),
    "desk.draft_list GET": row(HOLDER, key="desk draft"),
    "desk.draft_upload POST": row(HOLDER, key="desk draft"),
    "desk.draft_template GET": row(HOLDER, key="desk draft"),
    "desk.draft_pick POST": row(HOLDER, key="desk draft"),
    "desk.draft_row GET": row(HOLDER, key="desk draft", number="desk row"),
    "desk.draft_row POST": row(HOLDER, key="desk draft", number="desk row"),
    "desk.draft_remove POST": row(HOLDER, key="desk draft"),
    # --- registers ---
    "desk.registers GET": row(STAFF),
    "desk.find_person POST": row(STAFF, sent={"name": "Lục Mai", "phone": "0912345678"}),
    "desk.account GET": row(STAFF, number="account"),
    "desk.organisation GET": row(STAFF, number="organisation"),
    "desk.prescriber GET": row(STAFF, number="prescriber"),
    "desk.review GET": row(STAFF),
    "desk.review_workbook GET": row(STAFF, needs=Purpose.EXPORT),
    "desk.reconcile GET": row(STAFF),
    "desk.reconcile_file POST": row(STAFF),
    "desk.reconcile_template GET": row(STAFF),
    "desk.reconciled_workbook POST": row(STAFF, needs=Purpose.EXPORT),
    # --- the books ---
    "desk.register GET": row(STAFF),
    "desk.register_file GET": row(
        STAFF, name="=csv", asked={"year": "=2026", "book": "=dispatch"}, needs=Purpose.EXPORT
    ),
    "desk.entry GET": row(STAFF, number="entry"),
    "desk.entry_act POST": row(CLERK, number="entry", name="=void", sent=_WHY, knows=STAFF),
    "desk.new_number GET": row(CLERK, name="=reserve"),
    "desk.new_number POST": row(CLERK, name="=reserve"),
    "desk.close_year POST": row(CLERK, number="=2020"),
    "desk.arrivals GET": row(STAFF),
    "desk.incoming GET": row(STAFF, number="arrival"),
    "desk.scan GET": row(STAFF, number="arrival"),
    "desk.new_arrival GET": row(CLERK),
    "desk.new_arrival POST": row(CLERK),
    "desk.arrival_edxml POST": row(CLERK),
    # --- open to people who see no dossiers ---
    "desk.mail GET": row(DESK),
    "desk.retry POST": row(DESK, number="mail"),
    "desk.wordings_page GET": row(DESK),
    "desk.wording GET": row(DESK, kind="=refusal"),
    "desk.wording_version GET": row(DESK, kind="=refusal", number="=1"),
    "desk.wording_sample GET": row(DESK, kind="=refusal"),
    "desk.wording_dossier GET": row(STAFF, kind="=refusal", asked={"code": "pending"}),
    "desk.wording_form GET": row(ADMINISTRATOR, kind="=refusal"),
    "desk.wording_save POST": row(ADMINISTRATOR, kind="=refusal"),
    "desk.wording_check POST": row(ADMINISTRATOR, kind="=refusal", block="=subject"),
    "desk.wording_restore POST": row(ADMINISTRATOR, kind="=refusal", number="=1"),
    "desk.wording_trial POST": row(ADMINISTRATOR, kind="=refusal"),
}
