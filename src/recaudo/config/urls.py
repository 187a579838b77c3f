"""Every address of the product."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path

# Only what works here: people are added by an administrator, and no mail leaves.
account_urls: list[URLPattern] = [
    path("entrar/", account.login, name="account_login"),
    path("salir/", account.logout, name="account_logout"),
    path("inactivo/", account.account_inactive, name="account_inactive"),
    path("registro/", account.signup, name="account_signup"),
    path("contrasena/", account.password_change, name="account_change_password"),
    path("confirmar/", account.reauthenticate, name="account_reauthenticate"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("cuenta/", include(account_urls)),
    # Before the desk: a creditor's code stands first in every address there.
    path("", include("recaudo.portal.urls")),
    path("", include("recaudo.api.urls")),
    path("", include("recaudo.desk.urls")),
]

handler400 = "recaudo.desk.views.errors.bad_request"
handler403 = "recaudo.desk.views.errors.forbidden"
handler404 = "recaudo.desk.views.errors.not_found"
