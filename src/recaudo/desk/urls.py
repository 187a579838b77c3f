"""The addresses of the desk. Everything of a creditor stands under its code."""

from django.urls import URLPattern, URLResolver, include, path

from recaudo.desk.views import (
    byhand,
    calls,
    clearances,
    compose,
    conflicts,
    consents,
    contacts,
    customer,
    document_files,
    entry,
    exports,
    help,
    holds,
    home,
    imports,
    inbox,
    law,
    ledger,
    mail,
    outbox,
    pay_ways,
    plans,
    policy,
    rates,
    reconciliation,
    replies,
    reports,
    saved,
    statement,
    template_preview,
    templates,
    thread,
    unattended,
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
    path("mensajes/", outbox.messages, name="messages"),
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
    # -- by hand: calls, messages that a person sends, the conversation
    path("clientes/<int:customer_id>/llamar/<int:contact_id>/", calls.call, name="call"),
    path("clientes/<int:customer_id>/gestion/", calls.record, name="record_contact"),
    path("clientes/<int:customer_id>/conversacion/", thread.thread, name="thread"),
    path(
        "clientes/<int:customer_id>/conversacion/<int:message_id>/",
        thread.text,
        name="message_text",
    ),
    path("clientes/<int:customer_id>/escribir/", compose.compose, name="compose"),
    path(
        "clientes/<int:customer_id>/mensajes/<int:message_id>/abrir/",
        byhand.open_one,
        name="message_open",
    ),
    path(
        "clientes/<int:customer_id>/mensajes/<int:message_id>/",
        byhand.opened,
        name="message_opened",
    ),
    path(
        "clientes/<int:customer_id>/mensajes/<int:message_id>/confirmar/",
        byhand.confirm,
        name="message_confirm",
    ),
    path(
        "clientes/<int:customer_id>/mensajes/<int:message_id>/carta/",
        byhand.letter,
        name="message_letter",
    ),
    path("por-enviar/", byhand.to_send, name="to_send"),
    path("trabajo/sin-atender/", unattended.unattended_list, name="unattended"),
    path("trabajo/sin-atender/<int:task_id>/", unattended.assign, name="unattended_assign"),
    # -- outbox
    path("mensajes/<int:message_id>/", outbox.message, name="outbox_message"),
    path("mensajes/<int:message_id>/pagina/", outbox.page_of, name="outbox_page"),
    path("mensajes/<int:message_id>/aclarar/", outbox.settle, name="outbox_settle"),
    path("mensajes/<int:message_id>/retirar/", outbox.take_back, name="outbox_withdraw"),
    # contact policy
    path("politica/", policy.policy, name="policy"),
    path("politica/guardar/", policy.save, name="policy_save"),
    path("politica/regimen/", policy.regime, name="policy_regime"),
    # the law in words
    path("ley/", law.law, name="law"),
    # -- templates, ways to pay, files of documents
    path("plantillas/", templates.templates, name="templates"),
    path("plantillas/<int:template_id>/", templates.edit, name="templates_edit"),
    path("plantillas/<int:template_id>/guardar/", templates.save, name="templates_save"),
    path("plantillas/<int:template_id>/revisar/", templates.check, name="templates_check"),
    path("plantillas/<int:template_id>/datos/", templates.change, name="templates_change"),
    path("plantillas/<int:template_id>/versiones/", templates.versions, name="templates_versions"),
    path(
        "plantillas/<int:template_id>/versiones/<int:version_id>/restaurar/",
        templates.restore,
        name="templates_restore",
    ),
    path("plantillas/<int:template_id>/vista/", template_preview.preview, name="templates_preview"),
    path(
        "plantillas/<int:template_id>/vista/<int:customer_id>/",
        template_preview.page,
        name="templates_page",
    ),
    path("pagar/", pay_ways.pay_ways, name="pay_ways"),
    path("pagar/agregar/", pay_ways.add, name="pay_ways_add"),
    path("pagar/empresa/", pay_ways.identity, name="pay_ways_identity"),
    path("pagar/<int:way_id>/", pay_ways.change, name="pay_ways_change"),
    path("pagar/<int:way_id>/usar/", pay_ways.switch, name="pay_ways_switch"),
    path(
        "clientes/<int:customer_id>/documentos/<int:document_id>/archivos/",
        document_files.add,
        name="document_file_add",
    ),
    path(
        "clientes/<int:customer_id>/archivos/<int:file_id>/",
        document_files.show,
        name="document_file",
    ),
    # mail accounts
    path("correo/", mail.accounts, name="mail"),
    path("correo/nueva/", mail.new, name="mail_new"),
    path("correo/<int:account_id>/", mail.account, name="mail_account"),
    path("correo/<int:account_id>/cambiar/", mail.edit, name="mail_edit"),
    path("correo/<int:account_id>/probar/", mail.try_out, name="mail_test"),
    path("correo/<int:account_id>/revisar/", mail.check, name="mail_check"),
    path("correo/<int:account_id>/llave/", mail.make_key, name="mail_key"),
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
    # what customers authorised
    path("clientes/<int:customer_id>/autorizacion/", consents.say, name="consent"),
    # legal rates, ceilings and rates between currencies
    path("tasas/", rates.rates, name="rates"),
    path("tasas/cargar/", rates.load, name="rates_load"),
    # statement of account, ledger, paz y salvo
    path("clientes/<int:customer_id>/estado-de-cuenta/", statement.statement, name="statement"),
    path(
        "clientes/<int:customer_id>/estado-de-cuenta/archivo/<str:kind>/",
        statement.file,
        name="statement_file",
    ),
    path(
        "clientes/<int:customer_id>/estado-de-cuenta/fijar/",
        statement.post_charges,
        name="statement_post",
    ),
    path("clientes/<int:customer_id>/libro/", ledger.ledger, name="ledger"),
    path("clientes/<int:customer_id>/paz-y-salvo/", clearances.clearances, name="clearances"),
    path(
        "clientes/<int:customer_id>/paz-y-salvo/expedir/", clearances.issue, name="clearance_issue"
    ),
    path(
        "clientes/<int:customer_id>/paz-y-salvo/<int:clearance_id>/",
        clearances.show,
        name="clearance_file",
    ),
    path(
        "clientes/<int:customer_id>/paz-y-salvo/<int:clearance_id>/sin-efecto/",
        clearances.void,
        name="clearance_void",
    ),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entry.choose_creditor, name="choose"),
    path("idioma/", entry.set_language, name="language"),
    path("<slug:creditor_code>/", include(of_creditor)),
]
