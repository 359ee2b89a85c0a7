"""Addresses of kube YAML, under /kube/."""

from django.urls import path, register_converter

from dashboard.pages.kube import generated, views


class KindConverter:
    """A kind of object that Podman writes as YAML."""

    regex = "|".join(generated.KINDS)

    def to_python(self, value: str) -> str:
        """As it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """The same."""
        return value


register_converter(KindConverter, "kubekind")

app_name = "kube"
urlpatterns = [
    path("", views.page, name="page"),
    path(
        "of/<kubekind:kind>/<int:endpoint_id>/<path:podman_id>/",
        generated.generated,
        name="generated",
    ),
]
