"""Run lines, bodies of containers/create and Containerfiles, with what rules forbid in odd spellings."""

import copy
from typing import Any

from hypothesis import strategies as st

from tests.hosts.guardrails.container_specs import SPECS
from tests.lab.differential.inspected import ALLOWED, IMAGE, OTHER
from tests.lab.differential.texts import odd_key

_FLAGS = [
    "--privileged",
    "--privileged=true",
    "--privileged=false",
    "--net=host",
    "--network host",
    "--network none",
    "--network slirp4netns:cidr=10.9.0.0/24",
    "--pid=host",
    "--pid host",
    "--ipc=host",
    "--uts=host",
    "--userns=host",
    "--userns=auto",
    "--cap-add SYS_ADMIN",
    "--cap-add=all",
    "--cap-drop all",
    "--security-opt seccomp=unconfined",
    "--security-opt apparmor=unconfined",
    "--security-opt unmask=ALL",
    "--security-opt no-new-privileges",
    "--security-opt label=disable",
    "--device /dev/null:/dev/x:rwm",
    "--device=/dev/fuse",
    f"-v {ALLOWED}/a:/a",
    f"-v {ALLOWED}/a:/a:rshared",
    f"-v {ALLOWED}/../../../etc:/a",
    f"-v {ALLOWED}-not:/a",
    "-v /etc:/a:ro",
    "-v /etc:/a:O",
    f"-v {ALLOWED}/a:/a:O,upperdir=/etc/x,workdir=/etc/y",
    "-v data:/data",
    "-v data:/data:O,upperdir=/etc/x,workdir=/etc/y",
    f"--mount type=bind,src={ALLOWED}/a,dst=/b",
    f"--mount type=bind,src={ALLOWED}/a,dst=/b,bind-propagation=rshared",
    "--mount type=bind,src=/etc,dst=/b,ro=true",
    "--mount type=volume,src=data,dst=/b,volume-opt=o=bind,volume-opt=device=/etc",
    "--mount TYPE=bind,SRC=/etc,DST=/b",
    "--mount type=image,src=localhost/web,dst=/b",
    "--mount type=glob,src=/etc/host*,dst=/b",
    "--volumes-from other",
    "--tmpfs /t:size=1m",
    "-p 8080:80",
    "-p 22:80",
    "-p 127.0.0.1:8081-8082:80-81",
    "-p 80",
    "-P",
    "--memory 2g",
    "--memory=0",
    "-m 1G",
    "--memory 64M",
    "--user 0",
    "--user root",
    "--user 0:1000",
    "--user 1000:0",
    "--label team=other",
    "--label TEAM=shop",
    "--label io.haulout.job=1",
    "--annotation io.haulout.order={}",
    "--annotation run.oci.keep_original_groups=1",
    "--annotation org.systemd.property.MemoryMax=1",
    "--sysctl kernel.shmmax=1",
    "--cgroup-parent /x",
    "--cgroupns host",
    "--group-add keep-groups",
    "--rootfs /",
    "--runtime runc",
    "--init",
    "--read-only",
    "--systemd always",
    "--ulimit nofile=10:10",
    "--env A=b",
]
SPEC: dict[str, Any] = {
    "image": IMAGE,
    "raw_image_name": IMAGE,
    "command": ["sleep", "9"],
    "user": "1000",
    "labels": {"team": "shop"},
    "resource_limits": {"memory": {"limit": 64 * 2**20}},
    "mounts": [
        {"type": "bind", "source": f"{ALLOWED}/a", "destination": "/a", "options": ["rbind"]}
    ],
    "portmappings": [{"host_port": 8080, "container_port": 80}],
}


@st.composite
def run_lines(draw: st.DrawFn) -> str:
    """What somebody pastes: limits, user and label first, so that a later one can take them back."""
    flags = draw(st.lists(st.sampled_from(_FLAGS), max_size=2))
    image = draw(st.sampled_from([*[IMAGE] * 6, OTHER, "localhost/busybox"]))
    given = ["-m 64m", "--user 1000", "--label team=shop", "--pull never", *flags]
    return f"podman run {' '.join(given)} {image} sleep 9"


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """Bodies of containers/create as a client of the API would send them."""
    body = copy.deepcopy(SPEC)
    if draw(st.booleans()):
        given = draw(st.sampled_from(SPECS))
        more = copy.deepcopy(given.give)
        for key in list(more):
            if draw(st.booleans()):
                spelt = draw(odd_key(key))
                if draw(st.booleans()) or key not in body:
                    more[spelt] = more.pop(key)
                else:
                    more |= {spelt: body[key]}
        body |= more
    for key in draw(st.lists(st.sampled_from(sorted(SPEC)), max_size=1)):
        if key in body:
            body[draw(odd_key(key))] = body.pop(key)
    return body


_LINES = [
    "RUN true",
    "COPY --from={other} /www /got",
    "copy --FROM={other} /www /got",
    "COPY --fr\\\nom={other} /www /got",
    "RUN --mount=type=bind,from={other},target=/o cp -r /o/www /got",
    'RUN --mount=type=bind,"from={other}",target=/o cp -r /o/www /got',
    "FROM {other}",
    "from {other} AS web",
    "COPY --from=web /www /got",
    "COPY --from=0 /www /got",
    "COPY --from=1 /www /got",
    "FROM {mine} AS web",
    "FROM {mine} AS Web",
    "RUN --mount=type=bind,from=web,target=/o cp -r /o/www /got",
    "ARG X={other}\nFROM $X",
    "FROM {mine}\nRUN cat <<E\nFROM {other}\nE",
    "USER 1000",
]


@st.composite
def builds(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A Containerfile, and the image's names."""
    lines = draw(st.lists(st.sampled_from(_LINES), max_size=3))
    text = "\n".join(["FROM {mine}", *lines]).format(other=OTHER, mine=IMAGE)
    names = ["quay.io/corp/prod:1", "localhost/Mine:1", "localhost/mine/../x:1"]
    return text, [draw(st.sampled_from(["localhost/mine:1"] * 3 + names))]
