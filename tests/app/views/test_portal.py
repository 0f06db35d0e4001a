"""Open pages of the portal: request types, QR code, poster, language."""

import io

import pytest
from flask.testing import FlaskClient

from app.language import COOKIE
from tests.app.views.portal_steps import KIND


@pytest.mark.parametrize(
    "path", ["/", f"/apply/{KIND}", "/track", "/apply/start", f"/apply/start?kind={KIND}"]
)
def test_open_pages_need_nothing(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_the_page_of_a_request_type_says_the_rules_of_the_registration(
    client: FlaskClient,
) -> None:
    page = client.get(f"/apply/{KIND}").text

    assert "Mỗi địa chỉ thư điện tử chỉ đăng ký một lần." in page
    assert "10 ngày làm việc" in page
    assert "địa chỉ được mở lại" in page


@pytest.mark.parametrize("rest", ["", "/qr.svg", "/poster.pdf", "/begin"])
def test_an_unknown_request_type_is_a_plain_404(client: FlaskClient, rest: str) -> None:
    answer = client.open(f"/apply/nothing{rest}", method="POST" if rest == "/begin" else "GET")

    assert answer.status_code in ({303} if rest == "/begin" else {404})


def test_the_way_in_refuses_an_unknown_request_type(client: FlaskClient) -> None:
    assert client.get("/apply/start?kind=nothing").status_code == 404


def test_the_qr_code_is_a_drawing_that_names_the_page(client: FlaskClient) -> None:
    answer = client.get(f"/apply/{KIND}/qr.svg")

    assert answer.content_type == "image/svg+xml"
    assert f"<title>http://localhost/apply/{KIND}</title>" in answer.text


def test_the_poster_is_one_sheet_of_pdf(client: FlaskClient) -> None:
    pypdf = pytest.importorskip("pypdf")

    answer = client.get(f"/apply/{KIND}/poster.pdf")

    assert answer.content_type == "application/pdf"
    pages = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert "Cấp tài khoản kết nối liên thông" in text
    assert f"localhost/apply/{KIND}" in text


def test_the_language_is_kept_for_a_year_and_leads_back(client: FlaskClient) -> None:
    answer = client.post("/language/en", data={"next": f"/apply/{KIND}"})

    assert (answer.status_code, answer.location) == (303, f"/apply/{KIND}")
    assert "Max-Age=31536000" in answer.headers["Set-Cookie"]
    assert "SameSite=Lax" in answer.headers["Set-Cookie"]
    page = client.get(f"/apply/{KIND}").text
    assert '<html lang="en"' in page
    assert "Interoperability account" in page
    client.post("/language/vi")
    assert "Cấp tài khoản kết nối liên thông" in client.get(f"/apply/{KIND}").text


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "/apply/x/begin", ""]
)
def test_the_language_switch_leads_nowhere_else(client: FlaskClient, target: str) -> None:
    assert client.post("/language/en", data={"next": target}).location == "/"


def test_an_unknown_language_is_a_404(client: FlaskClient) -> None:
    assert client.post("/language/fr").status_code == 404
    assert client.get_cookie(COOKIE) is None
