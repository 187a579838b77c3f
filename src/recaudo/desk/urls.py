"""The addresses of the desk. Everything of a creditor stands under its code."""

from django.urls import URLPattern, URLResolver, include, path

from recaudo.desk.views import (
    conflicts,
    contacts,
    customer,
    entry,
    exports,
    help,
    holds,
    home,
    imports,
    inbox,
    plans,
    replies,
    reports,
    saved,
    worklist,
)

app_name = "desk"

of_creditor: list[URLPattern] = [
    path("", home.home, name="home"),
    path("proceso/correr/", home.start_run, name="home_run"),
    path("proceso/soltar/", home.release_run, name="home_release"),
    path("proceso/", home.run_state, name="home_run_state"),
    path("trabajo/", worklist.worklist, name="worklist"),
    path("trabajo/cuantos/", worklist.how_many, name="worklist_how_many"),
    path("trabajo/datos/", worklist.facts, name="worklist_facts"),
    path("trabajo/vistas/", saved.save_view, name="worklist_save"),
    path("trabajo/vistas/<int:view_id>/borrar/", saved.drop_view, name="worklist_drop"),
    path("trabajo/exportar/<str:kind>/", exports.worklist, name="worklist_export"),
    path("clientes/<int:customer_id>/", customer.customer, name="customer"),
    path("clientes/<int:customer_id>/historia/", customer.older, name="customer_older"),
    path("clientes/<int:customer_id>/cambios/", customer.changed, name="customer_changed"),
    path("clientes/<int:customer_id>/identificacion/", customer.reveal_tax_id, name="customer_id"),
    path("clientes/<int:customer_id>/tareas/<int:task_id>/", customer.finish, name="customer_task"),
    path("clientes/<int:customer_id>/pausas/", holds.place, name="customer_hold"),
    path(
        "clientes/<int:customer_id>/pausas/<int:hold_id>/levantar/",
        holds.release,
        name="customer_release",
    ),
    path("clientes/<int:customer_id>/datos/", contacts.add, name="contact_add"),
    path(
        "clientes/<int:customer_id>/datos/<int:contact_id>/ver/",
        contacts.reveal,
        name="contact_reveal",
    ),
    path(
        "clientes/<int:customer_id>/datos/<int:contact_id>/corregir/",
        contacts.correct,
        name="contact_correct",
    ),
    path(
        "clientes/<int:customer_id>/datos/<int:contact_id>/marcar/",
        contacts.mark,
        name="contact_mark",
    ),
    path("informes/<str:name>/", reports.report, name="reports"),
    path("informes/<str:name>/<str:kind>/", reports.export, name="reports_export"),
    path("mensajes/", plans.messages, name="messages"),
    path("estrategia/", plans.strategy, name="strategy"),
    path("cargas/", imports.batches, name="imports"),
    path("cargas/nueva/", imports.upload, name="imports_new"),
    path("cargas/<int:batch_id>/", imports.batch, name="imports_batch"),
    path("cargas/<int:batch_id>/columnas/", imports.columns, name="imports_columns"),
    path("cargas/<int:batch_id>/revision/", imports.preview, name="imports_preview"),
    path("cargas/<int:batch_id>/avance/", imports.progress, name="imports_progress"),
    path("cargas/<int:batch_id>/rechazos/", imports.rejects, name="imports_rejects"),
    path("cargas/<int:batch_id>/descartar/", imports.discard, name="imports_discard"),
    path("cargas/conflictos/", conflicts.conflicts, name="imports_conflicts"),
    path("cargas/conflictos/<int:conflict_id>/", conflicts.resolve, name="imports_resolve"),
    path("ayuda/", help.help_page, name="help"),
    # What comes back: the inbox, and what customers say that they paid.
    path("buzon/", inbox.inbox, name="inbox"),
    path("buzon/reglas/", replies.rules, name="inbox_rules"),
    path("buzon/<int:inbound_id>/", inbox.message, name="inbox_message"),
    path("buzon/<int:inbound_id>/clase/", replies.classify_reply, name="inbox_classify"),
    path("buzon/<int:inbound_id>/cliente/", replies.attach_reply, name="inbox_attach"),
    path("buzon/<int:inbound_id>/responder/", replies.answer_reply, name="inbox_answer"),
    path("buzon/<int:inbound_id>/archivos/<int:file_id>/", inbox.file, name="inbox_file"),
    path("clientes/<int:customer_id>/respondio/", replies.replied, name="customer_replied"),
    path("clientes/<int:customer_id>/pago-reportado/", replies.report, name="customer_paid"),
    path(
        "clientes/<int:customer_id>/pago-reportado/<int:report_id>/comprobante/",
        replies.receipt,
        name="customer_receipt",
    ),
    path(
        "clientes/<int:customer_id>/pago-reportado/<int:report_id>/descartar/",
        replies.reject,
        name="customer_paid_reject",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entry.choose_creditor, name="choose"),
    path("idioma/", entry.set_language, name="language"),
    path("<slug:creditor_code>/", include(of_creditor)),
]
