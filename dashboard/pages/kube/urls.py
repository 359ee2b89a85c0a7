"""Addresses under /kube/."""

from django.urls import path

from dashboard.pages.kube import generate, views

app_name = "kube"
urlpatterns = [
    path("", views.page, name="page"),
    *(
        path(
            f"of/{kind}/<int:endpoint_id>/<path:podman_id>/",
            generate.generate,
            {"kind": kind},
            name=f"of-{kind}",
        )
        for kind in generate.KINDS
    ),
]
