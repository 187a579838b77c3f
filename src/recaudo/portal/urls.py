"""The addresses that customers open."""

from django.urls import URLPattern, path

from recaudo.portal import clearances, views

app_name = "portal"

urlpatterns: list[URLPattern] = [
    path("baja/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("paz-y-salvo/<str:token>/", clearances.clearance, name="clearance"),
]
