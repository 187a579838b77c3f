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
    plans,
    reconciliation,
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
    # bank statements and reconciliation
    path("conciliacion/", reconciliation.lines, name="reconciliation"),
    path("conciliacion/conciliar/", reconciliation.match, name="reconciliation_match"),
    path("conciliacion/extractos/", reconciliation.statements, name="reconciliation_statements"),
    path(
        "conciliacion/sin-identificar/",
        reconciliation.unidentified,
        name="reconciliation_unidentified",
    ),
    path("conciliacion/<int:line_id>/", reconciliation.line, name="reconciliation_line"),
    path(
        "conciliacion/<int:line_id>/aplicar/", reconciliation.accept, name="reconciliation_accept"
    ),
    path("conciliacion/<int:line_id>/apartar/", reconciliation.park, name="reconciliation_park"),
    path(
        "conciliacion/<int:line_id>/volver/", reconciliation.bring_back, name="reconciliation_back"
    ),
    path("conciliacion/<int:line_id>/deshacer/", reconciliation.undo, name="reconciliation_undo"),
    path("conciliacion/<int:line_id>/reclamar/", reconciliation.claim, name="reconciliation_claim"),
    path(
        "conciliacion/<int:line_id>/reclamos/<int:claim_id>/comprobante/",
        reconciliation.receipt,
        name="reconciliation_receipt",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entry.choose_creditor, name="choose"),
    path("idioma/", entry.set_language, name="language"),
    path("<slug:creditor_code>/", include(of_creditor)),
]
