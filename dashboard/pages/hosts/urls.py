"""Addresses under /hosts/: pages of hosts, and all changes of a host."""

from django.urls import path

from dashboard.pages.hosts import (
    mute,
    rotate_keys,
    views,
    views_add,
    views_connections,
    views_doctor,
    views_edit,
    views_key,
)

app_name = "hosts"
urlpatterns = [
    path("", views.hosts, name="list"),
    path("<int:host_id>/", views.host, name="page"),
    *(
        path(f"<int:host_id>/{kind}/", views.objects, {"plural": kind}, name=kind)
        for kind in views.KINDS
    ),
    path("<int:host_id>/history/", views.history, name="history"),
    path("<int:host_id>/mute/", mute.mute, name="mute"),
    path("<int:host_id>/unmute/", mute.unmute, name="unmute"),
    path("add/", views_add.add, name="add"),
    path("add/local/", views_add.local, name="local"),
    path("add/connections/", views_connections.connections, name="connections"),
    path("add/fingerprint/", views_add.fingerprint, name="fingerprint"),
    path("add/key/", views_key.key, name="key"),
    path("add/key/own/", views_key.own_key, name="own_key"),
    path("add/key/install/", views_key.install, name="install"),
    path("add/key/certificate/", views_key.certificate, name="certificate"),
    path("add/check/", views_add.check, name="check"),
    path("add/examine/", views_add.examine, name="examine"),
    path("add/register/", views_add.register, name="register"),
    path("rotate/", rotate_keys.rotate, name="rotate"),
    path("<int:host_id>/edit/", views_edit.edit, name="edit"),
    path("<int:host_id>/disable/", views_edit.disable, name="disable"),
    path("<int:host_id>/enable/", views_edit.enable, name="enable"),
    path("<int:host_id>/remove/", views_edit.remove, name="remove"),
    path("<int:host_id>/host-key/", views_edit.host_key, name="host_key"),
    path("<int:host_id>/reconnect/", views_edit.reconnect, name="reconnect"),
    path("<int:host_id>/logins/add/", views_edit.add_login, name="add_login"),
    path("<int:host_id>/doctor/", views_doctor.doctor, name="doctor"),
    path("logins/<int:login_id>/key/", views_edit.replace_key, name="replace_key"),
    path("<int:host_id>/authority/", views_edit.set_authority, name="set_authority"),
    path("logins/<int:login_id>/certificate/", views_edit.set_certificate, name="set_certificate"),
    path("logins/<int:login_id>/jump/", views_edit.set_jump, name="set_jump"),
    path("logins/<int:login_id>/examine/", views_doctor.examine, name="examine_login"),
    path("logins/<int:login_id>/sockets/", views_doctor.add_sockets, name="add_sockets"),
    path("endpoints/<int:endpoint_id>/remove/", views_edit.remove_endpoint, name="remove_endpoint"),
]
