from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "recaudo.strategy"
    label = "strategy"
    default_auto_field = "django.db.models.BigAutoField"
