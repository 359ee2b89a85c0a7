"""Passkeys and recovery codes as a person meets them, with a device of Chromium's own."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.newcomer import PASSWORD
from tests.browser.signin_cast import Doors, again, device, doors, invited, sign_out

__all__ = ["doors"]

NewPage = Callable[..., Any]


def add_passkey(page: Any, url: str, name: str) -> None:
    page.goto(f"{url}/account/2fa/passkeys/add/")
    again(page)
    page.fill("[name=name]", name)
    page.click("text=Add the passkey")
    page.wait_for_url(lambda address: not address.endswith("/add/"))


def password_step(page: Any, url: str, email: str) -> None:
    page.goto(f"{url}/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("form", has=page.locator("[name=login]")).locator("button").click()
    page.wait_for_url("**/account/2fa/authenticate/")


def inside(page: Any, url: str) -> bool:
    return bool(page.goto(f"{url}/account/").url == f"{url}/account/")


def test_a_passkey_is_added_named_used_alone_and_removed(doors: Doors, new_page: NewPage) -> None:
    page, _email = invited(doors, new_page, "Pia")
    device(page)
    add_passkey(page, doors.url, "Laptop")
    # the first factor brings recovery codes along, shown this once
    assert page.locator("#recovery-codes").inner_text().split()
    page.click("text=I have saved them")
    page.goto(f"{doors.url}/account/2fa/")
    assert page.get_by_text("signs in without a password").count() == 1
    page.click("text=Rename")
    page.fill("[name=name]", "Old laptop")
    page.click("form button.btn-primary")
    page.get_by_text("Old laptop").wait_for()

    sign_out(page, doors.url)
    page.click("text=Sign in with a passkey")
    page.wait_for_url(f"{doors.url}/")
    page.goto(f"{doors.url}/account/2fa/")
    page.get_by_label("Remove Old laptop").click()
    again_by_passkey(page)
    page.click("form button.btn-danger")
    page.wait_for_url("**/account/2fa/")
    assert page.get_by_text("Old laptop").count() == 0


def test_a_session_that_a_passkey_began_ends_with_its_person(
    doors: Doors, new_page: NewPage
) -> None:
    page, email = invited(doors, new_page, "Tom")
    device(page)
    add_passkey(page, doors.url, "Phone")
    sign_out(page, doors.url)
    page.click("text=Sign in with a passkey")
    page.wait_for_url(f"{doors.url}/")
    page.goto(f"{doors.url}/containers/")
    page.locator("#live-light[data-state=live]").wait_for()
    ada = new_page(storage_state=doors.state)
    ada.goto(f"{doors.url}/people/")
    ada.get_by_role("row", name=email).get_by_role("link").click()
    ada.click("text=Disable Tom…")
    ada.get_by_role("dialog").get_by_role("button", name="Disable").click()
    page.wait_for_url("**/account/login/**")
    page.click("text=Sign in with a passkey")
    page.get_by_text("Your account is disabled").wait_for()


def again_by_passkey(page: Any) -> None:
    page.wait_for_load_state()
    if "/reauthenticate/" not in page.url:
        return
    if page.locator("form[data-passkey]").count() == 0:
        page.click("text=Use a passkey instead")
    page.click("form[data-passkey] button")
    page.wait_for_url(lambda address: "/reauthenticate/" not in address)


def test_a_passkey_stands_behind_the_password_and_strangers_devices_do_not(
    doors: Doors, new_page: NewPage
) -> None:
    page, email = invited(doors, new_page, "Quinn")
    own = device(page)
    add_passkey(page, doors.url, "Phone")

    stranger = new_page()
    device(stranger)
    password_step(stranger, doors.url, email)
    stranger.click("text=Use a passkey")
    stranger.locator("[data-passkey-trouble]:visible").wait_for()
    assert not inside(stranger, doors.url)

    other = new_page()
    own.moved_to(other)
    password_step(other, doors.url, email)
    other.click("text=Use a passkey")
    other.wait_for_url(f"{doors.url}/")


@pytest.mark.no_console_check
def test_alone_it_has_to_know_its_owner(doors: Doors, new_page: NewPage) -> None:
    page, _email = invited(doors, new_page, "Rosa")
    own = device(page)
    add_passkey(page, doors.url, "Phone")
    sign_out(page, doors.url)
    own.owner_is(there=False)
    page.click("text=Sign in with a passkey")
    page.locator("[data-passkey-trouble]:visible").wait_for()
    assert not inside(page, doors.url)


def test_recovery_codes_are_shown_once_downloaded_and_run_out(
    doors: Doors, new_page: NewPage
) -> None:
    page, email = invited(doors, new_page, "Sven")
    device(page)
    add_passkey(page, doors.url, "Phone")
    codes = page.locator("#recovery-codes").inner_text().split()
    assert len(codes) == 10
    with page.expect_download() as kept:
        page.click("text=Download")
    assert kept.value.path().read_text().split() == codes
    page.reload()
    assert page.locator("#recovery-codes").count() == 0
    assert codes[0] not in page.content()

    for code in codes[:8]:
        sign_out(page, doors.url)
        password_step(page, doors.url, email)
        page.fill("[name=code]", code)
        page.locator("form", has=page.locator("[name=code]")).locator("button").click()
        page.wait_for_url(f"{doors.url}/")
    page.get_by_text(re.compile("2 recovery codes are left")).wait_for()
    page.goto(f"{doors.url}/account/")
    page.get_by_text("Only 2 recovery codes are left").wait_for()


def test_at_a_bare_address_the_page_says_why_not(doors: Doors, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"http://127.0.0.1:{doors.stack.port}/account/login/")
    page.get_by_text("Passkeys do not work at this address").wait_for()
    assert page.get_by_text("Sign in with a passkey").count() == 0
