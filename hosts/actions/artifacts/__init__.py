"""OCI artifacts: pulled, pushed and removed by jobs; files go in and come out as streams."""

from hosts.actions.artifacts import pull_artifact, push_artifact, remove_artifact

ACTIONS = (pull_artifact.ACTION, push_artifact.ACTION, remove_artifact.ACTION)
