"""The addresses that customers open."""

from django.urls import URLPattern, path

from recaudo.portal import views

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("baja/<str:token>/", views.unsubscribe, name="unsubscribe"),
]
