from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "recaudo.portal"
    label = "portal"
