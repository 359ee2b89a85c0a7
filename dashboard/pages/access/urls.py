"""Addresses under /access/."""

from django.urls import path

from dashboard.pages.access import grants, overview, roles, teams

app_name = "access"
urlpatterns = [
    path("", overview.overview, name="room"),
    path("mine/", overview.my_access, name="mine"),
    path("teams/", teams.teams, name="teams"),
    path("teams/new/", teams.new, name="team-new"),
    path("teams/<int:team_id>/", teams.page, name="team"),
    path("teams/<int:team_id>/in/", teams.let_in, name="let-in"),
    path("teams/<int:team_id>/out/<int:user_id>/", teams.let_out, name="let-out"),
    path("teams/<int:team_id>/owner/<int:user_id>/", teams.owner, name="owner"),
    path("teams/<int:team_id>/remove/", teams.remove, name="team-remove"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.new, name="role-new"),
    path("roles/<int:role_id>/", roles.page, name="role"),
    path("roles/<int:role_id>/preview/", roles.preview, name="role-preview"),
    path("roles/<int:role_id>/remove/", roles.remove, name="role-remove"),
    path("grants/", grants.grants, name="grants"),
    path("grants/give/", grants.give, name="give"),
    path("grants/preview/", grants.preview, name="preview"),
    path("grants/names/", grants.names, name="names"),
    path("grants/<int:grant_id>/", grants.page, name="grant"),
    path("grants/<int:grant_id>/take/", grants.take, name="take"),
]
