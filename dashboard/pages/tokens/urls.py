"""Addresses of tokens: a person's own under /account/, everybody's under /access/."""

from django.urls import path

from dashboard.pages.tokens import client_file, connections, views

app_name = "tokens"
urlpatterns = [
    path("account/tokens/", views.my_tokens, name="mine"),
    path("account/tokens/new/", views.new, name="new"),
    path("account/keys/new/", views.new_key, name="new-key"),
    path("account/tokens/<int:token_id>/revoke/", views.revoke, name="revoke"),
    path("account/connections/", connections.page, name="connections"),
    path("cli/haulout", client_file.download, name="client"),
    path("cli/haulout.sha256", client_file.checksum, name="client-sum"),
    path("access/tokens/", views.all_tokens, name="all"),
    path("access/tokens/<int:token_id>/revoke/", views.revoke_any, name="revoke-any"),
    path("access/services/", views.make_service, name="make-service"),
    path("access/services/<int:user_id>/token/", views.new_for_service, name="new-for"),
    path("access/services/<int:user_id>/key/", views.new_key_for_service, name="new-key-for"),
]
