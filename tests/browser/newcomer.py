"""What a newcomer does in the browser, step by step. Used by tests that need a set-up Haulout."""

import shlex
from typing import Any

PASSWORD = "seals sleep on warm rocks"


def become_admin(
    page: Any, link: str, *, name: str = "Ada", email: str = "ada@example.org"
) -> None:
    """Use the one-time link; ends on the page that adds a host, or on the overview of those there."""
    page.goto(link)
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("text=Create administrator")
    page.wait_for_url(lambda address: "/welcome/" not in address)


def sign_in(page: Any, url: str, email: str, password: str = PASSWORD) -> None:
    """By the sign-in page."""
    page.goto(f"{url}/account/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("button[type=submit], form button.btn-primary")
    page.wait_for_url(f"{url}/")


def add_host(page: Any, url: str, host: Any, *, user: str = "root", name: str = "") -> None:
    """Address, fingerprint, key line pasted on the host, doctor, register."""
    page.goto(f"{url}/hosts/add/")
    page.fill("[name=address]", host.address)
    page.fill("[name=port]", str(host.port))
    page.fill("[name=user]", user)
    page.click("text=Check the host")
    page.get_by_text(host.host_key_fingerprint).first.wait_for()
    page.click("form button.btn-primary")
    line = page.locator(".join-line[open] .join-code code").inner_text()
    assert line.startswith("ssh-ed25519 ")
    login = host.login(user)
    host.ssh(
        "sh",
        "-c",
        shlex.quote(f"echo {shlex.quote(line)} >> ~/.ssh/authorized_keys"),
        user=login.user,
    )
    page.click("text=I added the line: check")
    register = page.locator(".join-found button.btn-primary")
    register.wait_for()
    # root sees the sockets of rootless users too; here each account shows its own
    for box in page.locator("[name=socket]").all():
        if box.get_attribute("value") != login.socket:
            box.uncheck()
    if name and page.locator("[name=name]").count():
        page.fill("[name=name]", name)
    register.click()
    page.wait_for_url(lambda address: "/hosts/add/" not in address)


def invite(page: Any, url: str, email: str, role: str) -> str:
    """Make an invitation; the link to pass on."""
    page.goto(f"{url}/people/")
    page.fill("[name=email]", email)
    page.select_option("[name=role]", role)
    page.click("text=Create invitation")
    return str(page.locator("#one-time-link").inner_text())
