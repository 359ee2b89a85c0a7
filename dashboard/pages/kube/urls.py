"""Addresses of kube YAML, under /kube/."""

from django.urls import path

from dashboard.pages.kube import generated, views

app_name = "kube"
urlpatterns = [
    path("", views.page, name="page"),
    *(
        path(
            f"of/{kind}/<int:endpoint_id>/<path:podman_id>/",
            generated.generated,
            {"kind": kind},
            name=f"of-{kind}",
        )
        for kind in generated.KINDS
    ),
]
