"""What an entry says, in words: “restarted shop-web”. Verbs we have no words for show as they are."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.verbs import all_verbs
from audit.models import Entry
from audit.queries import Line
from dashboard.furniture.log.access_words import change_words
from dashboard.templatetags.face import size
from hosts.cards import LogWords, card_of, cards

# of what has no card, as a card says it (hosts.cards): (asked for, done)
_WORDS: dict[str, LogWords] = {
    "container.logs": (gettext_lazy("Logs of"), gettext_lazy("read the logs of")),
    "container.stats": (gettext_lazy("Statistics of"), gettext_lazy("read statistics of")),
    "container.watch": (gettext_lazy("Watch"), gettext_lazy("watched a terminal in")),
    "container.environment": (
        gettext_lazy("Environment of"),
        gettext_lazy("read the environment of"),
    ),
    "kube.generate": (gettext_lazy("Kube YAML of"), gettext_lazy("read kube YAML with values of")),
    "host.add": (gettext_lazy("Add"), gettext_lazy("added the host")),
    "host.edit": (gettext_lazy("Edit"), gettext_lazy("changed the host")),
    "host.remove": (gettext_lazy("Remove"), gettext_lazy("removed the host")),
    "host.doctor": (gettext_lazy("Examine"), gettext_lazy("examined the host")),
    "host.boot": (gettext_lazy("Boot"), gettext_lazy("booted the host")),
    "host.more_changes": (
        gettext_lazy("More changes"),
        gettext_lazy("made more changes (only counted) on"),
    ),
    "host.key_changed": (
        gettext_lazy("Host key"),
        gettext_lazy("found another host key on"),
    ),
    "host.key_refused": (gettext_lazy("Key"), gettext_lazy("had its key rejected by")),
    "host.certificate_ends": (
        gettext_lazy("Certificate"),
        gettext_lazy("warned that a login's certificate expires soon on"),
    ),
    "host.certificate_ended": (
        gettext_lazy("Certificate"),
        gettext_lazy("noticed an expired login certificate on"),
    ),
    "host.install_key": (gettext_lazy("Install key on"), gettext_lazy("installed a key on")),
    "group.edit": (gettext_lazy("Edit"), gettext_lazy("changed the group")),
    "gate.request": (
        gettext_lazy("Ask"),
        gettext_lazy("sent what is not open to clients to"),
    ),
    "mcp.call": (gettext_lazy("Call"), gettext_lazy("called by MCP")),
    "guardrail.edit": (gettext_lazy("Edit"), gettext_lazy("changed the guardrail")),
    "guardrail.approve": (gettext_lazy("Approve"), gettext_lazy("approved the job")),
    "guardrail.refuse": (gettext_lazy("Refuse"), gettext_lazy("did not approve the job")),
    "guardrail.show": (
        gettext_lazy("Hidden values of"),
        gettext_lazy("read hidden values of the job"),
    ),
    "guardrail.alarm": (
        gettext_lazy("Alarm"),
        gettext_lazy("blocked, for breaking a guardrail:"),
    ),
    "freeze.edit": (gettext_lazy("Edit"), gettext_lazy("changed the freeze window")),
    "freeze.override": (gettext_lazy("Override"), gettext_lazy("overrode a freeze for")),
    "host.mute": (gettext_lazy("Mute"), gettext_lazy("muted the host")),
    "host.unmute": (gettext_lazy("Unmute"), gettext_lazy("unmuted the host")),
    "lock.set": (gettext_lazy("Lock"), gettext_lazy("locked")),
    "lock.remove": (gettext_lazy("Unlock"), gettext_lazy("unlocked")),
    "lock.override": (gettext_lazy("Unlock"), gettext_lazy("unlocked")),
    "job.cancel": (gettext_lazy("Cancel"), gettext_lazy("cancelled the job")),
    "registry.edit": (gettext_lazy("Edit"), gettext_lazy("changed the credentials of")),
    "access.ask": (gettext_lazy("Ask"), gettext_lazy("asked for access:")),
    "access.approve": (gettext_lazy("Approve"), gettext_lazy("approved the request")),
    "access.refuse": (gettext_lazy("Refuse"), gettext_lazy("refused the request")),
    "access.withdraw": (gettext_lazy("Withdraw"), gettext_lazy("withdrew the request")),
    "access.request_expired": (gettext_lazy("Expiry"), gettext_lazy("let the request expire:")),
    "access.grant_ended": (gettext_lazy("End"), gettext_lazy("ended expired access:")),
    "access.team": (gettext_lazy("Edit"), gettext_lazy("changed the team")),
    "access.role": (gettext_lazy("Edit"), gettext_lazy("changed the role")),
    "access.grant": (gettext_lazy("Grant"), gettext_lazy("gave, changed or revoked access:")),
    "access.edit": (gettext_lazy("Change access"), gettext_lazy("changed access")),
    "people.manage": (gettext_lazy("Manage people"), gettext_lazy("managed people")),
    "signin.ok": (gettext_lazy("Sign-in"), gettext_lazy("signed in")),
    "signin.failed": (gettext_lazy("Sign-in"), gettext_lazy("failed to sign in")),
    "signin.out": (gettext_lazy("Sign-out"), gettext_lazy("signed out")),
    "people.invite": (gettext_lazy("Invite"), gettext_lazy("invited")),
    "people.withdraw": (gettext_lazy("Withdraw"), gettext_lazy("withdrew the invitation of")),
    "people.accept": (gettext_lazy("Join"), gettext_lazy("accepted an invitation")),
    "people.rename": (gettext_lazy("Rename"), gettext_lazy("changed the name of")),
    "people.role": (gettext_lazy("Role"), gettext_lazy("changed the role of")),
    "people.disable": (gettext_lazy("Disable"), gettext_lazy("disabled")),
    "people.enable": (gettext_lazy("Enable"), gettext_lazy("enabled")),
    "people.reset_link": (gettext_lazy("Reset"), gettext_lazy("created a password link for")),
    "people.reset": (gettext_lazy("Reset"), gettext_lazy("set a password through a link")),
    "people.password": (gettext_lazy("Password"), gettext_lazy("set a password")),
    "people.factor": (gettext_lazy("Factor"), gettext_lazy("changed the second factor of")),
    "people.second_factor": (
        gettext_lazy("Sign-in"),
        gettext_lazy("changed the second-factor rule of"),
    ),
    "people.sessions": (gettext_lazy("Sessions"), gettext_lazy("ended sessions of")),
    "people.identity": (gettext_lazy("Identity"), gettext_lazy("linked a provider's account to")),
    "people.provider_groups": (
        gettext_lazy("Groups"),
        gettext_lazy("took over groups of their provider:"),
    ),
    "people.service": (gettext_lazy("Account"), gettext_lazy("created the service account")),
    "audit.export": (gettext_lazy("Export"), gettext_lazy("exported the audit log")),
    "token.make": (gettext_lazy("Create"), gettext_lazy("created the token")),
    "token.revoke": (gettext_lazy("Revoke"), gettext_lazy("revoked the token")),
    "token.use": (gettext_lazy("Token"), gettext_lazy("used the token")),
    "key.add": (gettext_lazy("Register"), gettext_lazy("registered the SSH key")),
    "key.revoke": (gettext_lazy("Revoke"), gettext_lazy("revoked the SSH key")),
    "key.use": (gettext_lazy("Key"), gettext_lazy("used the SSH key")),
    "people.first_link": (gettext_lazy("Link"), gettext_lazy("created a link for the")),
    "people.first_admin": (gettext_lazy("Join"), gettext_lazy("became the first administrator")),
}


def verbs_of(word: str) -> list[str]:
    """The verbs that a word names: “stop” and “stopped” mean container.stop, pod.stop …"""
    word = word.casefold()
    phrases = _WORDS | {card.verb: card.words for card in cards()}
    return [verb for verb, pair in phrases.items() if word in _names_of(verb, pair)]


def _words_of(verb: str) -> LogWords | None:
    card = card_of(verb)
    return card.words if card else _WORDS.get(verb)


def _names_of(verb: str, phrases: LogWords) -> set[str]:
    """The last part of a verb, and the word that each of its phrases begins with."""
    firsts = {str(phrase).partition(" ")[0].rstrip(":").casefold() for phrase in phrases}
    return {verb.rpartition(".")[2], *firsts}


def parameter(name: str, value: Any) -> str:
    """A parameter of an entry as a reader wants it. A hash says that it is one."""
    if isinstance(value, dict) and set(value) == {"keyed_hash"}:
        return _("hidden; its hash is %s") % str(value["keyed_hash"])[:12]
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(parameter("", one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {parameter(key, one)}" for key, one in value.items())
    if isinstance(value, int) and name.endswith("_bytes"):
        return size(value)
    return str(value)


def asked_words(verb: str) -> str:
    """“Pull”, as the head of a job says it."""
    known = _words_of(verb)
    return str(known[0]) if known else verb_label(verb)


def verb_label(verb: str) -> str:
    """The verb as the list of rights names it, or as it is."""
    return next((str(v.label) for v in all_verbs() if v.name == verb), verb)


def entry_sentence(line: Line) -> str:
    """“restarted”, “was refused to restart”, “asked to pull” …"""
    entry = line.entry
    known = _words_of(entry.verb)
    done = change_words(entry.verb, entry.params) or (str(known[1]) if known else entry.verb)
    if entry.kind == "refusal":
        if not entry.who_name and not entry.target_name:
            return _("was refused")
        # without a name behind it “Edit” says nothing
        asked = asked_words(entry.verb) if entry.target_name else verb_label(entry.verb)
        return _("was refused: %(verb)s") % {"verb": asked}
    if entry.kind != "intent":
        return done
    if line.result == "ok":
        return done
    if line.open:
        return _("requested: %(verb)s") % {"verb": asked_words(entry.verb)}
    return _("tried: %(verb)s") % {"verb": asked_words(entry.verb)}


def place(entry: Entry) -> str:
    """Where: the Podman or host; of a grant also its group, or everywhere."""
    if entry.endpoint_name or entry.host_name:
        return entry.endpoint_name or entry.host_name
    if entry.verb != "access.grant" or not {"given", "taken"} & set(entry.params):
        return ""
    group = entry.params.get("group")
    return _("group %s") % group if group else _("everywhere")
