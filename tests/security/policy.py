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
    ADMINISTRATORS,
    ALL,
    APPLICANTS,
    CLERK,
    DEPUTY,
    DESK,
    HALF,
    HEAD,
    HOLDER,
    LEADERS,
    OFFICERS,
    OWNER,
    READERS,
    RESTRICTED,
    STAFF,
    WORKING,
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
_WRITERS = OFFICERS | {RESTRICTED}
_WHY = {"reason": "Giấy chứng nhận đã hết hiệu lực."}

# Only in development: nobody reaches it in the application under test.
ONLY_IN_DEVELOPMENT = {"authenticator.codes", "sms_inbox.index"}

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
    # --- whoever holds a link of a mail, or a file's address of minutes ---
    "files.open GET": row(ALL, token="file token", name="file name"),
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
    "applicants.my_sessions GET": row(APPLICANTS),
    "applicants.end_session POST": row(OWNER, number="portal session"),
    "applicants.end_other_sessions POST": row(APPLICANTS),
    # --- the data of a person ---
    "applicants.own_data GET": row(APPLICANTS),
    "applicants.choose_consents POST": row(APPLICANTS),
    "applicants.data_code POST": row(APPLICANTS),
    "applicants.data_copy POST": row(APPLICANTS, sent=_CODE),
    "applicants.ask_about_data POST": row(APPLICANTS),
    "desk.data_requests_page GET": row(_WRITERS),
    "desk.answer_data_request POST": row(
        _WRITERS, number="data request", sent={"answer": "refused", **_WHY}
    ),
    "desk.dossier_numbers POST": row(HOLDER, code="review", knows=STAFF),
    "desk.account_numbers POST": row(_WRITERS, number="account", knows=READERS),
    "desk.prescriber_numbers POST": row(_WRITERS, number="prescriber", knows=READERS),
    "desk.retention_page GET": row(ADMINISTRATORS | {HEAD}),
    "desk.erase_due POST": row(HEAD, name="=refused", needs=Purpose.ERASE),
    # --- the sign-in of the staff ---
    "auth.sign_in GET": row(ALL, door=True),
    "auth.sign_in POST": row(ALL, sent={"username": "an", "password": "?"}, door=True),
    "auth.code GET": row(HALF),
    "auth.code POST": row(HALF, sent=_CODE),
    "auth.enrol GET": row(HALF),
    "auth.enrol POST": row(HALF, sent=_CODE),
    "auth.send POST": row(HALF),
    "auth.passkey_options POST": row(HALF),
    "auth.first_phone GET": row(HALF),
    "auth.first_phone POST": row(HALF, sent={"phone": "0912345678"}),
    "auth.first_phone_code GET": row(HALF),
    "auth.first_phone_code POST": row(HALF, sent=_CODE),
    "auth.first_phone_resend POST": row(HALF),
    "auth.sign_out POST": row(DESK, door=True),
    # Whoever holds the link of the mail.
    "welcome.choose GET": row(ALL, token="staff link"),
    "welcome.choose POST": row(ALL, token="staff link"),
    # --- one's own account ---
    "desk.my_account GET": row(DESK),
    "desk.my_password GET": row(DESK),
    "desk.my_password POST": row(DESK),
    "desk.end_session POST": row(HOLDER, number="session"),
    "desk.end_other_sessions POST": row(DESK),
    "desk.factors_page GET": row(DESK),
    "desk.factor_prefer POST": row(DESK, sent={"factor": "totp"}),
    "desk.factor_remove POST": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_recovery POST": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_totp_begin POST": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_totp GET": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_totp POST": row(DESK, sent=_CODE, needs=Purpose.FACTORS),
    "desk.factor_phone POST": row(DESK, sent={"phone": "0912345678"}, needs=Purpose.FACTORS),
    "desk.factor_phone_code GET": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_phone_code POST": row(DESK, sent=_CODE, needs=Purpose.FACTORS),
    "desk.factor_passkey GET": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_passkey POST": row(DESK, needs=Purpose.FACTORS),
    "desk.factor_passkey_options POST": row(DESK, needs=Purpose.FACTORS),
    "desk.passkey_options POST": row(DESK, sent={"purpose": "sign"}),
    "desk.confirm GET": row(DESK),
    "desk.confirm POST": row(DESK),
    "desk.confirmed GET": row(DESK),
    # --- people and rights ---
    "desk.people_page GET": row(ADMINISTRATORS),
    "desk.new_person GET": row(ADMINISTRATORS),
    "desk.new_person POST": row(ADMINISTRATORS, needs=Purpose.RIGHTS),
    "desk.person GET": row(ADMINISTRATORS, username="person"),
    "desk.person_act POST": row(
        ADMINISTRATORS, username="person", act="=suspend", sent=_WHY, needs=Purpose.RIGHTS
    ),
    "desk.rights_page GET": row(ADMINISTRATORS | {HEAD}),
    "desk.confirm_rights POST": row(
        ADMINISTRATORS | {HEAD}, username="person", needs=Purpose.RIGHTS
    ),
    "desk.people_workbook GET": row(ADMINISTRATORS, needs=Purpose.EXPORT),
    "desk.waiting_rights GET": row(ADMINISTRATORS | {HEAD}),
    "desk.right_act POST end": row(
        ADMINISTRATORS, number="right", act="=end", needs=Purpose.RIGHTS
    ),
    # Who proposed it is led back with the sentence why not: tests/app/views/test_people.py.
    "desk.right_act POST approve": row(
        ADMINISTRATORS | {HEAD}, number="proposed right", act="=approve", needs=Purpose.RIGHTS
    ),
    "desk.delegations_page GET": row(ADMINISTRATORS | LEADERS),
    "desk.delegate POST": row(ADMINISTRATORS | {HEAD}, needs=Purpose.RIGHTS),
    "desk.delegation_act POST revoke": row(
        ADMINISTRATORS | {HEAD, DEPUTY}, number="delegation", act="=revoke", needs=Purpose.RIGHTS
    ),
    # What an administrator entered counts once the head it speaks for says so; others who see it
    # are led back with the sentence why not: tests/app/views/test_delegations.py.
    "desk.delegation_act POST approve": row(
        ADMINISTRATORS | {HEAD, DEPUTY}, number="delegation", act="=approve", needs=Purpose.RIGHTS
    ),
    # --- evidence: of others for leaders and administrators, else of oneself ---
    "desk.audit GET": row(WORKING),
    "desk.audit_file GET": row(WORKING, needs=Purpose.EXPORT),
    "desk.audit_check POST": row(ADMINISTRATORS | LEADERS),
    # --- dossiers ---
    "desk.queue GET": row(READERS),
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
    "desk.tracking_book GET": row(READERS),
    "desk.tracking_workbook GET": row(READERS, needs=Purpose.EXPORT),
    # --- what officers file ---
    "desk.new GET": row(_WRITERS),
    "desk.begin POST": row(_WRITERS, kind="=bulk_grant"),
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
    "desk.registers GET": row(READERS),
    "desk.find_person POST": row(READERS, sent={"name": "Lục Mai", "phone": "0912345678"}),
    "desk.account GET": row(READERS, number="account"),
    "desk.organisation GET": row(READERS, number="organisation"),
    "desk.prescriber GET": row(READERS, number="prescriber"),
    "desk.review GET": row(READERS),
    "desk.review_workbook GET": row(READERS, needs=Purpose.EXPORT),
    "desk.reconcile GET": row(READERS),
    "desk.reconcile_file POST": row(READERS),
    "desk.reconcile_template GET": row(READERS),
    "desk.reconciled_workbook POST": row(READERS, needs=Purpose.EXPORT),
    # --- the books ---
    "desk.register GET": row(READERS),
    "desk.register_file GET": row(
        READERS, name="=csv", asked={"year": "=2026", "book": "=dispatch"}, needs=Purpose.EXPORT
    ),
    "desk.entry GET": row(READERS, number="entry"),
    "desk.entry_act POST": row(CLERK, number="entry", name="=void", sent=_WHY, knows=READERS),
    "desk.new_number GET": row(CLERK, name="=reserve"),
    "desk.new_number POST": row(CLERK, name="=reserve"),
    "desk.close_year POST": row(CLERK, number="=2020"),
    "desk.arrivals GET": row(READERS),
    "desk.incoming GET": row(READERS, number="arrival"),
    "desk.scan GET": row(READERS, number="arrival"),
    "desk.new_arrival GET": row(CLERK),
    "desk.new_arrival POST": row(CLERK),
    "desk.arrival_edxml POST": row(CLERK),
    # --- open to people who see no dossiers ---
    "desk.mail GET": row(WORKING),
    "desk.retry POST": row(WORKING, number="mail"),
    "desk.wordings_page GET": row(WORKING),
    "desk.wording GET": row(WORKING, kind="=refusal"),
    "desk.wording_version GET": row(WORKING, kind="=refusal", number="=1"),
    "desk.wording_sample GET": row(WORKING, kind="=refusal"),
    # Whom the dossier is not for is told what is said of a code that nothing has.
    "desk.wording_dossier GET": row(
        STAFF | {RESTRICTED}, kind="=refusal", asked={"code": "pending"}
    ),
    "desk.wording_form GET": row(ADMINISTRATORS, kind="=refusal"),
    "desk.wording_save POST": row(ADMINISTRATORS, kind="=refusal"),
    "desk.wording_check POST": row(ADMINISTRATORS, kind="=refusal", block="=subject"),
    "desk.wording_restore POST": row(ADMINISTRATORS, kind="=refusal", number="=1"),
    "desk.wording_trial POST": row(ADMINISTRATORS, kind="=refusal"),
}
