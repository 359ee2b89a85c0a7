"""The plans of what sends images and archives about, in the words of the pages' own actions."""

import json
from collections.abc import AsyncIterator
from typing import Any, Final

from django.utils.translation import gettext as _

from hosts.access import allows
from hosts.actions.containers.commit_container import NAMES, OWN_FOLDER, name_not_permitted
from hosts.actions.files.place import clean_path
from hosts.actions.images.archives import MOST, import_changes
from hosts.actions.images.names import destination, new_name, split
from hosts.actions.second_look_streams import at_names
from hosts.actions.streams import StreamedAction
from hosts.database_threads import in_thread
from hosts.gate.calls.call import Call, refused_by
from hosts.gate.calls.names import ResolvedObject, on_docker_hub, whole_name
from hosts.gate.plans.builds import plan_build
from hosts.gate.plans.lists import plan_push_list
from hosts.gate.plans.plan import Plan, Planner
from hosts.gate.plans.uploads import limit_bytes
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.guardrails import from_request
from hosts.guardrails.reader import refuse_duplicate_keys
from hosts.inventory.bounds import text
from hosts.jobs.errand import ActionFailed
from hosts.podman import PodmanError, images
from hosts.podman.decompress import decompress
from hosts.podman.tar_judge import TarJudge, of_images
from hosts.podman.transports import transport_of
from hosts.refusals import Refusal

# all that Podman can make; folders come as a tar of them
_FORMATS: Final = ("", "docker-archive", "docker-dir", "oci-archive", "oci-dir")
_LOADED: Final = "Loaded image: "
_MOST_TERM: Final = 300


def called(call: Call) -> str:
    """What the host is asked for by the name in a request. Docker's clients give the tag of what they push
    beside the name, and mean Docker Hub by a short one. Refused.
    """
    request = call.request
    if request.route.kind and not request.name:
        raise Refused(400, f"The parameter {request.route.named!r} is missing.")
    if request.route.verb != "image.push" or call.dialect is not Dialect.DOCKER:
        return request.name
    try:
        return on_docker_hub(f"{request.name}:{request.one('tag') or 'latest'}")
    except Refusal as wrong:
        raise Refused(400, str(wrong)) from wrong


async def plan_push(call: Call, found: ResolvedObject | None) -> Plan:
    """Of an image that goes to a registry."""
    if call.request.to:
        return await plan_push_list(call, found)
    verb = call.request.route.verb
    if call.dialect is Dialect.DOCKER:
        # one's own name and tag say what is sent, another name where to
        known_as, tag = split(called(call))
        full = destination(call.request.one("destination") or called(call))
        query = {"tag": [tag]}
        if call.request.one("destination"):
            query["destination"] = [full]
    else:
        asked = call.request.one("destination").removeprefix("docker://")
        has = whole_name(call.request.name, found.inspect) if found else ""
        full = destination(asked or has or call.request.name)
        query, known_as = {"destination": [full]}, ""
    proposal = from_request.push(verb, full)
    return Plan({"destination": full}, proposal=proposal, query=query, known_as=known_as)


async def plan_commit(call: Call, found: ResolvedObject | None) -> Plan:
    """Of a container that becomes an image. Its name is what others run next: see commit_container."""
    verb, request = call.request.route.verb, call.request
    repository, tag = request.one("repo"), request.one("tag")
    full = ""
    if repository:
        full = _new_name(call, f"{repository}:{tag}" if tag else repository)
        if not await in_thread(allows, call.person, NAMES, call.endpoint):
            await _heed_own_folder(call, full)
    changes = import_changes("\n".join(request.query.get("changes", [])))
    query = {"changes": changes}
    if full:
        query["repo"], query["tag"] = ([part] for part in split(full))
    params = {
        "image": full,
        "author": request.one("author")[:200],
        "message": request.one("comment")[:500],
        "pause": request.one("pause") != "false" and request.one("pause") != "0",
    }
    made_of = [text(found.inspect.get("ImageName"), limit=1000)] if found else []
    proposal = from_request.images(
        verb, [name for name in made_of if name], called=[full] if full else []
    )
    return Plan(params, proposal=proposal, query=query)


async def _heed_own_folder(call: Call, full: str) -> None:
    try:
        free = full.startswith(OWN_FOLDER) and not await images.exists(call.podman, full)
    except PodmanError as failed:
        raise refused_by(failed) from failed
    if not free:
        raise Refused(403, name_not_permitted(full))


async def plan_save(call: Call, found: ResolvedObject | None) -> Plan:
    """Of one image or several that go to a client as an archive."""
    request = call.request
    if (form := request.one("format")) not in _FORMATS:
        raise Refused(400, f"There is no format {form[:40]!r}.")
    field = "references" if call.dialect is Dialect.LIBPOD else "names"
    params: dict[str, Any] = {"format": form or "docker-archive"}
    if found is not None:
        name = whole_name(request.name, found.inspect)
        return Plan(params | {"images": [name or found.known_as]}, known_as=name)
    names = request.query.get(field, [])
    if not names or len(names) > MOST:
        raise Refused(400, f"Name the images, at most {MOST}.")
    wanted = []
    for name in dict.fromkeys(names):
        one = await call.find("image", name, request.route.verb)
        wanted.append(whole_name(name, one.inspect) or one.known_as)
    return Plan(params | {"images": wanted}, query={field: wanted}, name=", ".join(wanted)[:300])


async def plan_load(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of an archive of images: the names in it are judged before the host has its end."""
    verb, file = call.request.route.verb, _("an archive from a client")

    async def body(action: StreamedAction, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        judge = of_images()

        async def heed() -> None:
            proposal = from_request.image_names(verb, judge.names, field="archive")
            await action.permit(proposal, call.podman)

        async for piece in judge.checked(_plain(pieces), heed):
            yield piece

    async def look(action: StreamedAction, answer: bytes) -> None:
        names = _loaded(answer)
        action.detail = ", ".join(names)
        await at_names(action, call.endpoint, [one for one in names if "sha256:" not in one])

    proposal = from_request.archive(verb, file=file)
    return Plan({"file": file}, proposal=proposal, name=file, body=body, look=look)


def _loaded(answer: bytes) -> list[str]:
    """The names that the host says it has loaded, in either dialect."""
    found: list[str] = []
    for line in answer.splitlines():
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(told, dict):
            continue
        names, said = told.get("Names"), told.get("stream")
        found += [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
        if isinstance(said, str) and said.startswith(_LOADED):
            found.append(said.removeprefix(_LOADED).strip())
    return found


async def plan_import(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of an image that is made of a file system's tar."""
    verb, request = call.request.route.verb, call.request
    file, query = _("an archive from a client"), {}
    if call.dialect is Dialect.DOCKER:
        if request.one("fromsrc") != "-":
            raise Refused(403, "fromSrc is -: the host fetches nothing from an address.")
        repository, tag = request.one("repo"), request.one("tag")
        full = _new_name(call, f"{repository}:{tag}" if tag else repository) if repository else ""
        if full:
            query = {name: [part] for name, part in zip(("repo", "tag"), split(full), strict=True)}
    else:
        full = _new_name(call, request.one("reference")) if request.one("reference") else ""
        query = {"reference": [full]} if full else {}
    changes = import_changes("\n".join(request.query.get("changes", [])))
    message = request.one("message")[:500]

    async def body(_action: StreamedAction, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        # it becomes a layer, which Podman unpacks in a root of its own
        async for piece in pieces:
            yield piece

    params = {"file": file, "reference": full, "message": message, "changes_given": changes}
    proposal = from_request.archive(verb, file=file, called=[full] if full else [])
    query["changes"] = changes
    return Plan(params, proposal=proposal, query=query, name=full or file, body=body)


def _new_name(call: Call, typed: str) -> str:
    """The whole name that an image gets: a short one is Docker Hub's for Docker's clients, else local."""
    if call.dialect is Dialect.LIBPOD:
        return str(new_name(typed))
    return str(new_name(on_docker_hub(typed)))


async def plan_search(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a search in registries, by the host. It changes nothing, and has its entry as in the pages."""
    term = call.request.one("term").removeprefix("docker://")
    if not term or len(term) > _MOST_TERM or transport_of(term) or not term.isprintable():
        raise Refused(400, _("Enter part of a name: letters, digits, “.”, “_”, “-”, “/”."))
    return Plan({"term": term}, query={"term": [term]}, name=term)


async def plan_unpacking(call: Call, _found: ResolvedObject | None) -> Plan:
    """Of a tar that is unpacked in a container."""
    request = call.request
    try:
        path = clean_path(request.one("path"))
    except ActionFailed as wrong:
        raise Refused(400, wrong.message) from wrong
    _heed_renaming(request.one("rename"))

    async def body(_action: StreamedAction, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        judge = TarJudge(on_host=False)
        try:
            async for piece in judge.checked(_plain(pieces)):
                yield piece
        finally:
            entries.append(f"{judge.entries} entries, {judge.size_bytes} bytes")

    entries: list[str] = []

    async def look(action: StreamedAction, _answer: bytes) -> None:
        action.detail = entries[-1]

    return Plan({"what": "unpack", "path": path}, body=body, look=look)


def _heed_renaming(given: str) -> None:
    """Entries get other names by it; those do not lead upwards either. Refused."""
    try:
        names = json.loads(given or "{}", object_pairs_hook=refuse_duplicate_keys)
    except (ValueError, RecursionError, Refusal) as bad:
        raise Refused(400, "rename is a JSON object.") from bad
    values = names.values() if isinstance(names, dict) else [None]
    for name in values:
        if not isinstance(name, str) or name.startswith("/") or ".." in name.split("/"):
            raise Refused(400, "rename names what is below the path.")


def _plain(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    return decompress(pieces, limit_bytes=limit_bytes())


IMAGE_PLANNERS: Final[dict[str, Planner]] = {
    "image.build": plan_build,
    "container.commit": plan_commit,
    "container.files_edit": plan_unpacking,
    "image.import": plan_import,
    "image.load": plan_load,
    "image.push": plan_push,
    "image.save": plan_save,
    "image.search": plan_search,
}
